"""Matching: asking a coordinator, their independence, and handing over cases of those who leave."""
