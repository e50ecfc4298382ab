"""A stack drawn for a branch: names, labels, images, and nothing secret."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl import labels
from envctl.identity import Identity
from envctl.planning.draw import draw
from envctl.planning.ownership import own_labels
from envctl.services.fields import IMAGE
from envctl.stack import Stack, load
from envctl.stack.model import PROJECT
from envctl.text import MASK

MAIN = Identity("shop", "main-f921bd05", "refs/heads/main")
BY_HAND = Identity("shop", "try-1")
SHOP = """
[project]
name = "shop"

[services.api]
build = "api"
port = 8000
needs = ["db"]
env.DATABASE_URL = "${db.url}"
env.ENVCTL_BRANCH = "mine"

[services.db]
kind = "postgres"

[services.proxy]
image = "ghcr.io/acme/proxy:2"
needs = ["api"]
"""


@pytest.fixture
def stack(tmp_path: Path) -> Callable[..., Stack]:
    def write(text: str = SHOP, **environ: str) -> Stack:
        (tmp_path / "envctl.toml").write_text(text)
        return load(tmp_path / "envctl.toml", environ={"XDG_CONFIG_HOME": str(tmp_path / "none"), **environ})

    return write


def test_everything_is_named_after_project_and_environment(stack: Callable[..., Stack]) -> None:
    """One name for network, containers and volumes; they come in the order of their needs."""
    drawn = draw(stack(), MAIN, {})
    assert "shop_main-f921bd05" == drawn.network
    assert ["db", "api", "proxy"] == [w.service for w in drawn.workloads]
    assert "shop_main-f921bd05_api" == drawn.container("api")
    assert "shop_main-f921bd05_db-data" == drawn.volume("db-data")


def test_the_branch_is_a_label_as_it_is(stack: Callable[..., Stack]) -> None:
    """The full ref, from which the name can be derived again; one named by hand has none."""
    own = {labels.PROJECT: "shop", labels.ENVIRONMENT: "main-f921bd05", labels.BRANCH: "refs/heads/main"}
    assert own == own_labels(MAIN)
    assert {labels.PROJECT: "shop", labels.ENVIRONMENT: "try-1"} == own_labels(BY_HAND)
    assert own.items() <= draw(stack(), MAIN, {}).labels.items()


def test_the_folder_is_a_label(stack: Callable[..., Stack]) -> None:
    """It tells two checkouts apart that share an environment; whatever bytes it holds."""
    drawn = replace(stack(), root=Path(os.fsdecode(b"/home/caf\xe9")))
    assert "/home/caf\ufffd" == draw(drawn, MAIN, {}).labels[labels.CHECKOUT]


@pytest.mark.parametrize(
    ("identity", "expected"),
    [(MAIN, ("shop", "main-f921bd05", "refs/heads/main")), (BY_HAND, ("shop", "try-1", ""))],
)
def test_every_service_is_told_where_it_is(
    stack: Callable[..., Stack], identity: Identity, expected: tuple[str, ...]
) -> None:
    """Project, environment and branch; the stack file's own word wins."""
    names = ("ENVCTL_PROJECT", "ENVCTL_ENVIRONMENT", "ENVCTL_BRANCH")
    drawn = {w.service: w.environment for w in draw(stack(), identity, {}).workloads}
    for service in ("db", "proxy"):
        assert expected == tuple(str(drawn[service][name]) for name in names)
    assert "mine" == str(drawn["api"]["ENVCTL_BRANCH"])


def test_a_built_image_is_named_after_its_content(stack: Callable[..., Stack]) -> None:
    """Other content is another image; nothing is looked for in a registry."""
    images = draw(stack(ENVCTL_REGISTRY="mirror.example"), MAIN, {"api": "0123456789abcdef" * 2}).images
    assert (("shop/api:0123456789abcdef",), True) == (images["api"].candidates, images["api"].built)


@given(st.from_regex(PROJECT, fullmatch=True))
def test_every_projects_name_can_be_part_of_an_images(project: str) -> None:
    """Docker takes no name that ends with a hyphen there."""
    assert re.fullmatch(IMAGE, f"{project}/api:c0ffee")


def test_images_of_docker_hub_may_come_from_the_registry(stack: Callable[..., Stack]) -> None:
    """Others are had where they are."""
    images = draw(stack(ENVCTL_REGISTRY="mirror.example"), MAIN, {}).images
    assert ("postgres:17", "mirror.example/postgres:17", "mirror.example/library/postgres:17") == images[
        "db"
    ].candidates
    assert ("ghcr.io/acme/proxy:2",) == images["proxy"].candidates


def test_a_blueprint_prints_no_secret(stack: Callable[..., Stack]) -> None:
    """A password is a hole in it."""
    drawn = draw(stack(), MAIN, {})
    assert f"postgresql://postgres:{MASK}@db:5432/shop" == str(drawn.workloads[1].hidden["DATABASE_URL"])
    assert f"postgresql://postgres:{MASK}@127.0.0.1:<port of db>/shop" == str(drawn.settings["DB_URL"])
