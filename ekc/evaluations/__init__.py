"""After the conference: follow-ups, what became of actions and goals, marks, hours and costs."""
