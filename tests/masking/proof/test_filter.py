"""What is remembered of raw values, and which are left out because finding them would prove nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from envctl.catalogue import Column, Family
from envctl.masking.key import Key
from envctl.masking.proof.filter import Left, Seen
from envctl.masking.proof.scan import Scanner
from envctl.secret import Secret

KEY = Key(Secret("a key of the tests, long enough"))


def counts(seen: Seen, content: bytes) -> Mapping[str, int]:
    """How often values of each column are found."""
    scanner = Scanner(seen)
    scanner.feed("a file", content)
    return {name: hit.count for name, hit in scanner.hits.items()}


def texts(*values: str | None) -> pl.Series:
    """Values of a column."""
    return pl.Series(values, dtype=pl.String)


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("1234567", Left(short=1)),
        ("éééé", Left()),  # eight bytes
        ("ééé ", Left(short=1)),
        ("--------- ", Left(uniform=1)),
        ("12345678", Left()),
    ],
)
def test_what_is_not_looked_for(value: str, left: Left) -> None:
    """Values of fewer than eight bytes, or that begin with one byte eight times, are counted and left out."""
    seen = Seen(KEY)
    seen.add("t.c", texts(value))
    assert bool(seen.sieve)
    assert (left, 1 if left == Left() else 0) == (seen.left, seen.sought)


def test_what_masking_wrote_is_no_leak() -> None:
    """A raw value that another one was masked to stands there rightly; all others are found."""
    seen = Seen(KEY)
    seen.add("t.c", texts("Mary Miller", "Jane Jones"), texts("Jane Jones", "Paul Porter"))
    assert {"t.c": 1} == counts(seen, b"Jane Jones, Paul Porter, Mary Miller")
    assert Left(written=1) == seen.left


def test_what_pools_hold_is_no_leak() -> None:
    """Names that masking may give, and the words of the schema, are left out."""
    seen = Seen(KEY)
    seen.keep(pl.Series(["Christina", "customers"]))
    seen.add("t.c", texts("Christina", "Christiane"))
    assert {"t.c": 1} == counts(seen, b"Christina Christiane")


def test_what_a_condition_left_is_no_leak() -> None:
    """A value that one row keeps on purpose may be there, although another row's was masked."""
    seen = Seen(KEY)
    seen.add("t.c", texts("Mary Miller"), texts("Paul Porter"))
    seen.keep(texts("Mary Miller"))
    assert {} == counts(seen, b"Mary Miller")


def test_a_mask_that_does_nothing_is_found() -> None:
    """Values that are masked to themselves are looked for, and so are found."""
    seen = Seen(KEY)
    values = texts("Mary Miller", "Jane Jones")
    seen.add("t.c", values, values)
    assert {"t.c": 2} == counts(seen, b"Mary Miller and Jane Jones")


def test_one_value_may_become_itself_by_chance() -> None:
    """A single value of a column that was drawn for itself is no leak; two are."""
    seen = Seen(KEY)
    seen.add("t.c", texts("Mary Miller", "Jane Jones"), texts("Mary Miller", "Paul Porter"))
    assert {"t.c": 1} == counts(seen, b"Mary Miller and Jane Jones")


def test_repeated_values_are_remembered_once() -> None:
    """A column of few values costs the memory of few."""
    seen = Seen(KEY)
    for _ in range(3):
        seen.add("t.c", texts(*["Mary Miller", "Jane Jones"] * 5000))
    assert {"t.c": 1} == counts(seen, b"Jane Jones")
    assert 2 == seen.sought


UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
ADDRESS = "2001:db8::8a2e:370:7334"


@pytest.mark.parametrize(
    ("family", "value", "content", "count"),
    [
        ("text", "Mary Miller", b"Mary Miller", 1),
        ("uuid", UUID, UUID.encode(), 1),
        ("uuid", UUID, bytes.fromhex(UUID.replace("-", "")), 1),
        ("bytes", "\\x4d617279204d696c6c6572", b"Mary Miller", 1),
        ("bytes", "\\x4d617279204d696c6c6572", b"\\x4d617279204d696c6c6572", 1),
        ("bytes", "\\x00000000000000000000", bytes(20), 0),
        ("network", ADDRESS, ADDRESS.encode(), 1),
        ("json", '{"name": "Mary Miller", "n": [1, "Jane \\"Jo\\" Jones"]}', b'nameMary Miller and Jane "Jo" Jones', 2),
        ("json", '"M\\u00fcller & Cie"', "Müller & Cie".encode(), 1),
        ("hstore", '"name"=>"Mary Miller", "b"=>NULL', b"Mary Miller", 1),
        ("integer", "1234567890123", b"1234567890123", 0),
        ("number", "12345678901.23", b"12345678901.23", 0),
        ("date", "1980-02-29", b"1980-02-29", 0),
        ("timestamp", "1980-02-29 10:00:00", b"1980-02-29 10:00:00", 0),
        ("enum", "delivered", b"delivered", 0),
        ("other", "(Mary Miller,1)", b"(Mary Miller,1)", 2),  # the whole, and its first part
    ],
)
def test_forms_in_which_values_are_stored(family: Family, value: str, content: bytes, count: int) -> None:
    """Values are looked for as text and as Postgres stores them, those of common bytes not at all."""
    seen = Seen(KEY)
    seen.add("t.c", texts(value), texts("something else"), column=Column("c", family, family))
    assert count == counts(seen, b"\0" + content + b"\0").get("t.c", 0)


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ('{"Mary Miller",NULL,x}', b"Mary Miller"),
        ("{{mary@shop.test},{jane@shop.test}}", b"jane@shop.test"),
        ('{"a \\"quoted\\" name"}', b'a "quoted" name'),
    ],
)
def test_elements_of_arrays(value: str, content: bytes) -> None:
    """Every element of an array is looked for by itself, as it is stored."""
    seen = Seen(KEY)
    seen.add("t.c", texts(value), texts("{}"), column=Column("c", "text[]", "text", array=True))
    assert {"t.c": 1} == counts(seen, content)


def test_what_json_keeps_is_no_leak() -> None:
    """Of a document only those texts are looked for that are not in it any more."""
    seen = Seen(KEY)
    raw = '{"customer_name": "Mary Miller", "status_text": "delivered"}'
    made = '{"customer_name": "Paul Porter", "status_text": "delivered"}'
    seen.add("t.c", texts(raw), texts(made), column=Column("c", "jsonb", "json"))
    assert {"t.c": 1} == counts(seen, b"customer_name Mary Miller status_text delivered")


def test_keys_of_json_are_no_data() -> None:
    """Keys that are like names of columns are not looked for, others are: somebody's address may be one."""
    seen = Seen(KEY)
    raw = '{"customer_name": "Mary Miller", "mary@shop.test" : 1}'
    seen.add("t.c", texts(raw), texts(None), column=Column("c", "json", "json"))
    assert {} == counts(seen, b"customer_name")
    assert {"t.c": 2} == counts(seen, b"customer_name Mary Miller mary@shop.test")


def test_blanks_that_fill_up_are_not_part_of_a_value() -> None:
    """A value of char(n) is found without the blanks behind it."""
    seen = Seen(KEY)
    seen.add("t.c", texts("Mary Miller    "), column=Column("c", "character(15)", "text", length=15, fixed=True))
    assert {"t.c": 1} == counts(seen, b"Mary Miller")


def test_no_raw_value_is_spilled(tmp_path: Path) -> None:
    """What leaves memory goes to files without a name, and holds no value."""
    seen = Seen(KEY, held=10, folder=tmp_path)
    for n in range(100):
        seen.add("t.c", texts(f"Mary Miller the {n}th"), texts(f"Paul Porter the {n}th"))
    runs = (seen._sought, seen._written)
    assert all(one.spilled for one in runs)
    for file in (one._file for one in runs):
        file.seek(0)
        content = file.read()
        assert content
        assert b"Mary" not in content
    assert [] == [*tmp_path.iterdir()]
    assert {"t.c": 1} == counts(seen, b"Mary Miller the 77th")


def test_another_key_remembers_something_else() -> None:
    """What is remembered depends on the key."""
    frames = []
    for word in ("a key of the tests, long enough", "another key, as long as that one"):
        seen = Seen(Key(Secret(word)))
        seen.add("t.c", texts("Mary Miller"))
        frames.append(next(seen._sought.parts(1)))
    for name in ("hash", "proof", "anchor", "prefix"):
        assert frames[0][name].to_list() != frames[1][name].to_list()
