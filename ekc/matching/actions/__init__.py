"""Actions about the coordinator of a case: asking, answering, independence, ending a match."""
