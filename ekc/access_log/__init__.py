"""Who has opened a case: the access log as a page and as a PDF."""
