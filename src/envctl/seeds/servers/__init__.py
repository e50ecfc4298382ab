"""Postgres servers that run elsewhere: what they are asked, and how they are read."""
