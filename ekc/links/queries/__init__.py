"""Reading personal links, their devices, and requests for approval. Nothing here writes."""
