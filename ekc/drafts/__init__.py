"""What somebody typed into a form and has not saved: kept, given back through the same door, and forgotten."""
