"""Administration: accounts are opened, changed, invited and closed here, by administrators who see no case."""
