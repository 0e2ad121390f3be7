"""What is done about the coordinator of a case: ask, take or decline, declare, confirm, waive a conflict, end."""
