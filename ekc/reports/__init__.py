"""Figures and lists over all cases. Reads, never writes a case; what leaves as a file is noted."""
