"""What is kept of environments that were removed: packed, found again, and read."""
