"""The way of a case: its page, the steps, deadlines. The only writer of `phase`."""
