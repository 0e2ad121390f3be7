"""After the conference: follow-ups, progress of actions and goals, marks, hours and costs."""
