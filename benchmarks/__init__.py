"""Measurements as ratios in one run. `bin/bench` starts them; nothing of this is imported by the product."""
