"""What changes sign-ins and credentials: one noun a file."""
