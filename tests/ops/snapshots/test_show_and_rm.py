"""`snapshot ls`, `inspect` and `rm` on a daemon made of values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.ops.snapshots.find import named
from envctl.ops.snapshots.rm import rm
from envctl.ops.snapshots.show import inspect, ls
from tests.ops.snapshots.ground import Ground, address, site


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """An empty daemon that has the image of all snapshots."""
    return site(tmp_path)


def test_ls_and_inspect_name_who_lives_on_it(ground: Ground) -> None:
    """And that its image is gone."""
    one = ground.build(1, name="before")
    ground.clone(one)
    (row,) = ls(ground.world, "shop").snapshots
    assert ("before", ("db",), ("shop/main",)) == (row.name, row.services, row.clones)
    assert () == ls(ground.world, "blog").snapshots
    ground.engine.images = {}
    found = inspect(ground.world, "before")
    assert [("shop/main", "shop_main_db-data")] == [(c.environment, c.volume) for c in found.copies]
    assert [False] == [part.image_there for part in found.parts]


def test_rm_removes_also_what_has_a_name(ground: Ground) -> None:
    """By name, address, or the beginning of it; the same twice is one."""
    ground.build(1, name="before")
    ground.build(2)
    said: list[Event] = []
    removed = rm(replace(ground.world, tell=said.append), ["before", address(2)[:6], address(1)]).removed
    assert [address(1), address(2)] == [row.address for row in removed]
    assert [] == said  # the answer says it
    assert () == ground.engine.vols


def test_rm_of_the_base_of_a_clone_is_refused_before_anything_goes(ground: Ground) -> None:
    """It names the environment."""
    ground.build(1)
    ground.clone(ground.build(2))
    with pytest.raises(EnvctlError, match="200000000000 cannot be removed") as caught:
        rm(ground.world, [address(1), address(2)])
    assert (Exit.DATA_REFUSED, ("200000000000: shop/main lives on it",)) == (caught.value.code, caught.value.details)
    assert {1, 2} == ground.left()


def test_rm_of_what_gets_a_clone_meanwhile_tells_what_went(ground: Ground) -> None:
    """The others went already."""
    ground.build(1)
    second = ground.build(2)
    ground.meddle = lambda: ground.clone(second)
    with pytest.raises(EnvctlError, match="1 of 2 snapshots") as caught:
        rm(ground.world, [address(1), address(2)])
    assert (Exit.PARTLY_DONE, {2}) == (caught.value.code, ground.left())
    assert caught.value.data is not None
    with pytest.raises(EnvctlError) as alone:
        rm(ground.world, [address(2)])
    assert Exit.DATA_REFUSED is alone.value.code


@pytest.mark.parametrize(
    ("word", "code", "said"),
    [
        ("befor", Exit.NOT_FOUND, "Did you mean before?"),
        ("", Exit.NOT_FOUND, "snapshot ls"),
        ("10", Exit.NOT_FOUND, "the first 4 digits at least"),
        ("10", Exit.NOT_FOUND, f"Did you mean {address(1)[:12]}"),
        ("99", Exit.NOT_FOUND, "the first 4 digits at least. `envctl"),
        ("1000", Exit.USAGE, "more of its address"),
    ],
)
def test_a_word_that_means_none_or_several_is_told(ground: Ground, word: str, code: Exit, said: str) -> None:
    """With a guess; nothing is removed, not even what the other words mean."""
    ground.build(1, name="before")
    ground.build(2)
    near = replace(named(ground.world, "before"), address=f"1000{'1' * 28}", name="")
    ground.engine.create_volume(near.marker, near.labels())
    with pytest.raises(EnvctlError) as caught:
        rm(ground.world, [address(2), word])
    assert code is caught.value.code
    assert said in caught.value.hint
    assert {1, 2} == ground.left()
