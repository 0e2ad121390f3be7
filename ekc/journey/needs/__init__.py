"""What waits for somebody of staff at home: of which kinds, where each is found, and in which words it is shown."""
