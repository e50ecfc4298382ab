"""What is no whole dump is refused with a mask too: with its reason, without a value, and nothing is left of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.plain import Plain, plain
from envctl.seeds.masked.fill import fill
from envctl.seeds.swap import Filled
from envctl.workload import Database
from tests.seeds.masked.test_fill import by_rules, directory
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

ROWS = 20_000
SCHEMA = f"""CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL, note text);
CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customer);
INSERT INTO customer SELECT n, 'raw' || n || '@mail.test', md5(n::text) FROM generate_series(1, {ROWS}) AS n;
INSERT INTO orders SELECT n, n FROM generate_series(1, {ROWS}) AS n;
"""
Change = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def source(postgres: Postgres) -> str:
    """A database with enough rows to be cut in two."""
    return postgres.holding(SCHEMA)


@pytest.fixture
def target(postgres: Postgres, source: str) -> Iterator[Database]:
    """Where it would go: it keeps what it holds, and nothing else is there afterwards."""
    assert source in postgres.databases()
    name = postgres.fresh()
    postgres.sql(name, "CREATE TABLE kept ()")
    before = postgres.databases()
    yield Database(name, USER, data="shop")
    assert before == postgres.databases()
    assert ["0"] == postgres.sql(name, "SELECT count(*) FROM kept")


def said_of(postgres: Postgres, read: Plain, target: Database) -> EnvctlError:
    """What is said of a text that does not get in, without a value."""
    digest, plans = "sha256:" + "0" * 64, by_rules({"columns": {"customer.email": "email"}, "unlisted": "keep"})
    with pytest.raises(EnvctlError) as caught:
        fill(postgres, read, target, Filled("shop", digest), plans, large_objects=False, worth=0)
    assert "raw" not in f"{caught.value.message} {caught.value.details} {caught.value.hint}"
    return caught.value


PLAIN: dict[str, tuple[Change, str, str]] = {
    "no dump": (
        lambda _: b"NAME,MAIL\nraw,raw@mail.test\n",
        r"pg_dump does not write \(line 1\)",
        "as pg_dump makes it",
    ),
    "not UTF-8": (
        lambda text: text.replace(b"raw7@", b"ra\xff7@"),
        r"row 7 of public\.customer is not UTF-8",
        "Make or copy the dump again",
    ),
    "of a newer version": (
        lambda text: text.replace(b"version 17", b"version 99").replace(b"CREATE TABLE", b"CREATE NEW TABLE"),
        r"at line \d+: syntax error\. It comes from Postgres 99\.\d+, and the service runs Postgres 17",
        'Set `version = "99"`',
    ),
    "a key twice": (
        lambda text: text.replace(b"\n8\traw", b"\n7\traw", 1),
        r'at line \d+: could not create unique index "customer_pkey"',
        "choose another way of masking",
    ),
    "a reference to nothing": (
        lambda text: text.replace(b"\n8\t8\n", b"\n8\t0\n"),
        r'at line \d+: .*violates foreign key constraint "orders_customer_fkey"',
        "choose another way of masking",
    ),
}


@pytest.mark.parametrize("case", PLAIN)
def test_a_plain_dump_with_a_flaw_is_refused(
    postgres: Postgres, source: str, target: Database, tmp_path: Path, case: str
) -> None:
    """With the line or the row where it is, and what to do about it."""
    change, why, hint = PLAIN[case]
    (dump := tmp_path / "a.sql").write_bytes(change(postgres.dump(source)))
    error = said_of(postgres, plain(postgres, check(dump), target), target)
    assert (Exit.DATA_REFUSED, "The database keeps what it holds.") == (error.code, error.unchanged)
    assert re.search(why, error.message), error.message
    assert hint in error.hint


@pytest.mark.parametrize("format_", ["plain", "custom", "tar", "directory"])
def test_a_dump_that_is_cut_off_while_it_is_read_is_refused(
    postgres: Postgres, source: str, target: Database, tmp_path: Path, format_: str
) -> None:
    """It was whole when it was looked at."""
    if format_ == "directory":
        dump = directory("--compress=0")(postgres, source, tmp_path)
        cut = max(dump.glob("*.dat"), key=lambda file: file.stat().st_size)
    else:
        (dump := tmp_path / "a").write_bytes(postgres.dump(source, f"--format={format_}"))
        cut = dump
    read = plain(postgres, check(dump), target)
    os.truncate(cut, cut.stat().st_size * 3 // 5)
    error = said_of(postgres, read, target)
    assert Exit.DATA_REFUSED == error.code
    assert re.search("cut off|ends inside|end of file|changed while it was read", error.message), error.message


def test_an_archive_of_a_newer_version_is_refused(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """Its beginning says so."""
    archive = bytearray(postgres.dump(source, "--format=custom"))
    archive[6] = 127
    (dump := tmp_path / "a.dump").write_bytes(archive)
    with pytest.raises(EnvctlError, match="was made by a newer pg_dump"):
        plain(postgres, check(dump), target)


def test_a_dump_that_becomes_another_while_it_is_read_is_refused(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """However whole that is: it would be kept as what was looked at."""
    (dump := tmp_path / "a.sql").write_bytes(text := postgres.dump(source))
    read = plain(postgres, check(dump), target)
    dump.write_bytes(text.replace(b"raw7@", b"raw8@"))
    assert "changed while it was read" in said_of(postgres, read, target).message


def test_a_source_that_goes_away_is_refused(postgres: Postgres, source: str, target: Database, tmp_path: Path) -> None:
    """Half-way through its rows, in its own words."""
    (dump := tmp_path / "a.sql").write_bytes(postgres.dump(source))
    whole = plain(postgres, check(dump), target)

    @contextmanager
    def half() -> Iterator[Iterable[bytes]]:
        with whole.text() as blocks:
            text = b"".join(blocks)

        def read() -> Iterator[bytes]:
            yield text[: len(text) // 2]
            raise EnvctlError(Exit.UNHEALTHY, "live shop could not be copied")

        yield read()

    assert "live shop could not be copied" == said_of(postgres, replace(whole, text=half), target).message
