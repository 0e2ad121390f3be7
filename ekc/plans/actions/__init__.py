"""Actions on a plan: changing the draft, numbers, agreement, acceptance, sharing, and the stored document."""
