"""Reading a case that the caller has opened (`access.py`), and searching for one. Nothing here writes."""
