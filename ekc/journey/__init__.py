"""The workflow of a case: its page, the steps, the deadlines. The only writer of `Conference.phase`."""
