"""Texts have room in their columns, however little there is."""

from __future__ import annotations

import numpy as np
import pytest

from envctl.synthetic.base import Limits
from envctl.synthetic.generators.typed_text import Text
from tests.synthetic import rows as some


@pytest.mark.parametrize("length", [1, 2, 5, 12, 13, 23, 24, 25, 40, None])
@pytest.mark.parametrize("shortest", [0, 1, 11, 20, 37])
def test_texts_fit_and_differ(length: int | None, shortest: int) -> None:
    """They are neither longer nor shorter than they may be."""
    table = some.table_of("t", some.text("c", length))
    field = some.field_of(table, "c", Limits(shortest=shortest))
    space = Text().space(field)
    if length is not None and shortest > length:
        assert "no text is left between its limits" == Text().objection(field)
        return
    numbers = np.unique(np.linspace(0, space - 1, 5000).astype(np.int64).clip(0, space - 1))
    made = Text().nth(field, numbers)
    assert len(numbers) == made.n_unique() == made.str.to_lowercase().n_unique()
    for texts in (made, Text().make(field, some.rows(table, 300))):
        lengths = texts.str.len_chars()
        assert lengths.is_between(shortest, length or 60).all()


def test_what_is_excluded_is_left_out() -> None:
    """Of letters that stand for a number."""
    table = some.table_of("t", some.text("c", 1))
    field = some.field_of(table, "c", Limits(never=("A", "Z", "9", "a", "AA")))
    every = Text().nth(field, np.arange(Text().space(field)))
    assert 33 == len(every)
    assert not {"A", "Z", "9"} & set(every)
