"""How rows get into a database, wherever they come from: those that are masked, and those that are made up."""
