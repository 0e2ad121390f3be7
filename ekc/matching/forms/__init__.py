"""Forms about coordinators: of a case, and what they say of themselves."""
