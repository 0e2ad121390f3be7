"""The municipalities and organisations that are known by name. Which case or person they belong to stands elsewhere."""
