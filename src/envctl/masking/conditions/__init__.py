"""The conditions of rules, answered as Postgres would answer them or not at all."""
