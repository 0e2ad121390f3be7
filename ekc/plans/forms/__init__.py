"""Forms of a plan: writing it, answers to it, and sharing it."""
