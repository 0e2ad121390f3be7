"""The case: registration, consents, circle, safety, bottom lines, contact log. Its funnel is `access.py`."""
