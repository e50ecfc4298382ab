"""Brings the database to the shape that API and worker need. Runs before each start, so it may find its work done."""

from __future__ import annotations

import os

import psycopg

SHAPE = """
CREATE TABLE IF NOT EXISTS orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item text NOT NULL,
    status text NOT NULL DEFAULT 'received'
)
"""

if __name__ == "__main__":
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(SHAPE)
