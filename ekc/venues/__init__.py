"""What a region knows where a meeting is planned: the venues where people met, and its school holidays. No case."""
