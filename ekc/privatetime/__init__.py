"""Private time: when it began and ended, and the reason for ending it. Nothing of its content is stored."""
