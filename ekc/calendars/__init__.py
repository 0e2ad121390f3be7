"""The calendar of staff: a month, a week, and an address at which another calendar reads it."""
