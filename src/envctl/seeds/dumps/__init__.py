"""Dumps of Postgres, in every format: read, checked, and put into a server."""
