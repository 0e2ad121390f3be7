"""The papers of a meeting: what to arrange, and those of the day, each a module; `pile.py` binds them together."""
