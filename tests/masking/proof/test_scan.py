"""Every raw value that is anywhere in the bytes is found, wherever it stands; none that is not there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.catalogue import Column, Family
from envctl.masking.key import Key
from envctl.masking.proof.filter import Seen
from envctl.masking.proof.scan import Hit, Scanner, Scanners, together
from envctl.masking.proof.sieve import LONGEST, RUNGS, SHORTEST
from envctl.secret import Secret
from tests.seeds.postgres import Postgres

KEY = Key(Secret("a key of the tests, long enough"))
# Few letters, so that values are parts and neighbours of each other; of one and more bytes, and none that is a digit.
LETTERS = st.text(st.sampled_from("abcdé "), min_size=SHORTEST, max_size=40)
NOISE = st.binary(max_size=60) | st.text(st.sampled_from("abcdé "), max_size=40).map(str.encode)
CONTENTS = st.lists(NOISE | LETTERS.map(str.encode), max_size=12).map(b"".join)
CUTS = st.lists(st.integers(0, 400), max_size=6).map(sorted)


def seen(*values: str, held: int = 10**6) -> Seen:
    """Values of one column."""
    found = Seen(KEY, held=held)
    found.add("shop.people.mail", pl.Series(values, dtype=pl.String))
    return found


def fed(scanner: Scanner, content: bytes, cuts: Sequence[int] = ()) -> Scanner:
    """Look through a file that comes in pieces."""
    borders = [0, *(cut for cut in cuts if cut < len(content)), len(content)]
    for begin, end in pairwise(borders):
        scanner.feed("base/1/1", content[begin:end])
    return scanner


def found(values: Seen, content: bytes, cuts: Sequence[int] = ()) -> tuple[int, int]:
    """How often values are found in a file, and where first; −1 for nowhere."""
    hit = fed(Scanner(values), content, cuts).hits.get("shop.people.mail")
    return (hit.count, hit.offset) if hit else (0, -1)


def places(value: bytes, content: bytes) -> list[int]:
    """Every offset of a value."""
    return [at for at in range(len(content)) if content.startswith(value, at)]


def sought(value: str) -> bool:
    """Whether a value is looked for at all."""
    content = value.encode()
    return len(content) >= SHORTEST and len({*content[:SHORTEST]}) > 1


@given(st.lists(LETTERS, min_size=1, max_size=6, unique=True), st.data(), CUTS)
def test_every_place_of_every_value_is_found(values: list[str], data: st.DataObject, cuts: list[int]) -> None:
    """Values are found at whatever offset they begin, in each other, and across the borders of what is fed."""
    parts = NOISE | st.sampled_from([value.encode() for value in values])
    content = b"".join(data.draw(st.lists(parts, max_size=12)))
    letters = [value for value in values if sought(value) and any(letter.isalpha() for letter in value)]
    at = sorted(place for value in letters for place in places(value.encode(), content))
    assert (len(at), at[0] if at else -1) == found(seen(*values), content, cuts)


@given(st.lists(LETTERS, max_size=6), CONTENTS, CUTS)
def test_what_is_not_there_is_not_found(values: list[str], content: bytes, cuts: list[int]) -> None:
    """Bytes that are alike and hold no value give no hit."""
    absent = [value for value in values if value.encode() not in content]
    assert (0, -1) == found(seen(*absent), content, cuts)


@given(st.integers(0, 30), st.integers(2, 9))
def test_more_than_memory_holds_is_found_all_the_same(many: int, held: int) -> None:
    """Values that were spilled are found as those that were not."""
    values = [f"somebody {'x' * n} and {n} others" for n in range(many)]
    spilled = Seen(KEY, held=held)
    for value in values:
        spilled.add("shop.people.mail", pl.Series([value]), pl.Series([f"made of {value}"]))
    assert (many, 2 if many else -1) == found(spilled, "\n".join(["#", *values]).encode())


@pytest.mark.parametrize("length", sorted({n + d for n in RUNGS for d in (-1, 0, 1)} - {SHORTEST - 1, LONGEST + 1}))
def test_every_length_is_found(length: int) -> None:
    """A value is found whatever prefix of it is looked at first, and a letter less of it is not."""
    value = ("The quick brown fox. " * (length // 20 + 1))[:length]
    assert (1, 3) == found(seen(value), f"abc{value}def".encode())
    assert (0, -1) == found(seen(value), f"abc{value[:-1]}".encode())


def test_of_long_values_their_beginning_is_found() -> None:
    """A value of any length is found when its first 1024 bytes are there: the rest may be stored elsewhere."""
    value = "".join(f"word {n} " for n in range(1000))
    assert (1, 0) == found(seen(value), value[:LONGEST].encode())


def test_places_are_those_in_the_file() -> None:
    """An offset counts from the file's beginning, over all that was fed of it, and the first is kept."""
    content = b"." * 100_000 + b"Mary Miller" + b"." * 50_000 + b"Mary Miller"
    assert (2, 100_000) == found(seen("Mary Miller"), content, range(7, 150_000, 9_999))


def test_files_are_apart() -> None:
    """The end of one file and the beginning of the next are no value; each file is named."""
    scanner = Scanner(seen("Mary Miller"))
    for name, content in (("one", b"x Mary Mi"), ("two", b"ller"), ("three", b"Mary Miller"), ("four", b"Mary Miller")):
        scanner.feed(name, content)
    assert {"shop.people.mail": Hit("shop.people.mail", 2, "three", 0)} == scanner.hits
    assert 35 == scanner.scanned


def test_asking_in_between_counts_nothing_twice() -> None:
    """Hits can be asked for after each file."""
    scanner = Scanner(seen("Mary Miller"))
    for name in ("one", "two"):
        scanner.feed(name, b"Mary Miller")
        scanner.hits  # noqa: B018 – asked for what asking does
    assert 2 == scanner.hits["shop.people.mail"].count


def test_a_value_of_two_columns_counts_for_both() -> None:
    """Each column that a value came from is named."""
    both = seen("Mary Miller")
    both.add("shop.orders.buyer", pl.Series(["Mary Miller", "Jane Miller"]))
    assert {"shop.people.mail": 1, "shop.orders.buyer": 1} == {
        name: hit.count for name, hit in fed(Scanner(both), b"Mary Miller").hits.items()
    }


def test_scanners_work_side_by_side() -> None:
    """What several scanners of the same values found is added up."""
    values = seen("Mary Miller")
    hits = together(fed(Scanner(values), content).hits for content in (b"Mary Miller", b"nobody", b".Mary Miller"))
    assert {"shop.people.mail": Hit("shop.people.mail", 2, "base/1/1", 0)} == hits


def test_what_is_known_is_not_counted() -> None:
    """Words that are in an empty cluster too are no leak."""
    values = seen("application", "Mary Miller")
    known = fed(Scanner(values), b"pg_application").known
    scanner = Scanner(values, known)
    assert 1 == fed(scanner, b"application of Mary Miller").hits["shop.people.mail"].count


@pytest.mark.parametrize(
    ("value", "content", "count"),
    [
        ("01711234567", "tel 01711234567.", 1),
        ("01711234567", "1 01711234567", 1),
        ("01711234567", "901711234567", 0),  # a longer number
        ("01711234567", "017112345678", 0),
        ("+49 171 1234567", "+49 171 12345678", 0),
        ("+49 171 1234567", "0+49 171 1234567", 1),
        ("12345678", "tel 12345678.", 0),  # too few digits to be anybody's alone
        ("1234-5678", "tel 1234-5678.", 0),
        ("1234-5678-90", "tel 1234-5678-90.", 1),
        ("Main St. 5", "Main St. 5", 1),
        ("Main St. 5", "Main St. 55", 0),
        ("5 Main St.", "15 Main St.", 0),
        ("5 Main St.", "\x175 Main St.", 1),
    ],
)
def test_numbers_must_stand_alone(value: str, content: str, count: int) -> None:
    """A number within a longer one is another number, and few digits are no proof."""
    assert count == found(seen(value), content.encode())[0]


@pytest.mark.parametrize("cut", range(1, 14))
def test_numbers_stand_alone_across_borders(cut: int) -> None:
    """What precedes and follows a number counts, also if it came before or comes later."""
    assert 0 == found(seen("01711234567"), b".901711234567", [cut])[0]
    assert 0 == found(seen("01711234567"), b".017112345678", [cut])[0]
    assert 1 == found(seen("01711234567"), b".01711234567.", [cut])[0]


def test_a_length_is_no_digit() -> None:
    """A number right behind its length, as Postgres stores it, is found although that byte looks like a digit."""
    value = "4711 0815 4711 0815 4711"
    length = bytes([2 * (len(value) + 1) + 1])
    assert b"3" == length
    assert 1 == found(seen(value), b"\0" + length + value.encode() + b"\0")[0]


def test_nothing_is_found_where_nothing_is_looked_for() -> None:
    """Without values, and in files without bytes, nothing is found."""
    assert (0, -1) == found(Seen(KEY), b"anything at all")
    assert (0, -1) == found(seen("Mary Miller"), b"")


@pytest.mark.parametrize("cut", [8192 + 500, 8192, 8192 - 4, 8192 + 24, 16384, 20_000])
@pytest.mark.parametrize("before", range(0, 12, 3))
def test_a_page_of_the_log_of_changes_may_end_in_a_value(before: int, cut: int) -> None:
    """A value is found before and after the header of the second page, once, wherever the file is cut."""
    value = b"Mary Miller"
    page = b"." * (8192 - before) + value[:before]
    content = page + b"\x16\xd1" + b"\0" * 22 + value[before:] + b"." * (8192 - 24 - len(value) + before) + b"." * 8192
    for name, count in (("pg_wal/000000010000000000000001", 1), ("base/1/1", 0 if before else 1)):
        scanner = Scanner(seen("Mary Miller"))
        for part in (content[:cut], content[cut:]):
            scanner.feed(name, part)
        assert count == sum(hit.count for hit in scanner.hits.values())
        assert not scanner.hits or 8192 - before + (0 if before else 24) == scanner.hits["shop.people.mail"].offset


STORED: Mapping[str, tuple[Family, str, str]] = {
    "text": ("text", "text", "Mary Miller"),
    "varchar(40)": ("text", "varchar(40)", "Jane Müller"),
    "char(20)": ("text", "char(20)", "Paul Porter"),
    "phone": ("text", "text", "+49 171 1234567"),
    "uuid": ("uuid", "uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "bytea": ("bytes", "bytea", "\\x4a6f686e00ff4a6f6e6573"),
    "json": ("json", "json", '{"a": ["Anna \\"Ann\\" Archer"]}'),
    "jsonb": ("json", "jsonb", '{"a": {"b": ["Bert \\u00dcbel", 1]}}'),
    "array": ("text", "text[]", '{"Carl Carter",x}'),
    "long": ("text", "text", "".join(f"letter {n} to Dora " for n in range(20))),
    "composite": ("other", "person", '("Emil Eckert",1)'),
}


@pytest.mark.docker
def test_values_are_found_in_the_files_of_a_real_server(postgres: Postgres) -> None:
    """Whatever type a value has, it is found in the table's file, in that of its index and in the log of changes."""
    database = postgres.fresh()
    columns = ", ".join(f'"{name}" {sql}' for name, (_, sql, _) in STORED.items())
    values = ", ".join("'" + value.replace("'", "''") + "'" for *_, value in STORED.values())
    postgres.sql(
        database,
        "CREATE TYPE person AS (name text, n int)",
        f"CREATE TABLE stored ({columns})",
        'CREATE INDEX by_name ON stored (text, phone, uuid, bytea, jsonb, "array")',
        f"INSERT INTO stored VALUES ({values})",
        "CHECKPOINT",
    )
    files = postgres.sql(
        database,
        "SELECT pg_relation_filepath('stored')",
        "SELECT pg_relation_filepath('by_name')",
        "SELECT 'pg_wal/' || name FROM pg_ls_waldir() ORDER BY name",
    )
    values_seen = Seen(KEY)
    for name, (family, sql, value) in STORED.items():
        column = Column(name, sql, family, array=sql.endswith("[]"), fixed=sql.startswith("char"))
        values_seen.add(name, pl.Series([value]), pl.Series(["something else"]), column=column)
    found = [hits_of(postgres, values_seen, file) for file in files]
    assert {*STORED} <= found[0]
    assert {"text", "phone", "uuid", "bytea", "array", "jsonb"} <= found[1]
    assert {*STORED} <= set().union(*found[2:])


def hits_of(postgres: Postgres, values: Seen, file: str) -> set[str]:
    """The columns of which values are found in a file of the server."""
    read = postgres.run(("cat", f"/var/lib/postgresql/data/{file}"))
    assert read.status == 0, read.stderr.decode()
    return {*fed(Scanner(values), read.stdout, range(4096, len(read.stdout), 1 << 20)).hits}


def test_several_at_once_find_what_one_finds() -> None:
    """Whoever gets which file; the bytes of all are counted."""
    values = seen("somebody's address", "another address")
    files = {f"file {number}": b"-" * number + b"another address--somebody's address-" for number in range(1, 50)}
    alone = Scanner(values)
    with Scanners(values, workers=3) as crowd:
        for name, content in files.items():
            for scanner in (alone, crowd):
                scanner.feed(name, content[:20])
                scanner.feed(name, content[20:])
    assert {name: hit.count for name, hit in alone.hits.items()} == {n: hit.count for n, hit in crowd.hits.items()}
    assert sorted(alone.known) == sorted(crowd.known)
    assert alone.scanned == crowd.scanned


def test_what_goes_wrong_beside_is_raised() -> None:
    """Nothing was found is not said of what nobody could look through."""
    with Scanners(seen("somebody's address"), workers=2) as crowd:
        crowd.feed("file", None)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            _ = crowd.hits
