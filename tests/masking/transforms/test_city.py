"""Cities."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.parts.pools import pool
from envctl.masking.transforms.city import City
from tests.masking.transforms.laws import LAWS, Case, Law, named

NARROW = Column("value", "character varying(8)", "text", length=8)

CASES = {
    "usual": Case(City(), valid=lambda text: text in pool("city", "en_US").entries),
    "in French": Case(City(locale="fr_FR"), valid=lambda text: text in pool("city", "fr_FR").entries),
    "again and again": Case(City(), many=lambda n: f"city {n % 10}"),
    "in a narrow column": Case(City(), NARROW),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Cities are masked by the laws of all transforms."""
    law(case)


def test_a_locale_that_nobody_knows() -> None:
    """It is refused."""
    with pytest.raises(ValidationError, match="xx_XX"):
        City(locale="xx_XX")
