"""Keys of Redis."""
