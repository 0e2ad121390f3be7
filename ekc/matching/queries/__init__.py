"""Reading matches, conflicts of interest, candidates, and cases to hand over. Nothing here writes."""
