"""Case management for family group conferences. The README describes the packages."""
