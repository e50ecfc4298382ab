"""Brings the database to the shape that the API needs. Runs before each start, so it may find its work done."""

from __future__ import annotations

import os

import psycopg

SHAPE = """
CREATE TABLE IF NOT EXISTS notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    text text NOT NULL,
    written timestamptz NOT NULL DEFAULT now()
)
"""

if __name__ == "__main__":
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(SHAPE)
