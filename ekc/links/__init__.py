"""Personal links, by which participants sign in without an account: tokens, devices, verification, printed slips."""
