"""What every transform must hold, whatever it makes: laws that the tests of each one run.

CASES = {"usual": Case(Email(), many=lambda n: f"person{n}@shop.test")}

@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    \"\"\"An address of mail is masked by the laws of all transforms.\"\"\"
    law(case)
"""

from __future__ import annotations

import ipaddress
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.key import Key, Seed
from envctl.masking.transforms.base import Block, Row, Transform
from envctl.secret import Secret

SEED = Key(Secret("a key of the tests, long enough")).seed("somebody")
OTHER_KEY = Key(Secret("another key, as long as that one")).seed("somebody")
OTHER_IDENTITY = Key(Secret("a key of the tests, long enough")).seed("somebody else")

TEXT = Column("value", "text", "text")
EXAMPLES = 25  # of each law: enough for its borders, and a file of tests stays a matter of seconds
MANY = 200_000  # values of which no two may meet
SOME = 600  # of one form: what is frequent may be done in another way than what is rare
AGAIN = 100  # times that a value comes where it comes again and again
LONGER = 200  # of which some must change with the key

Value = str | None

_DAY, _CLOCK, _ZONE = r"\d{4,}-\d\d-\d\d", r"\d\d:\d\d:\d\d(\.\d+)?", r"([-+]\d\d(:\d\d){0,2})?"
FORMS: Mapping[str, str] = {  # as Postgres writes values of these families
    "date": rf"-?infinity|{_DAY}( BC)?",
    "timestamp": rf"-?infinity|{_DAY} {_CLOCK}{_ZONE}( BC)?",
    "time": rf"{_CLOCK}{_ZONE}",
    "number": r"NaN|-?Infinity|-?\d+(\.\d+)?([eE][-+]?\d+)?",
}

# What breaks programs that take a text for a word: escapes of COPY, marks that combine, other directions, other planes.
ODD = (
    "",
    " ",
    "\t",
    "a\tb\nc\r\nd",
    "\\",
    "\\N",
    "\\.",
    "\\x00ff",
    "e\u0301\u0323",
    "שלום עולם",
    "\u202eabc\u202c",
    "👩\u200d👩\u200d👧",
    "𝔘𝔫𝔦 𝟜𝟚",
    "٣٤٥",
    "İıſKßǅ",
    "\x01\x1c\x7f\x85\xa0\u2028\u3000",
    "\ufeffx",
    "'\"`;--",
    "%s{}{0}$1${x}\\1",
    "-",
    "@",
    "://",
    "::",
    "x" * 3000,
    "1" * 3000,
)


def texts(*usual: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Whatever a column of text can hold: those given, odd ones, and any at all without NUL."""
    anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
    longer = [values.map(lambda text: f"{text}\n") for values in usual]
    return st.one_of(*usual, *longer, st.sampled_from(ODD), anything)


def number_of(n: int) -> str:
    """The nth of the values of a case that needs no other ones."""
    return f"value {n}"


@dataclass(frozen=True)
class Case:
    """A transform and what it is given.

    `values` are those of the column, `many` another one for each number; `rows` and `masked` are the other columns that
    it looks at. `keyed` says whether its results depend on the key; `valid` what a result must be beside a value of the
    column's type.
    """

    transform: Transform
    column: Column = TEXT
    values: st.SearchStrategy[str] = field(default_factory=texts)
    many: Callable[[int], str] = number_of
    rows: Mapping[str, st.SearchStrategy[Value]] = field(default_factory=dict)
    masked: Mapping[str, st.SearchStrategy[Value]] = field(default_factory=dict)
    keyed: bool = True
    valid: Callable[[str], bool] = lambda _: True


@dataclass(frozen=True)
class Given:
    """Rows that a case drew: a value, and what stands beside it before and after masking."""

    values: Sequence[Value]
    rows: Mapping[str, Sequence[Value]]
    masked: Mapping[str, Sequence[Value]]

    def taken(self, order: Sequence[int]) -> Given:
        """Those rows of them, in that order."""
        return Given(
            [self.values[at] for at in order],
            {name: [column[at] for at in order] for name, column in self.rows.items()},
            {name: [column[at] for at in order] for name, column in self.masked.items()},
        )


def bulk(case: Case, given: Given, seed: Seed = SEED) -> list[Value]:
    """What the transform makes of a block."""
    frames = [
        pl.DataFrame(dict(columns), schema=dict.fromkeys(columns, pl.String)) for columns in (given.rows, given.masked)
    ]
    block = Block(seed, case.column, frames[0], frames[1])
    found = case.transform.bulk(pl.Series(case.column.name, given.values, dtype=pl.String), block)
    assert pl.String == found.dtype
    assert len(given.values) == len(found)
    return found.to_list()


def plain(case: Case, given: Given, seed: Seed = SEED) -> list[Value]:
    """The same by its slow twin, value by value; null of null, as whoever calls it sees to."""
    found: list[Value] = []
    for at, value in enumerate(given.values):
        row = {name: column[at] for name, column in given.rows.items()}
        masked = {name: column[at] for name, column in given.masked.items()}
        found.append(None if value is None else case.transform.plain(value, Row(seed, case.column, row, masked)))
    return found


def alone(values: Sequence[Value]) -> Given:
    """Values of a transform that looks at nothing beside them."""
    return Given(values, {}, {})


def drawn(case: Case, *, nulls: bool = False) -> st.SearchStrategy[Given]:
    """Some rows of a case."""
    values: st.SearchStrategy[Value] = st.one_of(st.none(), case.values) if nulls else case.values
    beside = [*case.rows.values(), *case.masked.values()]

    def turned(found: list[tuple[Value, ...]]) -> Given:
        columns = [[row[at] for row in found] for at in range(1 + len(beside))]
        split = 1 + len(case.rows)
        return Given(
            columns[0],
            dict(zip(case.rows, columns[1:split], strict=True)),
            dict(zip(case.masked, columns[split:], strict=True)),
        )

    return st.lists(st.tuples(values, *beside), max_size=12).map(turned)


def checked(strategy: st.SearchStrategy[Given], law: Callable[[Given], None]) -> None:
    """Run a law on many examples."""
    settings(max_examples=EXAMPLES, deadline=None)(given(strategy)(law))()


def any_values(case: Case) -> None:
    """Whatever the values are: in bulk, again, in other blocks they become the same, and it fits."""

    def law(given: Given) -> None:
        found = bulk(case, given)
        bulk_is_plain(case, given, found)
        the_same_again(case, given, found)
        borders_do_not_matter(case, given, found)
        results_fit(case, given, found)
        results_are_values(case, found)

    checked(drawn(case), law)


def bulk_is_plain(case: Case, given: Given, found: Sequence[Value]) -> None:
    """What is done with columns is what is done with each value, however often it comes."""
    assert plain(case, given) == found
    assert [*found] * AGAIN == bulk(case, given.taken([*range(len(found))] * AGAIN))


def the_same_again(case: Case, given: Given, found: Sequence[Value]) -> None:
    """The same value gives the same result: in another process, of another object of the same seed."""
    assert found == bulk(case, given, Key(Secret("a key of the tests, long enough")).seed("somebody"))


def borders_do_not_matter(case: Case, given: Given, found: Sequence[Value]) -> None:
    """However rows are cut into blocks and in whatever order they come, each gives the same."""
    for order in (range(len(found))[::-1], range(len(found) // 2)):
        assert [found[at] for at in order] == bulk(case, given.taken(order))


def results_fit(case: Case, given: Given, found: Sequence[Value]) -> None:
    """No result is longer than what the transform says of itself."""
    longest = case.transform.longest(case.column)
    most = max((len(value or "") for value in given.values), default=0) if longest is None else longest
    assert all(len(value or "") <= most for value in found)


def results_are_values(case: Case, found: Sequence[Value]) -> None:
    """Each result is a value of the column's type, and what else the case says."""
    for value in found:
        assert value is None or (valid_value(case.column, value) and case.valid(value)), ascii(value)


def many_are_plain(case: Case) -> None:
    """The same of many values that have one form, no two the same."""
    if not (case.rows or case.masked):
        values = alone([case.many(n) for n in range(SOME)])
        assert plain(case, values) == bulk(case, values)


def the_key_decides(case: Case) -> None:
    """Another key or another identity gives other results, and where no key is used neither does anything."""
    if case.rows or case.masked:
        return
    values = alone([case.many(n) for n in range(LONGER)])
    mine = bulk(case, values)
    others = [bulk(case, values, seed) for seed in (OTHER_KEY, OTHER_IDENTITY)]
    assert [not case.keyed] * 2 == [mine == other for other in others]


def nulls_stay(case: Case) -> None:
    """Null stays null, and what stands between nulls is what it would be without them."""

    def law(given: Given) -> None:
        there = [at for at, value in enumerate(given.values) if value is not None]
        found = bulk(case, given)
        assert [None] * (len(found) - len(there)) == [found[at] for at in range(len(found)) if at not in set(there)]
        assert bulk(case, given.taken(there)) == [found[at] for at in there]

    checked(drawn(case, nulls=True), law)


def distinct_stays_distinct(case: Case) -> None:
    """Where a transform says so, no two of many different values give the same."""
    if not case.transform.distinct(case.column) or case.rows or case.masked:
        return
    values = [case.many(n) for n in range(MANY)]
    assert len(set(values)) == len(set(bulk(case, alone(values))))


Law = Callable[[Case], None]
LAWS: tuple[Law, ...] = (any_values, many_are_plain, the_key_decides, nulls_stay, distinct_stays_distinct)


def named(law: Law) -> str:
    """A law's name among the tests."""
    return law.__name__


def valid_value(column: Column, value: str) -> bool:
    """Whether Postgres would take a text for a value of the column, as far as can be said without it."""
    if column.array:
        return value.startswith("{") and value.endswith("}")
    readers: Mapping[str, Callable[[str], object]] = {
        "uuid": uuid.UUID,
        "network": ipaddress.ip_interface,
        "integer": int,
        "json": json.loads,
        "boolean": ("f", "t").index,
        "enum": column.labels.index,
        "bytes": lambda text: bytes.fromhex(text.removeprefix("\\x")),
    }
    if column.family in FORMS:
        return re.fullmatch(FORMS[column.family], value, re.ASCII) is not None
    try:
        readers.get(column.family, str)(value)
    except ValueError:
        return False
    if column.family == "integer":
        return (column.low is None or column.low <= int(value)) and (column.high is None or int(value) <= column.high)
    return "\0" not in value and value.encode("utf-8", "replace").decode() == value
