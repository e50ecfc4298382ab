"""How many rows tables get, whom these reference, and what fills their columns."""
