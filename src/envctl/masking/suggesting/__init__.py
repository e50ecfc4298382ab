"""A first policy for a database that nobody has decided on yet, and rows made up to show what it does."""
