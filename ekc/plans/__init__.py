"""The family's plan: goals, actions, what-ifs, versions, agreement, acceptance and the printed document."""
