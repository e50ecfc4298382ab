"""In which parts large tables are read, and with which words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import NoReturn

import pytest

from envctl.seeds.masked.text import Text, Unmasked
from envctl.seeds.servers.parts import (
    END,
    EXPORT,
    LOCK,
    RANGES,
    Large,
    Limits,
    Listing,
    joins,
    lists,
    read_listing,
    read_snapshot,
)

TABLE = Large("public", "orders", ("id", "total"), 10, 80_000)
ODD = Large('Odd.S"*', "a?$\\'b\n", ("Big", 'o"k', ":x"), 10, 80_000)


def said(number: int, *tables: Large) -> bytes:
    """What a server prints for them."""
    lines: list[dict[str, object]] = [{"number": number, "size": 1_000_000}]
    for one in tables:
        about = {"schema": one.schema, "name": one.name, "columns": one.columns, "pages": one.pages, "size": one.size}
        lines.append(about)
    return "\n".join(map(json.dumps, lines)).encode() + b"\n"


def test_parts_are_ranges_of_pages() -> None:
    """Each begins where the one before ends, and nothing bounds the last."""
    begin = 'COPY (SELECT "id", "total" FROM ONLY "public"."orders" WHERE ctid >= '
    assert [
        f"{begin}'(0,0)'::pg_catalog.tid AND ctid < '(4,0)'::pg_catalog.tid) TO STDOUT",
        f"{begin}'(4,0)'::pg_catalog.tid AND ctid < '(8,0)'::pg_catalog.tid) TO STDOUT",
        f"{begin}'(8,0)'::pg_catalog.tid) TO STDOUT",
    ] == list(TABLE.parts(32_000, ranges=True))


def test_a_part_has_a_page_or_more() -> None:
    """However little a part is to hold; and what lies beside the table counts, so that long values make short parts."""
    assert 10 == len(list(TABLE.parts(1, ranges=True)))
    assert 10 == len(list(replace(TABLE, size=80_000_000).parts(8_000_000, ranges=True)))


def test_a_table_is_read_whole_where_that_is_less_work() -> None:
    """By an old server, and where one part holds it."""
    whole = ['COPY "public"."orders" ("id", "total") TO STDOUT']
    assert whole == list(TABLE.parts(1, ranges=False))
    assert whole == list(TABLE.parts(80_000, ranges=True))
    assert whole == list(replace(TABLE, pages=1).parts(1, ranges=True))


def test_names_stay_names() -> None:
    """In a statement, in an option of pg_dump, and in what is masked afterwards."""
    table = '"Odd.S""*"."a?$\\\'b\n"'
    assert f"--exclude-table-data={table}" == ODD.excluding
    assert f'COPY {table} ("Big", "o""k", ":x") FROM stdin;\n'.encode() == ODD.begin
    seen: list[tuple[str, str, tuple[str, ...]]] = []

    def masks(schema: str, name: str, columns: tuple[str, ...]) -> NoReturn:
        seen.append((schema, name, columns))
        raise Unmasked("is seen")

    with pytest.raises(Unmasked):
        list(Text(masks).masked([ODD.begin, END]))
    assert [(ODD.schema, ODD.name, ODD.columns)] == seen


def test_a_listing_is_understood() -> None:
    """Tables come in the order of their names, whichever is the largest."""
    listing = read_listing(said(RANGES, TABLE, ODD))
    assert Listing(1_000_000, True, (ODD, TABLE)) == listing
    assert 840_000 == listing.small
    assert [*ODD.parts(32_000, ranges=True), *TABLE.parts(32_000, ranges=True)] == list(listing.parts(32_000))
    assert Listing(1_000_000) == read_listing(said(RANGES - 1))


def test_a_snapshot_has_a_name() -> None:
    """It stands behind what else was printed; what is none goes into no statement."""
    assert "0000000D-00000003-1" == read_snapshot(b"15\n0000000D-00000003-1\n")
    assert [None, None] == [read_snapshot(b""), read_snapshot(b"15\n'; DROP TABLE x")]
    assert "SET TRANSACTION SNAPSHOT '0A-1';" in joins("0A-1")


def test_tables_are_locked_before_there_is_a_snapshot() -> None:
    """The first that is asked in its transaction is for locks, which needs none."""
    transaction = LOCK.partition("COMMIT;\n")[2]
    assert ["BEGIN", "SET", "SET", ":envctl_lock;"] == [line.split()[0] for line in transaction.splitlines()]
    assert ("lock_timeout" in transaction, "pg_export_snapshot" in EXPORT) == (True, True)


def test_limits_are_the_servers_to_keep() -> None:
    """It lists no more, nor smaller ones."""
    asked = lists(Limits(large=123, most=7))
    assert ("s.size >= 123 " in asked, "LIMIT 7;" in asked) == (True, True)
