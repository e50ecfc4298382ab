"""No value at all."""

from __future__ import annotations

import pytest

from envctl.catalogue import Column
from envctl.masking.transforms.base import Row
from envctl.masking.transforms.null import Null
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named


@pytest.mark.parametrize("law", LAWS, ids=named)
def test_laws(law: Law) -> None:
    """Null is given by the laws of all transforms."""
    law(Case(Null(), keyed=False, valid=lambda _: False))


def test_nothing_is_left() -> None:
    """Every value becomes null, and it says so."""
    assert Null().plain("secret", Row(SEED, TEXT)) is None
    assert Null.gives_null


def test_columns_that_have_to_have_values() -> None:
    """NOT NULL is objected to before anything is moved."""
    assert "is NOT NULL" == Null().objection(Column("v", "text", "text", nullable=False))
    assert Null().objection(TEXT) is None
