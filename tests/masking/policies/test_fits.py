"""Whether ways of masking fit columns: types, lengths, what is unique, what is read."""

from __future__ import annotations

from typing import Any

import pytest

from envctl.catalogue import Column, Table, Unique
from envctl.masking.policies.fits import described, doubts, faults, mentions
from envctl.masking.policies.rules import Bad, transform_of
from envctl.masking.table import ColumnRule
from tests.masking.policies.tables import column, condition, lowered, table, unique

Said = dict[str, Any]


def rules(made: Table, said: Said) -> dict[str, ColumnRule]:
    """Rules of a table's columns, as a policy would have them."""
    found = {}
    for name, value in said.items():
        transform, there = transform_of(value), made.column(name)
        assert not isinstance(transform, Bad), transform
        assert there is not None
        found[name] = ColumnRule(there, transform, name, value.get("where", "") if isinstance(value, dict) else "")
    return found


def wrong(made: Table, said: Said) -> list[str]:
    """What cannot be."""
    return [str(fault) for fault in faults(made, rules(made, said))]


def doubted(made: Table, said: Said) -> list[str]:
    """What nobody knows."""
    return [str(doubt) for doubt in doubts(made, rules(made, said))]


def of(one: Column, *uniques: Unique, **more: Any) -> Table:
    """A table of one column that is called x, and two others."""
    return table("t", one, "y", column("n", "integer"), uniques=uniques, **more)


X = column("x")


@pytest.mark.parametrize(
    ("one", "said", "says"),
    [
        (column("x", "integer"), "email", "public.t.x: is integer, and email masks text (integer can be"),
        (column("x", "other", type="circle"), "email", "public.t.x: is circle, and email masks text ("),
        (column("x", length=30), "email", "public.t.x: holds 30 characters, and email needs up to 33"),
        (column("x", nullable=False), "null", "public.t.x: cannot be masked by null: it is NOT NULL"),
        (column("x", "enum", labels=("a",)), {"mask": "pick", "from": ["b"]}, "public.t.x: cannot be masked by pick"),
        (column("x", "date"), {"mask": "shift", "by": "z"}, "public.t.x: is masked by the help of a"),
        (X, {"mask": "template", "text": "{z}"}, "public.t.x: is masked by the help of a column z, which"),
        (X, {"mask": "email", "where": "z > 3"}, "public.t.x: has a condition that cannot be used: "),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_a_fault(one: Column, said: Any, says: str) -> None:
    """The type, the length, NOT NULL, labels, columns that are not there, and conditions."""
    found = wrong(of(one), {"x": said})
    assert 1 == len(found)
    assert found[0].startswith(says)


def test_what_fits_is_none() -> None:
    """With the last character there is room for, in an array, under a condition, and whatever is kept."""
    assert [] == wrong(of(column("x", length=33)), {"x": "email"})
    assert [] == wrong(of(column("x", array=True)), {"x": "email"})
    assert [] == wrong(of(X), {"x": {"mask": "email", "where": "n > 3"}})
    assert [] == wrong(of(X), {"x": {"mask": "template", "text": "{y} {n}"}})


def test_what_is_generated_helps_nobody() -> None:
    """It is in no copy of the rows."""
    made = table("t", X, column("g", generated=True))
    assert (
        "is masked by the help of g, which is generated" in wrong(made, {"x": {"mask": "template", "text": "{g}"}})[0]
    )


def test_nothing_follows_itself() -> None:
    """Nor what follows it."""
    one, other = {"mask": "template", "text": "{y}"}, {"mask": "template", "text": "{x}"}
    (found,) = wrong(of(X), {"x": one, "y": other})
    assert "is made of what is made of it: " in found


@pytest.mark.parametrize("name", ["split", "whole"])
def test_partitions_stay_apart(name: str) -> None:
    """What decides in which one a row is cannot be masked."""
    made = table(name, X, "y", split_by=("x",), partitioned=True)
    assert [
        f"public.{name}.x: decides in which partition a row is, so that masked rows would belong elsewhere (keep it)"
    ] == (wrong(made, {"x": "email", "y": "email"}))


def test_what_is_unique_needs_distinct_results() -> None:
    """By a bijection or 64 bits; several columns each for itself; what is not masked does not count."""
    assert [] == wrong(of(X, unique("x")), {"x": "email"})
    assert [] == wrong(of(X, unique("x", "y")), {"x": "email", "y": "hash"})
    (found,) = wrong(of(X, unique("x", "y")), {"x": "email", "y": "redact"})
    assert found.startswith(
        "public.t.y: is unique in once, and redact may give two values the same result (what keeps it"
    )
    assert "email" in found
    short = {"mask": "hash", "length": 8}
    assert "hash may give two values the same result" in wrong(of(X, unique("x")), {"x": short})[0]
    assert [] == wrong(of(X, unique("y")), {"x": "redact"})


def test_one_of_them_may_be_enough() -> None:
    """Where a part of the columns is unique already and stays so, the others may become anything."""
    made = table(
        "t", column("id", "integer", nullable=False), X, uniques=(unique("id"), unique("id", "x", name="both"))
    )
    assert [] == wrong(made, {"x": "redact"})
    assert [] == wrong(made, {"x": "redact", "id": "hash"})
    open_key = table("t", column("id", "integer"), X, uniques=(unique("id"), unique("id", "x", name="both")))
    assert "is unique in both" in wrong(open_key, {"x": "redact"})[0]
    noisy = wrong(made, {"x": "redact", "id": "noise"})
    assert 3 == len(noisy)


def test_nulls_do_not_meet() -> None:
    """Unless they are said to be the same."""
    assert [] == wrong(of(X, unique("x")), {"x": "null"})
    (found,) = wrong(of(X, unique("x", nulls=False)), {"x": "null"})
    assert "is unique in once, for which two nulls are the same" in found


def test_case_may_be_ignored() -> None:
    """By an index of lower or upper, or by the type itself: only what differs in more than case stays unique."""
    for one in (of(X, lowered("x")), of(column("x", caseless=True), unique("x"))):
        assert [] == wrong(one, {"x": "email"})
        assert [] == wrong(one, {"x": "null"})
        assert "is unique in once whatever case it is written in" in wrong(one, {"x": "phone"})[0]


@pytest.mark.parametrize(
    ("expression", "known"),
    [
        ("lower(x)", True),
        ("(lower((x)::text))", True),
        ("upper(((x)::character varying(20))::text)", True),
        ("lower((x)::public.citext)", True),
        ("md5(x)", False),
        ("lower(x || y)", False),
        ("lower(x) || lower(x)", False),
        ('lower("X")', None),
        ("(lower(x) COLLATE german)", False),
        ('lower("left"(x, 3))', False),
        ("COALESCE(x, ''::text)", False),
        ("x WITH &&", False),
    ],
)
def test_expressions_are_understood_or_refused(expression: str, known: bool | None) -> None:
    """Nobody can tell of others than lower and upper whether they stay unique; and what reads another column."""
    made = of(X, unique("x", "y", exact=False, expressions=(expression,)))
    found = wrong(made, {"x": "email"})
    assert [] == found if known in {True, None} else "nobody can tell whether it still is when masked" in found[0]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("(n > 3)", True),
        ("(x IS NOT NULL)", True),
        ("((x IS NOT NULL) AND (y = 'x'::text))", True),
        ("(x <> ''::text)", False),
        ("((x IS NOT NULL) AND (x <> ''::text))", False),
    ],
)
def test_a_condition_must_mean_the_same_rows(text: str, fits: bool) -> None:
    """An index of a part of the rows may read of a masked column nothing but whether it is null."""
    made = of(X, unique("x", "n", "y", exact=False, condition=text))
    found = wrong(made, {"x": "email"})
    assert [] == found if fits else "decides which rows are unique in once (WHERE " in found[0]


def test_names_with_quotes_are_found() -> None:
    """In expressions they are written as SQL does."""
    assert {"lower", 'e "mail', "text", "x"} == mentions("lower((\"e \"\"mail\")::text) || x || 'no y'' here'")
    made = table(
        "t", column("e mail"), uniques=(unique("e mail", exact=False, expressions=('lower(("e mail")::text)',)),)
    )
    assert [] == wrong(made, {"e mail": "email"})
    assert "whatever case" in wrong(made, {"e mail": "redact"})[0]


def test_checks_are_doubts() -> None:
    """Nobody knows whether masked values satisfy them: it is said, and Postgres refuses a row that does not."""
    made = of(X, checks=(condition("(x ~~ '%@%'::text)", "x"), condition("(y <> ''::text)", "y")))
    assert [] == wrong(made, {"x": "email"})
    assert [
        "public.t.x: is read by the CHECK sane, which masked values have to satisfy: (x ~~ '%@%'::text)"
    ] == doubted(made, {"x": "email"})
    assert [] == doubted(of(X, checks=(condition("(x IS NOT NULL)", "x"),)), {"x": "email"})
    assert 1 == len(doubted(of(X, checks=(condition("(x IS NOT NULL)", "x"),)), {"x": "null"}))
    assert 1 == len(doubted(of(X, checks=(condition("(VALUE ~~ '%@%'::text)", "x"),)), {"x": "email"}))


def test_conditions_may_leave_what_is_made() -> None:
    """A kept value and a masked one could be the same, but for 64 bits that no value has by chance."""
    made = of(column("x", "integer"), unique("x"))
    said = {"mask": "hash", "where": "n > 3"}
    assert [
        "public.t.x: is unique in once, and a masked value may be one that its condition leaves as it is"
    ] == doubted(made, {"x": said})
    assert [] == doubted(of(X, unique("x")), {"x": {"mask": "email", "where": "n > 3"}})
    assert [] == doubted(of(column("x", "integer")), {"x": said})


def test_sequences_go_on() -> None:
    """They know nothing of masked keys."""
    found = doubted(of(column("x", "integer", counted=True)), {"x": "hash"})
    assert ["public.t.x: is counted by a sequence, which may come to a masked value when rows are added"] == found


def test_a_column_in_words() -> None:
    """Its type and what a rule has to mind, on one line whatever the type is called."""
    made = of(column("x", type='odd"\n', nullable=False), unique("x"))
    assert 'odd"?, NOT NULL, unique' == described(made, made.columns[0])
