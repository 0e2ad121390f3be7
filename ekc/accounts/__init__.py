"""Who works here: accounts, their roles, regions, and the visitor that an account is. Changing them: `staff`."""
