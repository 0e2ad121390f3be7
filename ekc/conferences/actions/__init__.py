"""Actions on a case: registration, circle, safety, bottom lines, links, contact log."""
