"""Private time: that it began and ended, and why the family came out. Nothing of what was said."""
