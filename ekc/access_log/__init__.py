"""Who has opened a case, on a page and on paper."""
