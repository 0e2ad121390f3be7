"""The plan of the family: goals, actions, what-ifs, its versions, its acceptance and its paper."""
