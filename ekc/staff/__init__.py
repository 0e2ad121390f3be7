"""Administration of accounts and regions, by administrators, who see no case."""
