"""Papers and exports that somebody asked for: ordered by a page, made by a worker, handed out by the page again."""
