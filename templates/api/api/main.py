"""Notes, kept in Postgres and counted in Redis."""

from __future__ import annotations

import os
from typing import Any

import psycopg
import redis
from fastapi import FastAPI
from psycopg.rows import dict_row
from pydantic import BaseModel, Field

app = FastAPI(title="Notes")
cache = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=3)


class Note(BaseModel):
    """What somebody wants to keep."""

    text: str = Field(min_length=1, max_length=500)


def ask(query: str, *values: object) -> list[dict[str, Any]]:
    """The rows that Postgres answers. A larger application keeps its connections in a pool."""
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row, connect_timeout=3) as connection:
        return connection.execute(query, values).fetchall()


@app.get("/healthz")
def healthz() -> dict[str, str]:
    """Healthy if Postgres and Redis answer."""
    ask("SELECT 1")
    cache.ping()
    return {"status": "ok"}


@app.get("/")
def about() -> dict[str, Any]:
    """Which environment this is, and how often somebody asked."""
    return {"environment": os.environ.get("ENVCTL_ENVIRONMENT", ""), "visits": cache.incr("visits")}


@app.get("/notes")
def notes() -> list[dict[str, Any]]:
    """Every note, the newest first."""
    return ask("SELECT id, text, written FROM notes ORDER BY id DESC LIMIT 100")


@app.post("/notes", status_code=201)
def write(note: Note) -> dict[str, Any]:
    """Keep a note."""
    (row,) = ask("INSERT INTO notes (text) VALUES (%s) RETURNING id, text, written", note.text)
    return row
