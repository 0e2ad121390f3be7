"""Reading what spans features: the steps taken, and what home pages list."""
