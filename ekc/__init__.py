"""The product: case management for family group conferences. The map of the house is in the README."""
