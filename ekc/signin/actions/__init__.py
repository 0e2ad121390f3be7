"""Actions on sign-ins and credentials, one noun in each module."""
