"""Values that stay, because somebody said so."""

from __future__ import annotations

from typing import get_args

import pytest

from envctl.catalogue import Family
from envctl.masking.transforms.base import Row
from envctl.masking.transforms.keep import Keep
from tests.masking.transforms.laws import LAWS, ODD, SEED, TEXT, Case, Law, named


@pytest.mark.parametrize("law", LAWS, ids=named)
def test_laws(law: Law) -> None:
    """What is kept is kept by the laws of all transforms."""
    law(Case(Keep(), keyed=False))


def test_everything_stays() -> None:
    """Values of every type are what they were."""
    assert list(ODD) == [Keep().plain(value, Row(SEED, TEXT)) for value in ODD]
    assert set(get_args(Family)) == Keep.takes
