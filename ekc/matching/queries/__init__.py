"""Reading who was asked for a case, what ties them to it, and who could be asked. Nothing here writes or decides."""
