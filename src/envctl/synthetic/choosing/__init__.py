"""Which generator makes a column of which nobody says anything."""
