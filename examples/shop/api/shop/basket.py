"""The basket: a hash in Redis, product to quantity, under the id that the visitor's cookie holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shop.wiring import Wiring

KEPT_SECONDS = 7 * 24 * 3600
MOST = 20


def change(wiring: Wiring, basket: UUID, product: int, quantity: int) -> None:
    """Put so many of a product into the basket; none takes it out."""
    key = _key(basket)
    if quantity == 0:
        wiring.cache.hdel(key, str(product))
    else:
        wiring.cache.hset(key, str(product), str(min(quantity, MOST)))
        wiring.cache.expire(key, KEPT_SECONDS)


def quantities(wiring: Wiring, basket: UUID) -> dict[int, int]:
    """How many of which product are in the basket."""
    return {int(product): int(count) for product, count in wiring.cache.hgetall(_key(basket)).items()}


def show(wiring: Wiring, basket: UUID) -> dict[str, Any]:
    """The basket with names and prices as they are now."""
    wanted = quantities(wiring, basket)
    with wiring.db.connection() as connection:
        rows = connection.execute(
            "SELECT id, name, motif, colour, price_cents, stock FROM products WHERE id = ANY(%s) ORDER BY name",
            (list(wanted),),
        ).fetchall()
    lines = [{**row, "quantity": wanted[row["id"]]} for row in rows]
    return {"lines": lines, "total_cents": sum(line["quantity"] * line["price_cents"] for line in lines)}


def empty(wiring: Wiring, basket: UUID) -> None:
    """Take everything out."""
    wiring.cache.delete(_key(basket))


def _key(basket: UUID) -> str:
    return f"basket:{basket}"
