"""Which tables are shown, and that what is shown is what masking does."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

import pytest

from envctl.catalogue import Catalogue, Table
from envctl.errors import EnvctlError, Exit
from envctl.masking.key import Key
from envctl.masking.policies.policy import Checked
from envctl.masking.table import TableMask
from envctl.ops.mask.preview import previewed
from envctl.ops.mask.rows import first_rows
from envctl.ops.mask.source import Opened
from envctl.reports.mask import ShownTable
from envctl.secret import Secret
from envctl.seeds.dumps.plain import Plain
from envctl.seeds.server import Server
from envctl.workload import Database
from tests.masking.policies.tables import checked, column, table

KEY = Key(Secret("0123456789abcdef0123456789abcdef"))
CUSTOMERS = table("customers", column("id", "integer"), "email", "note")
ODD = table("Sales.customers", column("id", "integer"))
EVENTS = table("events", column("id", "integer"), "who", partitioned=True)
PARTS = tuple(table(f"events_{n}", column("id", "integer"), "who", parents=("public.events",)) for n in (2024, 2025))
TABLES = (CUSTOMERS, ODD, EVENTS, *PARTS)
RULES = {
    "public.customers.email": "email",
    "public.customers.note": "redact",
    "public.customers.id": "keep",
    '"Sales".customers.*': "keep",
    "events.who": "name",
    "events.id": "keep",
}
ROWS = b"1\tann@corp.example\tone\\ttwo\n2\tbob@corp.example\t\\N\n3\tcy@corp.example\tthree\n"
TEXT = b"CREATE TABLE a ();\nCOPY public.customers (id, email, note) FROM stdin;\n" + ROWS + b"\\.\n"


def source(tables: Iterable[Table] = TABLES, text: bytes = TEXT) -> Opened:
    """A dump that was opened."""

    def blocks() -> AbstractContextManager[Iterable[bytes]]:
        return nullcontext([text])

    server = Server("17.0", 17, frozenset(), frozenset(), None, restricts=True)
    plain = Plain(server, (), lambda: (), blocks)
    return Opened(Database("shop", "shop", data="catalogue"), plain, Catalogue(tuple(tables)))


def found() -> Checked:
    """What becomes of the columns."""
    return checked(RULES, *TABLES)


def shown(named: str | None = None, *, rows: int = 2, real: bool = False) -> tuple[ShownTable, ...]:
    """What a preview shows."""
    return previewed(source(), found(), KEY, named, rows=rows, real=real)


def test_every_table_is_shown_and_no_partition() -> None:
    """They are all masked as the whole."""
    assert ["public.customers", "Sales.customers", "public.events"] == [one.table for one in shown()]


@pytest.mark.parametrize(
    ("named", "table"),
    [
        ("customers", "public.customers"),
        ("public.customers", "public.customers"),
        ("Sales.customers", "Sales.customers"),
        ('"Sales".customers', "Sales.customers"),
        ("events_2025", "public.events_2025"),
        ("events", "public.events"),
    ],
)
def test_a_table_is_found_by_any_of_its_names(named: str, table: str) -> None:
    """As SQL writes it or plain; without a schema the public one is meant; of what has partitions the whole."""
    assert [table] == [one.table for one in shown(named)]


def test_a_table_that_is_not_there_is_refused() -> None:
    """With those that are; and of several that are called so none is taken by chance."""
    with pytest.raises(EnvctlError, match="there is no table costumers") as caught:
        shown("costumers")
    assert Exit.USAGE == caught.value.code
    assert '"Sales".customers' in caught.value.hint
    two = (table("a.t", "x"), table("b.t", "x"))
    with pytest.raises(EnvctlError, match="several tables are called t") as caught:
        previewed(source(two), checked({"a.t.x": "keep", "b.t.x": "keep"}, *two), KEY, "t", rows=1, real=False)
    assert "a.t, b.t" in caught.value.hint


def test_what_is_shown_is_what_is_done() -> None:
    """The very same code masks it: here the rows that a dump would bring."""
    (one,) = shown("public.customers", rows=3, real=True)
    assert ("public.customers", ("id",)) == (one.table, one.kept)
    email, note = one.columns
    assert ("email", "email") == (email.column, email.mask)
    assert ("ann@corp.example", "bob@corp.example", "cy@corp.example") == email.before
    assert ("one\ttwo", None, "three") == note.before
    done = TableMask(CUSTOMERS, ("id", "email", "note"), found().tables["public.customers"], KEY).mask(ROWS)
    assert [line.split(b"\t")[1].decode() for line in done.splitlines()] == list(email.after)
    assert ("[redacted]", None, "[redacted]") == note.after


def test_only_the_rows_that_are_asked_for_are_shown() -> None:
    """And a table without any has none."""
    tables = {one.table: one for one in shown(rows=1, real=True)}
    assert ("ann@corp.example",) == tables["public.customers"].columns[0].before
    assert () == tables["public.events"].columns[0].before


def test_rows_of_partitions_are_rows_of_the_whole() -> None:
    """Whatever order their columns are in."""
    parts = (
        b"COPY public.events_2024 (id, who) FROM stdin;\n1\tAnn Lee\n\\.\n"
        b"COPY public.events_2025 (who, id) FROM stdin;\nBob Ray\t2\nCy Kay\t3\n\\.\n"
    )
    (one,) = previewed(source(text=TEXT + parts), found(), KEY, "events", rows=2, real=True)
    assert ("Ann Lee", "Bob Ray") == one.columns[0].before


def test_made_up_rows_are_nobodys() -> None:
    """The same every time, and no value of the dump among them."""
    assert shown() == shown()
    (one,) = shown("public.customers", rows=50)
    assert 50 == len(one.columns[0].before)
    assert "corp.example" not in repr(one)


def test_rows_come_as_values() -> None:
    """Without escapes, and null as null; tables that a text has no list of columns for get the schema's."""
    text = TEXT.replace(b" (id, email, note)", b"")
    frame = first_rows(source(text=text), 2)["public.customers"]
    assert {"id": ["1", "2"], "email": ["ann@corp.example", "bob@corp.example"], "note": ["one\ttwo", None]} == (
        frame.to_dict(as_series=False)
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"INSERT INTO public.customers VALUES (1, 'ann@corp.example');\n", "holds rows in another form than COPY"),
        (TEXT[:-3], "ends inside a table's rows"),
        (TEXT.replace(b"1\tann", b"1\tx\tann"), "has rows that cannot be read: one of them has 4 columns instead of 3"),
    ],
)
def test_rows_that_cannot_be_read_are_refused(text: bytes, said: str) -> None:
    """In words that repeat no value."""
    with pytest.raises(EnvctlError) as caught:
        first_rows(source(text=text), 5)
    assert said in caught.value.message
    assert Exit.DATA_REFUSED == caught.value.code
    assert "corp.example" not in f"{caught.value.message} {caught.value.hint} {caught.value.details}"
