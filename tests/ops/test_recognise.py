"""A name that was typed may be a branch's."""

from __future__ import annotations

from pathlib import Path

import pytest

from envctl import labels
from envctl.identity import Identity
from envctl.observed import Container, Network, Volume
from envctl.ops.observe import recognise
from envctl.planning.names import of_branch
from tests.ops.fake import FakeEngine, here

BRANCHS = of_branch("shop", "refs/heads/main")
TYPED = Identity("shop", BRANCHS.name)


def engine(kind: str, branch: str | None) -> FakeEngine:
    """One object of the environment, with that branch on its label."""
    own = {labels.PROJECT: "shop", labels.ENVIRONMENT: TYPED.name, **({labels.BRANCH: branch} if branch else {})}
    match kind:
        case "network":
            return FakeEngine(nets=(Network("n", TYPED.full, {**own, labels.ROLE: "network"}),))
        case "volume":
            return FakeEngine(vols=(Volume(f"{TYPED.full}_data", {**own, labels.ROLE: "data"}),))
        case _:
            of_db = {**own, labels.SERVICE: "db", labels.ROLE: "service"}
            return FakeEngine(held=(Container("c", f"{TYPED.full}_db", of_db, "image", "running"),))


@pytest.mark.parametrize("kind", ["network", "volume", "container"])
def test_the_branch_is_known_from_whatever_is_there(tmp_path: Path, kind: str) -> None:
    """The name of a branch's environment, typed, means that environment with its branch."""
    assert BRANCHS == recognise(here(tmp_path, engine(kind, BRANCHS.branch)).world, TYPED)


@pytest.mark.parametrize("branch", [None, "refs/heads/other"])
def test_a_branch_that_gives_another_name_is_not_believed(tmp_path: Path, branch: str | None) -> None:
    """Without a label, or with one from which our rule derives another name, it stays named by hand."""
    assert TYPED == recognise(here(tmp_path, engine("container", branch)).world, TYPED)


def test_what_is_not_there_has_no_branch(tmp_path: Path) -> None:
    """An environment still to be made under a name is one named by hand."""
    assert TYPED == recognise(here(tmp_path, FakeEngine()).world, TYPED)
