"""Orders: one transaction writes the order, takes the stock and leaves the event in the outbox."""

from __future__ import annotations

import json
import time
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb
from pydantic import BaseModel, Field

from shop.cards import Authorised, authorise
from shop.wiring import Wiring

KEPT_SECONDS = 24 * 3600


class OrderForm(BaseModel):
    """What the order form sends."""

    name: str = Field(min_length=2, max_length=100)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)
    street: str = Field(min_length=3, max_length=200)
    postcode: str = Field(min_length=3, max_length=12)
    city: str = Field(min_length=2, max_length=100)
    country: str = Field(pattern=r"^[A-Z]{2}$")
    card: str = Field(max_length=30)
    note: str = Field(default="", max_length=500)


class Refused(Exception):
    """The order cannot be taken; the message is for the customer."""


def place(wiring: Wiring, ref: UUID, quantities: dict[int, int], form: OrderForm) -> None:
    """Turn a basket into the order of the same id. A basket sent twice is still one order."""
    with wiring.db.connection() as connection:
        if connection.execute("SELECT 1 FROM orders WHERE ref = %s", (ref,)).fetchone():
            return
    if not quantities:
        raise Refused("The basket is empty.")
    try:
        card = authorise(form.card)
    except ValueError as problem:
        raise Refused(str(problem)) from None
    try:
        with wiring.db.connection() as connection:
            _write(connection, ref, quantities, form, card)
    except UniqueViolation as problem:
        if problem.diag.constraint_name != "orders_ref_key":
            raise  # only the other half of a double click may have been here first


def _write(connection: Connection[Any], ref: UUID, wanted: dict[int, int], form: OrderForm, card: Authorised) -> None:
    prices = _take_stock(connection, wanted)
    total = sum(count * prices[product] for product, count in wanted.items())
    customer, address = _customer(connection, form)
    order = _number(
        connection,
        "INSERT INTO orders (ref, customer_id, address_id, total_cents, note)"
        " VALUES (%s, %s, %s, %s, nullif(%s, '')) RETURNING id",
        (ref, customer, address, total, form.note),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO order_lines (order_id, product_id, quantity, price_cents) VALUES (%s, %s, %s, %s)",
            [(order, product, count, prices[product]) for product, count in wanted.items()],
        )
    connection.execute(
        "INSERT INTO payments (order_id, amount_cents, card_brand, card_last4, token) VALUES (%s, %s, %s, %s, %s)",
        (order, total, card.brand, card.last4, card.token),
    )
    event = {"ref": str(ref), "number": order, "total_cents": total, "stored_ms": now_ms()}
    connection.execute("INSERT INTO outbox (topic, key, payload) VALUES ('orders', %s, %s)", (str(ref), Jsonb(event)))


def _take_stock(connection: Connection[Any], wanted: dict[int, int]) -> dict[int, int]:
    # Locked in one order everywhere, so that two orders never wait for each other in a circle.
    rows = connection.execute(
        "SELECT id, name, price_cents, stock FROM products WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (list(wanted),)
    ).fetchall()
    if len(rows) < len(wanted):
        raise Refused("Something in the basket is no longer sold.")
    for row in rows:
        if row["stock"] < wanted[row["id"]]:
            raise Refused(f"Only {row['stock']} left of {row['name']}.")
        connection.execute("UPDATE products SET stock = stock - %s WHERE id = %s", (wanted[row["id"]], row["id"]))
    return {row["id"]: row["price_cents"] for row in rows}


def _customer(connection: Connection[Any], form: OrderForm) -> tuple[int, int]:
    # Somebody who is known keeps the name we know: anybody can type an address into the form.
    customer = _number(
        connection,
        "INSERT INTO customers (email, name) VALUES (%s, %s)"
        " ON CONFLICT (lower(email)) DO UPDATE SET email = customers.email RETURNING id",
        (form.email, form.name),
    )
    address = _number(
        connection,
        "INSERT INTO addresses (customer_id, recipient, street, postcode, city, country)"
        " VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (customer_id, recipient, street, postcode) DO UPDATE SET city = excluded.city RETURNING id",
        (customer, form.name, form.street, form.postcode, form.city, form.country),
    )
    return customer, address


def _number(connection: Connection[Any], insert: LiteralString, values: tuple[Any, ...]) -> int:
    """The id of the row that an INSERT … RETURNING id has written."""
    row = connection.execute(insert, values).fetchone()
    if row is None:
        raise LookupError(f"returned no row: {insert}")
    return int(row["id"])


def status(wiring: Wiring, ref: UUID) -> dict[str, Any] | None:
    """How an order stands: from Redis, or else from Postgres and then kept in Redis."""
    key = f"order:{ref}"
    kept = wiring.cache.hgetall(key)
    if "status" not in kept or "lines" not in kept:
        order = _read(wiring, ref)
        if order is None:
            return None
        # The worker has the last word on the status: it may have written a newer one meanwhile.
        wiring.cache.hsetnx(key, "status", order.pop("status"))
        wiring.cache.hset(key, mapping=order)
        wiring.cache.expire(key, KEPT_SECONDS)
        kept = {**wiring.cache.hgetall(key), "from": "postgres"}
    return _shown(kept)


def _read(wiring: Wiring, ref: UUID) -> dict[str, Any] | None:
    with wiring.db.connection() as connection:
        order = connection.execute(
            "SELECT ref::text, orders.id AS number, status::text, total_cents, card_brand, card_last4,"
            " (extract(epoch FROM placed_at) * 1000)::bigint AS placed_ms"
            " FROM orders JOIN payments ON payments.order_id = orders.id WHERE ref = %s",
            (ref,),
        ).fetchone()
        if order is None:
            return None
        lines = connection.execute(
            "SELECT name, motif, colour, quantity, order_lines.price_cents FROM order_lines"
            " JOIN products ON products.id = product_id WHERE order_id = %s ORDER BY name",
            (order["number"],),
        ).fetchall()
    return {**order, "lines": json.dumps(lines)}


def _shown(kept: dict[str, str]) -> dict[str, Any]:
    """What the page gets of what Redis has: numbers as numbers, and the way the order went, in milliseconds."""
    hops = {name[:-3]: int(value) for name, value in kept.items() if name.endswith("_ms")}
    return {
        "ref": kept["ref"],
        "number": int(kept["number"]),
        "status": kept["status"],
        "total_cents": int(kept["total_cents"]),
        "card": f"{kept['card_brand']} ending in {kept['card_last4']}",
        "lines": json.loads(kept["lines"]),
        "hops": hops,
        "from": kept.get("from", "redis"),
    }


def now_ms() -> int:
    """The time, in milliseconds."""
    return time.time_ns() // 1_000_000
