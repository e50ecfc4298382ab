"""Looks for raw values where none may be: what is remembered of them as they pass, and how bytes are looked through."""
