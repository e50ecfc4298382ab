"""A database that is filled with rows that somebody makes, of a schema alone: made up, or read from other files."""
