"""The papers of the preparation, one a module."""
