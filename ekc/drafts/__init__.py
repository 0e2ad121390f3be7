"""What somebody typed into a form and has not saved: kept, given back in the same form, and forgotten."""
