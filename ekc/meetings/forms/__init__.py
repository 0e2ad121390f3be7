"""Forms of a case: they parse input into entries for actions. No database and no policy here."""
