"""What every feature stands on: a fixed list of files with one job each. No feature is known here."""
