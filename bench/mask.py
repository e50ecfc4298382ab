"""How long masked data takes to be there, against the same data unmasked: `python -m bench.mask`.

2 million customers of about 220 bytes with seven masked columns and a unique address, 1 million orders that reference
them; indexes and constraints are included everywhere, and both servers run here, the second with the settings that
snapshots are built with. From a live source against `psql COPY | psql COPY` and against `pg_dump | pg_restore`; from a
dump in custom format against `pg_restore` of the same; and, for comparison, a restore with an UPDATE of all of it and a
VACUUM FULL, which leaves raw values behind. Exits with 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from secrets import token_hex
from statistics import median

from bench.common import Ratio, ran, seconds
from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.events import nobody
from envctl.masking.key import Key
from envctl.masking.policies.policy import Checked, check
from envctl.masking.policies.rules import Policy, parse
from envctl.masking.proof.filter import Seen
from envctl.masking.table import TableMask
from envctl.ops.client import DatabaseClient
from envctl.secret import Secret
from envctl.seeds.dumps.check import check as checked
from envctl.seeds.dumps.plain import Plain, plain
from envctl.seeds.masked.fill import fill
from envctl.seeds.masked.text import Mask, Masks
from envctl.seeds.server import ask
from envctl.seeds.servers.shared import Elsewhere, shared
from envctl.seeds.servers.url import Url
from envctl.seeds.swap import Filled
from envctl.services.postgres_data import UNSAFE
from envctl.stack.registry import choose
from envctl.workload import Database
from envctl.world import real_world
from envctl.world.fifos import Fifos, fifos
from envctl.world.pipes import Reading
from envctl.world.shell import Finished

CUSTOMERS, ORDERS = 2_000_000, 1_000_000
IMAGE = "postgres:17"
SHOP = Database("shop", "postgres", data="shop")
TABLES = """CREATE TABLE customers (
    id bigint NOT NULL, email text NOT NULL, first_name text NOT NULL, last_name text NOT NULL, phone text NOT NULL,
    card text NOT NULL, street text NOT NULL, born date NOT NULL, country text NOT NULL, note text NOT NULL,
    created timestamptz NOT NULL
);
CREATE TABLE orders (
    id bigint NOT NULL, customer bigint NOT NULL, total numeric(10,2) NOT NULL, at timestamptz NOT NULL
);
"""
ROWS = """INSERT INTO customers SELECT n, 'person.' || n || '@mail' || n % 50 || '.test', 'Firstname' || n % 4000,
    'Lastname' || n % 90000, '+4930' || 10000000 + n, '4' || lpad((n::bigint * 7919 % 1000000000000000)::text, 15, '0'),
    n % 999 || ' ' || md5((n % 50000)::text) || ' Street', '1950-01-01'::date + n % 18000,
    (ARRAY['DE','FR','US','GB'])[1 + n % 4], md5(n::text), '2024-01-01'::timestamptz + n * interval '1 second'
    FROM generate_series(1, {customers}) AS n;
INSERT INTO orders SELECT n, 1 + n * 7 % {customers}, n % 10000 / 100.0,
    '2025-01-01'::timestamptz + n * interval '1 second'
    FROM generate_series(1, {orders}) AS n;
"""
AFTER = """ALTER TABLE customers ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX customers_email ON customers (email);
CREATE INDEX customers_last ON customers (last_name);
ALTER TABLE orders ADD PRIMARY KEY (id);
CREATE INDEX orders_customer ON orders (customer);
ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers (id);
"""
COUNTED = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM orders);"
UPDATE = """UPDATE customers SET email = 'user_' || md5('key' || email) || '@example.com',
    first_name = md5('key' || first_name), last_name = md5('key' || last_name), phone = md5('key' || phone),
    card = '****' || right(card, 4), street = md5('key' || street), born = born + (hashtext('key' || id) % 30);
VACUUM FULL;
"""
RULES = {
    "columns": {
        "customers.email": "email",
        "customers.first_name": {"mask": "name", "part": "first"},
        "customers.last_name": {"mask": "name", "part": "last"},
        "customers.phone": "phone",
        "customers.card": "card",
        "customers.street": "address",
        "customers.born": "shift",
        "customers.*": "keep",
        "orders.*": "keep",
    }
}


@dataclass(frozen=True)
class Server:
    """A Postgres in a container."""

    container: str
    pipes: Fifos | None  # as builders have them

    @property
    def client(self) -> DatabaseClient:
        """Its client."""
        return DatabaseClient(real_world(nobody), self.container, self.pipes)

    def words(self, *argv: str) -> tuple[str, ...]:
        """A program in it."""
        return ("docker", "exec", "--interactive", "--user", "postgres", self.container, *argv)

    def sql(self, text: str, database: str = SHOP.name) -> str:
        """What statements print."""
        argv = self.words("psql", "-XqAt", "--set=ON_ERROR_STOP=1", f"--dbname={database}", "--file=-")
        return ran(*argv, stdin=text.encode()).decode().strip()

    def anew(self) -> None:
        """An empty database."""
        self.sql("DROP DATABASE IF EXISTS shop WITH (FORCE);\nCREATE DATABASE shop TEMPLATE template0;", "postgres")


@contextmanager
def server(image: str, settings: Sequence[str] = (), *, published: bool = False) -> Iterator[Server]:
    """One for a while, with a database of that name; `published` on loopback, or without a network."""
    name = f"envctl-bench-{token_hex(4)}"
    network = "--publish=127.0.0.1::5432" if published else "--network=none"
    run = ("docker", "run", "--detach", "--name", name, network, "--shm-size=1g", "--env=POSTGRES_PASSWORD=x")
    world = real_world(nobody)
    with fifos(world.engine.daemon(), world.runtime, name) as pipes:
        binds = (f"--volume={pipes.folder}:{pipes.folder}",) if pipes else ()
        ran(*run, *binds, image, "postgres", *settings)
        try:
            ran("docker", "exec", name, "sh", "-c", "until pg_isready -q -h 127.0.0.1; do sleep 0.1; done")
            found = Server(name, pipes)
            found.anew()
            yield found
        finally:
            ran("docker", "rm", "--force", "--volumes", name)


def piped(one: Sequence[str], other: Sequence[str]) -> None:
    """One program's output goes to another, and both succeed."""
    with subprocess.Popen(one, stdout=subprocess.PIPE) as first:
        second = subprocess.run(other, stdin=first.stdout, stdout=subprocess.DEVNULL, check=False)
    if first.returncode or second.returncode:
        sys.exit(f"{' '.join(one)} | {' '.join(other)} failed")


@contextmanager
def live(source: Server, target: Server) -> Iterator[Plain]:
    """The source as it is read while it is masked."""

    def programs(script: str, *words: str, stdin: Iterable[bytes]) -> AbstractContextManager[Reading]:
        return source.client.reading(("sh", "-c", script, "envctl", *words), stdin=stdin)

    def failed(finished: Finished) -> EnvctlError:
        return EnvctlError(Exit.DATA_REFUSED, finished.stderr.decode())

    known = ask(target.client, SHOP)
    url = Url((("dbname", SHOP.name), ("user", SHOP.user)))
    with shared(Elsewhere(programs, url, known.major, failed), print) as text:
        yield Plain(known, (), lambda: (text.schema,), text.text, text.share, text.done)


def from_live(source: Server, target: Server) -> None:
    """A server, masked."""
    with live(source, target) as plain:
        masked(target, plain)


def plans(catalogue: Catalogue) -> Masks:
    """The rules, applied, and every raw value noted for the proof."""
    policy, key = parse(RULES), Key(Secret("a key of more than sixteen characters"))
    if not isinstance(policy, Policy):
        sys.exit(f"{policy}")
    found = check(policy, catalogue)
    if not isinstance(found, Checked):
        sys.exit(f"{found}")

    seen = Seen(key)

    def masks(schema: str, name: str, columns: tuple[str, ...]) -> Mask:
        table = catalogue.table(f"{schema}.{name}")
        if table is None:
            sys.exit(f"there is no table {name}")
        return Mask(TableMask(table, columns, found.tables.get(table.full, ()), key, seen).mask)

    return masks


def masked(target: Server, source: Plain) -> None:
    """What is measured of ours: from the schema to the comparison of what is there."""
    fill(target.client, source, SHOP, Filled("shop", "sha256:"), plans, large_objects=False)


def copied(source: Server, target: Server) -> None:
    """`psql COPY | psql COPY` of each table, then indexes and constraints."""
    target.sql(TABLES)
    for table in ("customers", "orders"):
        psql = ("psql", "-Xq", "--set=ON_ERROR_STOP=1", f"--dbname={SHOP.name}")
        piped(
            source.words(*psql, f"--command=COPY {table} TO STDOUT"),
            target.words(*psql, f"--command=COPY {table} FROM STDIN"),
        )
    target.sql(AFTER)


def dumped(source: Server, target: Server) -> None:
    """`pg_dump -Fc | pg_restore`."""
    piped(
        source.words("pg_dump", "--format=custom", SHOP.name),
        target.words("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={SHOP.name}"),
    )


def ratios(source: Server, target: Server, dump: Path, rounds: int, *, updates: bool) -> Iterator[Ratio]:
    """Each in turn, in every round."""
    restore = target.words("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={SHOP.name}")

    def restored() -> None:
        with dump.open("rb") as file:
            subprocess.run(restore, stdin=file, check=True)

    works: dict[str, Callable[[], object]] = {
        "live": lambda: from_live(source, target),
        "copy": lambda: copied(source, target),
        "dump | restore": lambda: dumped(source, target),
        "from dump": lambda: masked(target, plain(target.client, checked(dump), SHOP)),
        "restore": restored,
    }
    if updates:

        def updated() -> None:
            restored()
            target.sql(UPDATE)

        works["update"] = updated
    took: dict[str, list[float]] = {name: [] for name in works}
    every = source.sql(COUNTED)
    for _ in range(rounds):
        for name, work in works.items():
            target.anew()
            target.sql("CHECKPOINT")
            took[name].append(seconds(work))
            if every != target.sql(COUNTED):
                sys.exit(f"{name}: rows are missing")
    found = {name: median(times) for name, times in took.items()}
    yield Ratio("masked, from a live source", found["live"], found["copy"], "psql COPY | psql COPY", 1 / 0.7)
    yield Ratio("masked, from a live source", found["live"], found["dump | restore"], "pg_dump -Fc | pg_restore", 0.75)
    yield Ratio("masked, from a custom dump", found["from dump"], found["restore"], "pg_restore of the same", 1.0)
    if updates:
        yield Ratio("masked, from a custom dump", found["from dump"], found["update"], "restore, UPDATE, VACUUM", inf)


def image() -> str:
    """As envctl would find it: under its very name, else in the chosen registry."""
    prefix = choose(os.environ).prefix
    return f"{prefix}/{IMAGE}" if prefix else IMAGE


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each (3)")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="rows of the large table")
    parser.add_argument("--image", default=image(), help="of both servers")
    parser.add_argument("--no-update", action="store_true", help="leave out the restore with an UPDATE")
    chosen = parser.parse_args(words)
    unsafe = [f"--{name}={value}" for name, value in UNSAFE.items() if name != "unix_socket_directories"]
    kept = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="envctl-bench-")))
        source = stack.enter_context(server(chosen.image, ["--fsync=off", "--max_wal_size=4GB"]))
        target = stack.enter_context(server(chosen.image, unsafe))
        rows = ROWS.format(customers=chosen.customers, orders=min(ORDERS, chosen.customers // 2))
        source.sql(f"{TABLES}{rows}{AFTER}ANALYZE;")
        (folder / "shop.dump").write_bytes(ran(*source.words("pg_dump", "--format=custom", SHOP.name)))
        for ratio in ratios(source, target, folder / "shop.dump", chosen.rounds, updates=not chosen.no_update):
            print(ratio, flush=True)
            kept &= ratio.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
