"""Reading plans. Nothing here writes."""
