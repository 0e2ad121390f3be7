"""Who has opened a file: the audit of one case in words, for the people whom it is about. Reads, never writes."""
