"""Rows that nobody has: made from what a database's catalogue says of its tables, and from a seed. Pure."""
