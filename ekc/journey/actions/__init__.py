"""Taking a step, wishes for one, and correcting a registration."""
