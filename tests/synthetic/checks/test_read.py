"""Conditions read as facts, without a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl.catalogue import Check, Column, Table
from envctl.synthetic.checks.facts import Alternative, Compare, Filled, High, Low, Never, Null, OneOf, about
from envctl.synthetic.checks.limits import Contradiction
from envctl.synthetic.checks.read import read
from envctl.synthetic.patterns import Unreadable

TABLE = Table(
    "public",
    "orders",
    (
        Column("price", "numeric(10,2)", "number", base="numeric(10,2)"),
        Column("count", "integer", "integer", base="integer"),
        Column("sum", "numeric", "number", generated=True, base="numeric"),
        Column("status", "text", "text", base="text"),
        Column("made", "timestamp with time zone", "timestamp", base="timestamp with time zone"),
        Column("sent", "timestamp with time zone", "timestamp", base="timestamp with time zone"),
        Column("code", "public.code", "text", base="text"),
        Column("codes", "public.code[]", "text", array=True, base="text"),
    ),
)


def ways(text: str, *columns: str, name: str = "orders_check", table: Table = TABLE) -> tuple[Alternative, ...]:
    """The ways to meet a condition."""
    return read(Check(name, columns, text), table)


def test_all_and_one() -> None:
    """AND puts facts together, OR next to each other, and NOT turns them round."""
    text = "((price > (0)::numeric) AND ((status = 'new'::text) OR (NOT ((count >= 5) OR (made IS NULL)))))"
    expected = (
        (Low("price", "0", True), OneOf("status", ("new",))),
        (Low("price", "0", True), High("count", "5", True), Filled("made")),
    )
    assert expected == ways(text)


def test_lists_become_one() -> None:
    """Ways that differ in one list of values are one way."""
    assert ((OneOf("status", ("a", "b", "c")),),) == ways(
        "((status = 'a'::text) OR (status = ANY (ARRAY['b'::text, 'c'::text])))"
    )


def test_what_depends_on_another() -> None:
    """A state that something must be there for leaves two ways, of which neither holds by a null."""
    text = "((status <> 'sent'::text) OR (sent IS NOT NULL))"
    assert ((Never("status", ("sent",)),), (Filled("sent"),)) == ways(text)
    both = "((status = 'sent'::text) = (sent IS NOT NULL))"
    assert {
        (OneOf("status", ("sent",)), Filled("sent")),
        (Never("status", ("sent",)), Null("sent")),
    } == set(ways(both))


def test_nulls_are_let_in_anyway() -> None:
    """A way that needs a null is none beside one that lets it in, and a narrower way is none beside a wider one."""
    assert ((Compare("sent", ">", "made"),),) == ways("((sent IS NULL) OR (sent > made))")
    assert ((Low("count", "1"),),) == ways("((count >= 1) OR ((count >= 1) AND (price > (0)::numeric)))")
    assert 2 == len(ways("((sent IS NULL) OR ((sent > made) AND (made IS NOT NULL)))"))


def test_years() -> None:
    """What this year is compared with holds this year and for years to come."""
    text = "((count)::numeric <= (EXTRACT(year FROM now()) + (5)::numeric))"
    assert ((High("count", "2031"), High("count", "2041")),) == ways(text)


def test_times_in_a_row() -> None:
    """Points in time are compared as columns are, with what lies between them as Postgres writes it."""
    assert ((Compare("sent", ">=", "made", "1 days"),),) == ways("(sent >= (made + '1 day'::interval))")
    assert ((Compare("sent", "<", "made", "2 mons -01:30:00"),),) == ways(
        "(sent < ((made + '2 mons'::interval) - '01:30:00'::interval))"
    )


def test_value_of_a_domain() -> None:
    """VALUE is the column that is of the domain, where no column is called so."""
    text = "(VALUE = ANY (ARRAY['a'::text, 'b'::text]))"
    assert ((OneOf("code", ("a", "b")),),) == ways(text, "code", name="public.code.code_check")
    with pytest.raises(Unreadable, match="each item of an array"):
        ways(text, "codes", name="public.code.code_check")
    named = replace(TABLE, columns=(*TABLE.columns, Column("VALUE", "text", "text", base="text")))
    assert ((OneOf("VALUE", ("a",)),),) == ways("(\"VALUE\" = 'a'::text)", "VALUE", table=named)


def test_what_cannot_be_null() -> None:
    """A way in which a column must be null that cannot be is none."""
    strict = replace(TABLE, columns=tuple(replace(c, nullable=c.name != "price") for c in TABLE.columns))
    text = "(num_nonnulls(price, count) = 1)"
    assert 2 == len(ways(text))
    assert ((Filled("price"), Null("count")),) == ways(text, table=strict)


@pytest.mark.parametrize(
    "text",
    [
        "false",
        "((count > 5) AND (count < 6))",
        "(((count)::numeric > 0.2) AND (count < 1))",
        "((price > (0)::numeric) AND (price < 0.01))",
        "((status = 'a'::text) AND (status = 'b'::text))",
        "((status = 'a'::text) AND (status <> 'a'::text))",
        "((status = 'abc'::text) AND (length(status) < 3))",
        "((length(status) > 3) AND (length(status) < 3))",
        "((status ~ '^[a-z]$'::text) AND (status ~ '^[0-9]$'::text))",
        "((status ~ '^[a-z]{5}$'::text) AND (length(status) < 5))",
        "(((count % 2) = 0) AND (count = 7))",
        "(length(status) < 0)",
        "(lower(status) = 'A'::text)",
        "((made > '2020-01-01 00:00:00+00'::timestamp with time zone) AND "
        "(made < '2020-01-01 00:00:00+00'::timestamp with time zone))",
        "((count IS NULL) AND (count IS NOT NULL))",
        "((count % 3) = 5)",
    ],
)
def test_what_nothing_can_meet(text: str) -> None:
    """A condition that no value can meet is said to be so."""
    with pytest.raises(Contradiction):
        ways(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(sum > (0)::numeric)", "“sum”, which is computed"),
        ("(nobody > 0)", "“nobody”, which is no column"),
        ("public.valid(status)", "the function public.valid"),
        ("(status OPERATOR(public.=) 'a'::text)", "the operator public.="),
        ("(status > 'a'::text)", "the order of text"),
        ("(status ~ '(a)\\1'::text)", "a regular expression from its character"),
        ("(status = (code || 'x'::text))", "something that is computed"),
        ("(count = (price / (count)::numeric))", "a calculation"),
        ("(price < (count / 2))", "a calculation"),
        ("((count > 1) OR", "its end"),
        ("(count > 1) (count > 2)", "“\\(”"),
        ("(count + 1 * 2 > 3)", "“\\*”"),
        ("((count > 1) AND (count > 2) OR (count > 3))", "“OR”"),
        ("(count ; 1)", "as Postgres writes them"),
        ("(" * 200 + "true" + ")" * 200, "too many brackets"),
        ("(made = now())", "the very moment"),
        ("count", "a value where a condition must stand"),
        ("satisfies_hash_partition('1'::oid, 2, 0, count)", "the function satisfies_hash_partition"),
    ],
)
def test_what_is_not_understood(text: str, said: str) -> None:
    """What part of a condition is not understood is said, without guessing at the rest."""
    with pytest.raises(Unreadable, match=said):
        ways(text)


def test_one_way_is_enough() -> None:
    """A way that is not understood does not matter beside another; but then nothing is said to be impossible."""
    assert ((Low("count", "5", True),),) == ways("(public.odd(status) OR (count > 5))")
    with pytest.raises(Unreadable):
        ways("((count > 5) AND (public.odd(status) OR (count < 3)))")


def test_too_many_ways() -> None:
    """So many ways that nobody would go through them are not understood."""
    text = " AND ".join(f"((count <> {n}) OR (price > ({n})::numeric))" for n in range(12))
    with pytest.raises(Unreadable, match="more than 200 ways"):
        ways(f"({text})")


def test_names() -> None:
    """Facts say which columns they are about."""
    ((fact,),) = ways("(price = ((count)::numeric * 2.5))")
    assert ("price", "count") == about(fact)
