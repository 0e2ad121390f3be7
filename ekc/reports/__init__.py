"""Figures and lists over all cases. Never changes a case; exports are audited."""
