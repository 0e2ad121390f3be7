"""Actions on a meeting: arranging it, attendance, information and questions."""
