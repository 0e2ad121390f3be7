"""The case: registration, consents, circle, safety, bottom lines, contact log.

Access to it goes through `access.py`.
"""
