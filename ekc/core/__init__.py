"""Infrastructure for all features: a fixed list of modules with one task each. Imports no feature."""
