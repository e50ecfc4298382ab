"""Makes shop.dump: "production" at revision 0001, with a catalogue, customers, orders and what they wrote.

    pip install faker -r ../api/requirements.txt
    python make_dump.py [IMAGE]          # IMAGE: a Postgres to make it with, postgres:17 if none is given

All of it is made up, and the same each time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from bisect import bisect
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from goods import CATEGORIES, Good, goods
from people import BLAME, NOTES, PRAISE, TODAY, Crowd, Customer

HERE = Path(__file__).parent
NAME = "shop-make-dump"
SEED = 20261031
CUSTOMERS, ORDERS, REVIEWS = 2_000, 5_000, 1_400


def main() -> None:
    """Start a Postgres, migrate it, fill it, dump it, take it away."""
    image = sys.argv[1] if len(sys.argv) > 1 else "postgres:17"
    docker("run", "-d", "--rm", "--name", NAME, "-e", "POSTGRES_PASSWORD=made-up", "-e", "POSTGRES_DB=shop",
           "-p", "127.0.0.1::5432", image)  # fmt: skip
    try:
        url = f"postgresql://postgres:made-up@{docker('port', NAME, '5432').decode().split()[0]}/shop"
        wait(url)
        migrate(url)
        with psycopg.connect(url) as connection:
            fill(connection)
        (HERE / "shop.dump").write_bytes(docker("exec", NAME, "pg_dump", "-U", "postgres", "-Fc", "-Z9", "--no-owner",
                                                "--no-acl", "shop"))  # fmt: skip
    finally:
        docker("stop", "-t", "2", NAME)
    print(f"shop.dump: {(HERE / 'shop.dump').stat().st_size / 1024:.0f} kB")


def docker(*arguments: str) -> bytes:
    """What docker says to this."""
    return subprocess.run(["docker", *arguments], check=True, stdout=subprocess.PIPE).stdout


def wait(url: str) -> None:
    """Until it answers over the network: while it sets itself up it only listens on a socket."""
    end = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def migrate(url: str) -> None:
    """Production is one revision behind this branch."""
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "0001"],
        cwd=HERE.parent / "api",
        env={**os.environ, "DATABASE_URL": url},
        check=True,
    )


def fill(connection: psycopg.Connection[Any]) -> None:
    """Everything, in the order that the foreign keys want."""
    crowd = Crowd(SEED)
    everything = list(goods())
    customers = sorted((crowd.customer() for _ in range(CUSTOMERS)), key=lambda customer: customer.created_at)
    copy(connection, "categories (id, slug, name, position)", [(n, *c, n) for n, c in enumerate(CATEGORIES.items(), 1)])
    copy(connection, "products (id, category_id, sku, name, description, motif, colour, price_cents, stock)", [
        (n, g.category, g.sku, g.name, g.description, g.motif, g.colour, g.price_cents, stock(crowd, n))
        for n, g in enumerate(everything, 1)
    ])  # fmt: skip
    copy(connection, "customers (id, email, name, phone, birth_date, card, created_at)", [
        (n, c.email, c.name, c.phone, c.birth_date, c.card, c.created_at) for n, c in enumerate(customers, 1)
    ])  # fmt: skip
    copy(connection, "addresses (id, customer_id, recipient, street, postcode, city, country)", [
        (n, n, c.name, c.street, c.postcode, c.city, c.country) for n, c in enumerate(customers, 1)
    ])  # fmt: skip
    buy(connection, crowd, everything, customers)
    review(connection, crowd, everything, customers)
    for table in ("categories", "products", "customers", "addresses", "orders", "payments", "reviews"):
        query = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 - from above
        connection.execute(query)


def stock(crowd: Crowd, number: int) -> int:
    """Most things are there, some nearly gone, a few sold out."""
    if number % 41 == 0:
        return 0
    return crowd.dice.randrange(1, 6) if number % 13 == 0 else crowd.dice.randrange(20, 160)


def buy(connection: psycopg.Connection[Any], crowd: Crowd, everything: list[Good], customers: list[Customer]) -> None:
    """Orders with lines and payments: the old ones delivered, the last ones on their way."""
    orders, lines, payments = [], [], []
    ages = sorted((1 + int(crowd.dice.random() ** 1.4 * 60 * 24 * 900) for _ in range(ORDERS)), reverse=True)
    registered = [customer.created_at for customer in customers]
    for number, minutes in enumerate(ages, 1):
        at = TODAY - timedelta(minutes=minutes)
        who = int(crowd.dice.random() ** 1.6 * max(1, bisect(registered, at))) + 1
        kinds = crowd.dice.choices((1, 2, 3, 4, 6), (40, 30, 16, 10, 4))[0]
        basket = crowd.dice.sample(range(1, len(everything) + 1), kinds)
        counts = {product: crowd.dice.choices((1, 2, 4, 6), (70, 20, 6, 4))[0] for product in basket}
        total = sum(everything[product - 1].price_cents * count for product, count in counts.items())
        age = TODAY - at
        status = "delivered" if age > timedelta(days=5) else "shipped" if age > timedelta(days=2) else "confirmed"
        status = "rejected" if crowd.dice.random() < 0.03 else status
        note = crowd.say(NOTES, customers[who - 1]) if crowd.dice.random() < 0.12 else None
        orders.append((number, crowd.ref(), who, who, status, total, note, at))
        lines += [(number, product, count, everything[product - 1].price_cents) for product, count in counts.items()]
        card = customers[who - 1].card or crowd.card()
        brand = "Visa" if card[0] == "4" else "American Express" if card[0] == "3" else "Mastercard"
        paid = status != "rejected"
        token = f"tok_{'card' if paid else 'declined'}_{crowd.dice.getrandbits(64):016x}"
        payments.append((number, number, total, brand, card[-4:], token, "captured" if paid else "declined",
                         at + timedelta(milliseconds=crowd.dice.randrange(300, 4000)) if paid else None))  # fmt: skip
    copy(connection, "orders (id, ref, customer_id, address_id, status, total_cents, note, placed_at)", orders)
    copy(connection, "order_lines (order_id, product_id, quantity, price_cents)", lines)
    columns = "id, order_id, amount_cents, card_brand, card_last4, token, state, captured_at"
    copy(connection, f"payments ({columns})", payments)


def review(
    connection: psycopg.Connection[Any], crowd: Crowd, everything: list[Good], customers: list[Customer]
) -> None:
    """What people say, with the names of others in it."""
    said: dict[tuple[int, int], tuple[Any, ...]] = {}
    while len(said) < REVIEWS:
        product, who = crowd.dice.randrange(1, len(everything) + 1), crowd.dice.randrange(1, len(customers) + 1)
        rating = crowd.dice.choices((5, 4, 3, 2), (55, 28, 12, 5))[0]
        body = crowd.say(PRAISE if rating > 3 else BLAME, customers[who - 1])
        at = TODAY - crowd.dice.random() * (TODAY - customers[who - 1].created_at)
        said.setdefault((product, who), (product, who, rating, body, at))
    copy(connection, "reviews (id, product_id, customer_id, rating, body, created_at)",
         [(n, *row) for n, row in enumerate(said.values(), 1)])  # fmt: skip


def copy(connection: psycopg.Connection[Any], target: str, rows: list[tuple[Any, ...]]) -> None:
    """Load rows into `table (columns)`."""
    with connection.cursor().copy(f"COPY {target} FROM STDIN") as sink:
        for row in rows:
            sink.write_row(row)


if __name__ == "__main__":
    main()
