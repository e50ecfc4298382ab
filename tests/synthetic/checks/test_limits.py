"""Facts about one column, put together."""

from __future__ import annotations

import pytest

from envctl.catalogue import Column
from envctl.synthetic.base import Limits
from envctl.synthetic.checks.facts import (
    Compare,
    Fact,
    Filled,
    Folded,
    High,
    Kind,
    Length,
    Low,
    Matches,
    Multiple,
    Never,
    Null,
    OneOf,
)
from envctl.synthetic.checks.limits import Contradiction, limits_of

WHOLE = Column("c", "integer", "integer", low=-(1 << 31), high=(1 << 31) - 1, base="integer")
MONEY = Column("c", "numeric(6,2)", "number", low=-9999, high=9999, base="numeric(6,2)")
ANY_NUMBER = Column("c", "numeric", "number", base="numeric")
SINGLE = Column("c", "real", "number", base="real")
TEXT = Column("c", "text", "text", base="text")
DAY = Column("c", "date", "date", base="date")
MOMENT = Column("c", "timestamp without time zone", "timestamp", base="timestamp without time zone")
CLOCK = Column("c", "time without time zone", "time", base="time without time zone")
SPAN = Column("c", "interval", "other", base="interval")
ENUM = Column("c", "mood", "enum", labels=("sad", "ok", "happy"), base="mood")
FLAG = Column("c", "boolean", "boolean", base="boolean")
DOCUMENT = Column("c", "jsonb", "json", base="jsonb")
LIST = Column("c", "integer[]", "integer", array=True, base="integer")
BYTES = Column("c", "bytea", "bytes", base="bytea")


@pytest.mark.parametrize(
    ("column", "facts", "expected"),
    [
        (WHOLE, (Low("c", "0", True), Low("c", "-5"), High("c", "9.5")), Limits(low="1", high="9")),
        (WHOLE, (High("c", "10", True), Never("c", ("3",))), Limits(high="9", never=("3",))),
        (MONEY, (Low("c", "0", True), High("c", "100", True)), Limits(low="0.01", high="99.99")),
        (MONEY, (Low("c", "0.001"),), Limits(low="0.01")),
        (ANY_NUMBER, (Low("c", "0", True), High("c", "1", True)), Limits(low="0.01", high="0.99")),
        (ANY_NUMBER, (Low("c", "0", True), High("c", "0.003", True)), Limits(low="0.001", high="0.002")),
        (SINGLE, (Low("c", "0.1"), High("c", "0.3")), Limits(low="0.1", high="0.29999998")),
        (DAY, (Low("c", "2020-02-28", True), High("c", "2020-12-31")), Limits(low="2020-02-29", high="2020-12-31")),
        (MOMENT, (Low("c", "2020-01-01 00:00:00", True),), Limits(low="2020-01-01 00:00:01")),
        (MOMENT, (High("c", "2020-01-01 02:00:00+02"),), Limits(high="2020-01-01 00:00:00")),
        (CLOCK, (Low("c", "08:00:00"), High("c", "18:00:00", True)), Limits(low="08:00:00", high="17:59:59")),
        (SPAN, (Low("c", "1 mon"), High("c", "60 days 01:00:00")), Limits(low="30 days", high="60 days 01:00:00")),
        (TEXT, (OneOf("c", ("a", "b", "cc")), OneOf("c", ("b", "cc", "d"))), Limits(values=("b", "cc"))),
        (TEXT, (Length("c", 1), Length("c", 0, 9)), Limits(shortest=1, longest=9)),
        (TEXT, (Length("c", 0, 72, "bytes"),), Limits(longest=18)),
        (TEXT, (Length("c", 36, 36, "bytes"),), Limits(shortest=36, longest=36, patterns=("^[ -~]*$",))),
        (TEXT, (Matches("c", "(?i)x", True), Filled("c")), Limits(patterns=("(?i)^(?!.*(?:x))",), filled=True)),
        (TEXT, (Folded("c", True),), Limits(patterns=("^[^[:lower:]]*$",))),
        (
            LIST,
            (OneOf("c", ("{1}", "{1,2}", "{}")), Length("c", 1, 1, "items")),
            Limits(None, None, ("{1}",), (), 1, 1),
        ),
        (
            BYTES,
            (OneOf("c", ("\\x01", "\\x0102")), Length("c", 2, None, "bytes")),
            Limits(values=("\\x0102",), shortest=2),
        ),
        (BYTES, (Length("c", 2, 4, "bytes"),), Limits(shortest=2, longest=4)),
        (ENUM, (Never("c", ("sad",)),), Limits(values=("ok", "happy"), never=("sad",))),
        (FLAG, (Never("c", ("true",)),), Limits(values=("false",), never=("true",))),
        (DOCUMENT, (Kind("c", ("object", "array")),), Limits()),
        (DOCUMENT, (Kind("c", ("null", "array")), Kind("c", ("null",))), Limits(values=("null",))),
        (WHOLE, (Null("c"),), Limits(empty=True)),
        (WHOLE, (Compare("c", "<", "d"),), Limits()),
        (MONEY, (Multiple("c", "0.01"),), Limits()),
        (WHOLE, (Multiple("c", "1"),), Limits()),
        (WHOLE, (Multiple("c", "5"), Low("c", "7"), High("c", "21")), Limits("7", "21", ("10", "15", "20"))),
        (WHOLE, (Multiple("c", "2", "1"), OneOf("c", ("1", "2", "3"))), Limits(values=("1", "3"))),
        (WHOLE, (Multiple("c", "3", "-1"), Low("c", "-9")), Limits(low="-9", values=("-7", "-4", "-1"))),
        (ANY_NUMBER, (Multiple("c", "0.5"), High("c", "1")), Limits(high="1", values=("0", "0.5", "1"))),
    ],
)
def test_together(column: Column, facts: tuple[Fact, ...], expected: Limits) -> None:
    """All that is said of a column becomes one thing, its ends values that it may have."""
    assert expected == limits_of(facts, column)


def test_only_its_own() -> None:
    """What is said of other columns does not matter."""
    assert Limits(low="1") == limits_of((Low("c", "1"), High("d", "0")), WHOLE)


@pytest.mark.parametrize(
    ("column", "facts"),
    [
        (WHOLE, (Low("c", "5"), High("c", "4"))),
        (WHOLE, (Low("c", "3000000000"),)),
        (WHOLE, (Null("c"), Filled("c"))),
        (Column("c", "integer", "integer", nullable=False), (Null("c"),)),
        (Column("c", "character varying(3)", "text", length=3), (Length("c", 4),)),
        (TEXT, (OneOf("c", ("a",)), Matches("c", "b"))),
        (ENUM, (Never("c", ("sad", "ok", "happy")),)),
        (FLAG, (OneOf("c", ("true",)), OneOf("c", ("false",)))),
        (DOCUMENT, (Kind("c", ("array",)), Kind("c", ("object",)))),
        (ANY_NUMBER, (Low("c", "1", True), High("c", "1"))),
    ],
)
def test_contradictions(column: Column, facts: tuple[Fact, ...]) -> None:
    """Where nothing is left it is said so."""
    with pytest.raises(Contradiction):
        limits_of(facts, column)
