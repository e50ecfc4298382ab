"""COPY's text format is read and written as Postgres does it, and what is none is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.copying import BrokenRows, escaped, rows, text, unescaped
from tests.seeds.postgres import USER, Postgres

Value = str | None
LETTERS = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
MEANINGS = {letters[1]: value for value, letters in LETTERS.items()}
ESCAPE = re.compile(r"\\(.)", re.DOTALL)

ANY = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
TRICKY = st.text(st.sampled_from("\\Nnt.\t\n\r\b\f\v'\" \ufeffé\U0001f600,#"), max_size=6)
VALUES = st.none() | ANY | TRICKY
TABLES = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(VALUES, min_size=width, max_size=width), max_size=8))


def written(table: Sequence[Sequence[Value]]) -> bytes:
    """COPY text, value by value."""
    return "".join("\t".join(field(value) for value in row) + "\n" for row in table).encode()


def field(value: Value) -> str:
    """One value of COPY text."""
    return "\\N" if value is None else "".join(LETTERS.get(letter, letter) for letter in value)


def read(block: bytes, width: int) -> list[list[Value]]:
    """What COPY text says, value by value."""
    lines = block.decode().split("\n")[:-1]
    found = [line.split("\t") for line in lines]
    assert all(len(fields) == width for fields in found)
    return [[None if f == "\\N" else ESCAPE.sub(lambda m: MEANINGS[m[1]], f) for f in fields] for fields in found]


def names(width: int) -> list[str]:
    """Of columns; odd ones, as there are."""
    return ["id", "*", "^a.*$", '"'][:width]


@given(TABLES)
def test_what_is_written_is_read(table: list[list[Value]]) -> None:
    """Whatever the values are, they come out of COPY text as they went in, and are written again byte for byte."""
    width = len(table[0]) if table else 1
    block = written(table)
    frame = rows(block, names(width))
    assert block == text(frame)
    bare = pl.DataFrame([unescaped(series) for series in frame])
    assert [tuple(row) for row in table] == bare.rows()
    assert [tuple(row) for row in read(block, width)] == bare.rows()
    assert block == text(pl.DataFrame([escaped(series) for series in bare]))


@pytest.mark.parametrize(
    ("block", "width", "said"),
    [
        (b"1\t2\n1\n", 2, "line 2 has 1 columns instead of 2"),
        (b"1\n1\t2\t3\n", 2, "line 1 has 1 columns instead of 2"),
        (b"1\t2\n\n", 2, "line 2 has 1 columns instead of 2"),
        (b"1\t2\n", 1, "line 1 has 2 columns instead of 1"),
        (b"1\n\n1\n", 0, "line 1 has columns where there are none"),
        (b"1\n2", 1, "line 2 has no end"),
        (b"1\n\xff\n", 1, "line 2 is not UTF-8"),
        (b"a\xc3\t\xa9\n", 2, "line 1 is not UTF-8"),
        (b"1\n\xed\xa0\x80\n", 1, "line 2 is not UTF-8"),
        (b"1\r\n", 1, "line 1 holds a carriage return, a zero byte, or an escaped end of a column or line"),
        (b"1\na\0\n", 1, "line 2 holds a carriage return, a zero byte, or an escaped end of a column or line"),
        (b"a\\\tb\n", 2, "line 1 holds a carriage return, a zero byte, or an escaped end of a column or line"),
        (b"1\n\\.\n2\n", 1, "line 2 says that there are no more, and it is not the last"),
    ],
)
def test_what_is_no_copy_text_is_refused(block: bytes, width: int, said: str) -> None:
    """What Postgres would not have written, or would read in another way, is not guessed at."""
    with pytest.raises(BrokenRows) as broken:
        rows(block, names(width))
    assert said == str(broken.value)


def test_an_escaped_backslash_before_a_tab_is_a_backslash() -> None:
    """Two backslashes at the end of a value are one, and the tab after them ends it."""
    assert [("a\\", "b")] == [tuple(unescaped(series)[0] for series in rows(b"a\\\\\tb\n", ["x", "y"]))]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("\\101", "A"),
        ("\\x41b", "Ab"),
        ("\\303\\251", "é"),
        ("\\xc3\\xa9", "é"),
        ("\\q\\.\\'", "q.'"),
        ("\\x4g", "\x04g"),
        ("\\8", "8"),
        ("\\477", "?"),
        ("\\\\101", "\\101"),
        ("\\\\\\101\\t", "\\A\t"),
    ],
)
def test_escapes_that_postgres_only_reads(value: str, meant: str) -> None:
    """Bytes as digits, and letters that stand for themselves, mean what they mean to COPY, beside plain values."""
    assert ["plain", meant, None] == unescaped(pl.Series(["plain", value, None])).to_list()


@pytest.mark.parametrize("value", ["\\377", "\\303", "\\0", "\\x0"])
def test_digits_that_are_no_text_are_refused(value: str) -> None:
    """Digits that stand for bytes of no letter, or for zero, are no text."""
    with pytest.raises(BrokenRows, match="line 2"):
        unescaped(pl.Series(["plain", value]))


@pytest.mark.parametrize("lines", [0, 3])
def test_rows_without_columns(lines: int) -> None:
    """A table may have rows and no columns: they are as many empty lines."""
    assert (lines, 0) == rows(b"\n" * lines, []).shape
    assert b"\n" * lines == text(rows(b"\n" * lines, []))


NASTY = [
    "",
    " ",
    "  ",
    "\\N",
    "\\.",
    "\\",
    "\t",
    "\n",
    "\r\n",
    "a\tb\\c\vd\fe\bf",
    "\ufeffx",
    '"',
    "é\U0001f600",
    "\x7f\x01",
]


@pytest.mark.docker
def test_it_is_what_postgres_writes_and_reads(postgres: Postgres) -> None:
    """Values out of a real Postgres are what they are there, and what is written comes back the same."""
    database = postgres.fresh()
    made = ", ".join(f"({n}, convert_from('\\x{value.encode().hex()}', 'UTF8'))" for n, value in enumerate(NASTY))
    postgres.sql(
        database,
        "CREATE TABLE texts (id int, value text); CREATE TABLE lone (value text); CREATE TABLE nothing ();",
        f"INSERT INTO texts VALUES {made}, (99, NULL)",
        "INSERT INTO lone SELECT value FROM texts ORDER BY id",
        "INSERT INTO nothing DEFAULT VALUES",
        "INSERT INTO nothing DEFAULT VALUES",
    )
    found = rows(copied(postgres, database, "texts"), ["id", "value"])
    assert [*NASTY, None] == unescaped(found["value"]).to_list()
    lone = rows(copied(postgres, database, "lone"), ["value"])
    assert [*NASTY, None] == unescaped(lone["value"]).to_list()
    nothing = rows(copied(postgres, database, "nothing"), [])
    assert 2 == nothing.height
    again = pl.DataFrame([escaped(unescaped(series)) for series in lone])
    for table, content in (("lone", text(again)), ("nothing", text(nothing))):
        postgres.sql(database, f"CREATE TABLE {table}_again (LIKE {table})")
        finished = postgres.run(psql(database, f"COPY {table}_again FROM STDIN"), stdin=[content])
        assert (0, b"") == (finished.status, finished.stderr)
        assert copied(postgres, database, table) == copied(postgres, database, f"{table}_again")


def copied(postgres: Postgres, database: str, table: str) -> bytes:
    """A table's COPY text."""
    return postgres.run(psql(database, f"COPY {table} TO STDOUT")).stdout


def psql(database: str, command: str) -> tuple[str, ...]:
    """A command for psql."""
    return ("psql", "--no-psqlrc", "--quiet", f"--username={USER}", f"--dbname={database}", f"--command={command}")
