"""Texts that match what is asked for."""

from __future__ import annotations

import re

import numpy as np
import pytest

from envctl.catalogue import Column
from envctl.synthetic.base import Impossible, Limits
from envctl.synthetic.generators.pattern import Matching
from tests.synthetic import rows as some

TABLE = some.table_of("t", some.text("c", 20))


@pytest.mark.parametrize(
    ("regex", "limits"),
    [
        ("^[A-Z]{2}-[0-9]{3}$", Limits()),
        (None, Limits(patterns=("^[a-d]+$", "a.*b"), shortest=3, longest=4)),
        ("^[ab]$", Limits(never=("a",))),
        ("^x[0-9]{6}$", Limits(never=("x999999", "x000007"))),
    ],
)
def test_all_of_it_is_met(regex: str | None, limits: Limits) -> None:
    """The setting, the conditions, the lengths, and what is excluded; and all differ that are to."""
    field, generator = some.field_of(TABLE, "c", limits), Matching(regex=regex)
    space = generator.space(field)
    numbers = np.unique(np.linspace(0, space - 1, 3000).astype(np.int64))
    made = generator.nth(field, numbers)
    assert len(numbers) == made.n_unique()
    for text in (*made, *generator.make(field, some.rows(TABLE, 200))):
        assert all(re.search(one, text) for one in (*limits.patterns, regex or ""))
        assert limits.shortest <= len(text) <= (limits.longest or 20)
        assert text not in limits.never


def test_what_is_excluded_costs_no_other() -> None:
    """Of a few texts the others are all left; of many another takes the place."""
    few = some.field_of(TABLE, "c", Limits(never=("b", "z")))
    assert ["a", "c"] == Matching(regex="^[abc]$").nth(few, np.arange(2)).to_list()
    many = some.field_of(TABLE, "c", Limits(never=("x000007",)))
    every = Matching(regex="^x[0-9]{6}$").nth(many, np.arange(Matching(regex="^x[0-9]{6}$").space(many)))
    assert (10**6 - 2, False) == (every.n_unique(), "x000007" in every)


@pytest.mark.parametrize(("regex", "count"), [("^[a-cA-C]$", 3), ("^[A-C]x?$", 3), ("^A[b-d]$", 3)])
def test_where_case_is_ignored_texts_differ_by_more(regex: str, count: int) -> None:
    """In small letters alone, or in capitals, as far as the expression lets them be."""
    table = some.table_of("t", Column("c", "public.citext", "text", caseless=True))
    field = some.field_of(table, "c")
    every = Matching(regex=regex).nth(field, np.arange(Matching(regex=regex).space(field)))
    assert count == len(every) == every.str.to_lowercase().n_unique()


def test_what_cannot_be_read_is_said() -> None:
    """And what nothing matches."""
    field = some.field_of(TABLE, "c")
    assert Matching(regex=r"(a)\1").objection(field)
    assert "no text matches it and is as short as it must be" == Matching(regex="^a{30}$").objection(field)
    with pytest.raises(Impossible, match=r"public\.t\.c: say what it is to match with `regex`"):
        Matching().space(field)
