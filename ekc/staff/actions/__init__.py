"""Actions of administrators, one noun in each module."""
