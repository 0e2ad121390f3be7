"""What administrators do: one noun a file."""
