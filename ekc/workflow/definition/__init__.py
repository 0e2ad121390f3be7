"""The policy: phases and steps."""
