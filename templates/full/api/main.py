"""Takes orders: kept in Postgres, told to the worker through Kafka. The web container serves this under /api."""

from __future__ import annotations

import os
from typing import Any

import psycopg
import redis
from confluent_kafka import Producer
from fastapi import FastAPI, HTTPException
from psycopg.rows import dict_row
from pydantic import BaseModel, Field

app = FastAPI(title="Orders")
cache = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=3)
events = Producer({"bootstrap.servers": os.environ["KAFKA_BROKERS"], "linger.ms": 0, "message.timeout.ms": 5000})


class Order(BaseModel):
    """What somebody wants."""

    item: str = Field(min_length=1, max_length=80)


def ask(query: str, *values: object) -> list[dict[str, Any]]:
    """The rows that Postgres answers. A larger application keeps its connections in a pool."""
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row, connect_timeout=3) as connection:
        return connection.execute(query, values).fetchall()


@app.get("/healthz")
def healthz() -> dict[str, str]:
    """Healthy if Postgres, Redis and Kafka answer."""
    ask("SELECT 1")
    cache.ping()
    events.list_topics("orders", timeout=2)
    return {"status": "ok"}


@app.get("/about")
def about() -> dict[str, Any]:
    """Which environment this is, and how many orders are done."""
    return {"environment": os.environ.get("ENVCTL_ENVIRONMENT", ""), "done": int(cache.get("done") or 0)}


@app.get("/orders")
def orders() -> list[dict[str, Any]]:
    """Every order, the newest first."""
    return ask("SELECT id, item, status FROM orders ORDER BY id DESC LIMIT 100")


@app.post("/orders", status_code=201)
def place(order: Order) -> dict[str, Any]:
    """Keep an order and tell the worker. One that cannot be told is not kept: the customer may try again."""
    (row,) = ask("INSERT INTO orders (item) VALUES (%s) RETURNING id, item, status", order.item)
    failed: list[object] = []
    events.produce("orders", str(row["id"]), on_delivery=lambda error, _: failed.append(error) if error else None)
    if events.flush(6) or failed:
        ask("DELETE FROM orders WHERE id = %s RETURNING id", row["id"])
        raise HTTPException(503, "Orders cannot be taken now.")
    return row
