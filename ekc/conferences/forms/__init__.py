"""What people type about a case, parsed into what an action takes. Nothing here asks the database or decides policy."""
