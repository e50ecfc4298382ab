"""Brings the database to the shape that the worker needs. Runs before each start, so it may find its work done."""

from __future__ import annotations

import os

import psycopg

SHAPE = """
CREATE TABLE IF NOT EXISTS results (
    job text PRIMARY KEY,
    result text NOT NULL,
    done timestamptz NOT NULL DEFAULT now()
)
"""

if __name__ == "__main__":
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(SHAPE)
