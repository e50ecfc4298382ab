"""What is provably ours: labels and name must agree."""

from __future__ import annotations

import pytest

from envctl import labels
from envctl.identity import Identity
from envctl.planning.ownership import identity_of, is_ours

OWN = {labels.PROJECT: "shop", labels.ENVIRONMENT: "main"}


@pytest.mark.parametrize("name", ["shop_main", "shop_main_db", "shop_main_api-before", "shop_main__record-3"])
def test_a_name_that_our_rule_derives_is_ours(name: str) -> None:
    """Network, containers, volumes and records."""
    assert is_ours(name, OWN)


@pytest.mark.parametrize(
    "name",
    ["", "shop", "shop_", "shop_mai", "shop_main2", "shop_main-2_db", "shop-main", "x_shop_main", "1f_shop_main_db"],
)
def test_labels_alone_prove_nothing(name: str) -> None:
    """An image can carry any label, and hands it to every container made from it."""
    assert not is_ours(name, OWN)


@pytest.mark.parametrize(
    "own", [{}, {labels.PROJECT: "shop"}, {labels.ENVIRONMENT: "main"}, {labels.PROJECT: "", labels.ENVIRONMENT: ""}]
)
def test_a_name_alone_proves_nothing(own: dict[str, str]) -> None:
    """Compose would call its own project so too."""
    assert not is_ours("shop_main", own)
    assert identity_of(own) is None


def test_an_object_says_which_environment_it_belongs_to() -> None:
    """With its branch, if it was drawn from one."""
    assert Identity("shop", "main", None) == identity_of(OWN)
    assert Identity("shop", "main", "refs/heads/m") == identity_of({**OWN, labels.BRANCH: "refs/heads/m"})
