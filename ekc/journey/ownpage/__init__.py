"""The data of a participant's own page."""
