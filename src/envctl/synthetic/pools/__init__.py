"""Names, places and goods that are chosen from."""
