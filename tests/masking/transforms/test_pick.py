"""One of some values."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.transforms.base import Row, Unmaskable
from envctl.masking.transforms.pick import Pick
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named

BOOLEAN = Column("active", "boolean", "boolean")
ENUM = Column("mood", "mood", "enum", labels=("happy", "so so", "sad\tand 'odd'"))
INTEGER = Column("n", "integer", "integer", low=-(2**31), high=2**31 - 1)


def picking(*choices: object) -> Pick:
    """A rule with a list, as the stack file has it."""
    return Pick.model_validate({"from": list(choices)})


CASES = {
    "texts": Case(picking("basic", "pro", "ünï")),
    "numbers": Case(picking(1, 2, 3), INTEGER, values=st.integers(0, 9).map(str), many=str),
    "booleans": Case(Pick(), BOOLEAN, values=st.sampled_from("ft")),
    "labels": Case(Pick(), ENUM, values=st.sampled_from(ENUM.labels)),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """What is picked is masked by the laws of all transforms."""
    law(case)


def test_every_value_is_picked() -> None:
    """All of a list appear, about as often as each other."""
    picked = [picking("a", "b", "c", "d").plain(str(n), Row(SEED, TEXT)) for n in range(4000)]
    assert all(800 < picked.count(choice) < 1200 for choice in "abcd")


def test_values_as_postgres_writes_them() -> None:
    """True and false are t and f, and numbers are what they look like."""
    assert {"t"} == {picking(True).plain(str(n), Row(SEED, BOOLEAN)) for n in range(9)}
    assert {"1", "2.5"} == {picking(1, 2.5).plain(str(n), Row(SEED, TEXT)) for n in range(99)}


def test_what_a_column_does_not_have() -> None:
    """A list is checked against an enum's labels, and a type that lists nothing needs one."""
    assert Pick().objection(ENUM) is None
    assert Pick().objection(BOOLEAN) is None
    assert picking("happy").objection(ENUM) is None
    assert "'glad'" in str(picking("happy", "glad").objection(ENUM))
    assert "from" in str(Pick().objection(TEXT))


@pytest.mark.parametrize(
    ("column", "fits", "wrong"),
    [
        (INTEGER, [1, "-7", 2**31 - 1], "2147483648"),
        (INTEGER, [1], "one"),
        (INTEGER, [1], "1.5"),
        (Column("n", "numeric", "number"), [1, 2.5, "NaN", "-Infinity", "1e5"], "much"),
        (BOOLEAN, [True, "f"], "maybe"),
        (TEXT, ["anything"], None),
    ],
)
def test_what_a_type_does_not_hold(column: Column, fits: list[object], wrong: str | None) -> None:
    """A list is checked against what a type can hold, before anything is moved."""
    assert picking(*fits).objection(column) is None
    assert wrong is None or f"holds no {wrong!r}, which `from` lists" == picking(*fits, wrong).objection(column)


def test_nothing_to_pick_from() -> None:
    """Where there is nothing to pick from, no value passes."""
    with pytest.raises(Unmaskable):
        Pick().plain("secret", Row(SEED, TEXT))


@pytest.mark.parametrize("wrong", [[None], [["a"]], ["a\0"], "abc"])
def test_lists_that_are_none(wrong: object) -> None:
    """A list holds texts, numbers and booleans."""
    with pytest.raises(ValidationError):
        Pick.model_validate({"from": wrong})
