"""Coordinators: asking one, independence, handing over the cases of those who leave."""
