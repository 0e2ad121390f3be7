"""Personal links for people without an account: tokens, devices, verification, and the slip on paper."""
