"""Figures and lists over all cases. Reads, never writes a case."""
