"""The catalogue: read from Postgres, kept in Redis for a while."""

from __future__ import annotations

import json
import re
from typing import Any

from shop.wiring import Wiring

KEPT_SECONDS = 60
# Counted up whenever stock changes, so that nobody is shown yesterday's stock.
VERSION = "catalogue:version"
COLUMNS = "id, sku, name, description, motif, colour, price_cents, stock, category, reviews, rating"


def find(wiring: Wiring, words: str, category: str) -> dict[str, Any]:
    """The products that match, and every category."""
    key = f"catalogue:{wiring.cache.get(VERSION) or 0}:{category}:{words.lower()}"
    kept = wiring.cache.get(key)
    if kept is not None:
        return {**json.loads(kept), "from": "redis"}
    found = {"categories": _categories(wiring), "products": _products(wiring, words, category)}
    wiring.cache.set(key, json.dumps(found), ex=KEPT_SECONDS)
    return {**found, "from": "postgres"}


def product(wiring: Wiring, number: int) -> dict[str, Any] | None:
    """One product with what people said about it."""
    with wiring.db.connection() as connection:
        query = f"SELECT {COLUMNS} FROM catalogue WHERE id = %s"  # noqa: S608 - our own constant
        row = connection.execute(query, (number,)).fetchone()
        if row is None:
            return None
        said = connection.execute(
            "SELECT rating, body, split_part(name, ' ', 1) AS by, reviews.created_at::date::text AS day"
            " FROM reviews JOIN customers ON customers.id = customer_id"
            " WHERE product_id = %s ORDER BY reviews.created_at DESC LIMIT 5",
            (number,),
        ).fetchall()
    return {**row, "said": said}


def changed(wiring: Wiring) -> None:
    """Stock has changed: what was kept is no longer true."""
    wiring.cache.incr(VERSION)


def _categories(wiring: Wiring) -> list[dict[str, Any]]:
    with wiring.db.connection() as connection:
        return connection.execute(
            "SELECT slug, categories.name, count(*) AS products FROM categories JOIN products"
            " ON category_id = categories.id GROUP BY categories.id ORDER BY position"
        ).fetchall()


def _products(wiring: Wiring, words: str, category: str) -> list[dict[str, Any]]:
    # Each word may be the beginning of one: somebody may still be typing.
    query = " & ".join(f"{word}:*" for word in re.findall(r"\w+", words))
    with wiring.db.connection() as connection:
        return connection.execute(
            f"SELECT {COLUMNS} FROM catalogue"  # noqa: S608 - our own constant
            " WHERE (%(category)s = '' OR category = %(category)s)"
            " AND (%(query)s = '' OR search @@ to_tsquery('english', %(query)s))"
            # The whole shop is shown mixed, always in the same way; a part of it in its own order.
            " ORDER BY CASE WHEN %(category)s || %(query)s = '' THEN id * 155 %% 193 ELSE 0 END, position, id",
            {"category": category, "query": query},
        ).fetchall()
