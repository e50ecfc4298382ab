"""How the data of a source is spread: read from a dump, or asked of a server, and nothing of the data with it."""
