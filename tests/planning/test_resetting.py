"""Which data is put back, and who is started anew because of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.observed import Observed, Volume
from envctl.planning.ownership import own_labels
from envctl.planning.resetting import dependents, goals, refuse_other_image
from envctl.workload import Freezing, Mount, Workload
from tests.planning.made_up import API, IDENTITY, WEB, blueprint
from tests.planning.test_taking import container
from tests.planning.test_volumes import ADDRESS, FROZEN, PART, record, volume

CACHE = Workload(
    "cache", "redis", image="redis:8", mounts=(Mount("cache-data", "/data"),), stateful=True, freezing=Freezing("true")
)
SHOP = blueprint((FROZEN, CACHE, replace(API, needs=("db",)), WEB))
CACHE_DATA = Volume("shop_main_cache-data", {**own_labels(IDENTITY), labels.ROLE: "data"})
CLONED = volume(clone=ADDRESS)
WHOLE = record(clone=ADDRESS)
CONTAINERS = (container(), container("cache", "redis"))
UP = Observed(containers=CONTAINERS, volumes=(CLONED, CACHE_DATA, WHOLE))


def refusal(observed: Observed, *services: str) -> EnvctlError:
    """Why nothing is put back."""
    with pytest.raises(EnvctlError) as caught:
        goals(SHOP, observed, services)
    assert "Nothing was changed." in caught.value.unchanged
    assert caught.value.hint
    return caught.value


def test_all_data_goes_back_where_none_is_named() -> None:
    """A copy to its snapshot; what began empty, as a cache does, becomes empty."""
    assert [("db", ADDRESS), ("cache", "")] == [(goal.service, goal.address) for goal in goals(SHOP, UP, ())]


def test_only_what_is_named_goes_back() -> None:
    """Once, however often it is named."""
    assert ["cache"] == [goal.service for goal in goals(SHOP, UP, ("cache", "cache"))]


def test_data_that_a_reset_died_over_goes_back() -> None:
    """Its volume says what it was to be, although nobody recorded that it is."""
    assert [ADDRESS] == [goal.address for goal in goals(SHOP, replace(UP, volumes=(CLONED, CACHE_DATA)), ("db",))]


def test_a_store_that_is_down_goes_back() -> None:
    """Data that its server cannot start on is a reason to put it back."""
    down = replace(UP, containers=(container(state="exited", health=""), container("cache", "redis")))
    assert ["db"] == [goal.service for goal in goals(SHOP, down, ("db",))]


def test_data_that_is_no_copy_stays_unless_it_is_named() -> None:
    """There is nothing that it could go back to: whoever names it is told what else there is."""
    own = replace(UP, volumes=(volume(), CACHE_DATA))
    assert ["cache"] == [goal.service for goal in goals(SHOP, own, ())]
    error = refusal(own, "db", "cache")
    assert Exit.DATA_REFUSED == error.code
    assert "the data of db is no copy of a snapshot" in error.message
    assert "envctl seed db" in error.hint


@pytest.mark.parametrize("name", ["api", "nosuch"])
def test_what_has_no_data_is_refused(name: str) -> None:
    """The hint says what has."""
    error = refusal(UP, "db", name)
    assert (Exit.USAGE, True) == (error.code, name in error.message)
    assert "db, cache" in error.hint


@pytest.mark.parametrize("gone", [{"containers": CONTAINERS[1:]}, {"volumes": (CACHE_DATA,)}])
def test_what_is_not_there_is_refused(gone: dict[str, tuple[Volume, ...]]) -> None:
    """A container or a volume that somebody removed: `up` brings them back."""
    error = refusal(replace(UP, **gone))  # type: ignore[arg-type]  # either
    assert "there is no data of db" in error.message
    assert "envctl up" in error.hint


@pytest.mark.parametrize("gone", [{"containers": CONTAINERS[:1]}, {"volumes": (CLONED, WHOLE)}])
def test_what_begins_empty_need_not_be_there(gone: dict[str, tuple[Volume, ...]]) -> None:
    """A reset that died had begun to remove it: the next goes on."""
    found = goals(SHOP, replace(UP, **gone), ())  # type: ignore[arg-type]  # either
    assert ["db", "cache"] == [goal.service for goal in found]


def test_who_needs_the_data_is_started_anew_and_who_needs_those() -> None:
    """web needs api, which needs db; nobody needs the cache, and what holds data itself stays."""
    assert ("api", "web") == dependents(SHOP, ["db"])
    assert () == dependents(SHOP, ["cache"])
    other = replace(FROZEN, service="other", needs=("db",))
    assert ("api",) == dependents(blueprint((FROZEN, other, replace(API, needs=("other",)))), ["db"])


def test_another_image_is_refused() -> None:
    """Its libc may sort texts otherwise than the snapshot's indexes do."""
    (goal,) = goals(SHOP, UP, ("db",))
    refuse_other_image(goal, [PART])
    with pytest.raises(EnvctlError) as caught:
        refuse_other_image(goal, [replace(PART, image_id="sha256:16")])
    assert Exit.DATA_REFUSED == caught.value.code


def test_data_that_a_later_version_copied_in_its_own_way_is_refused() -> None:
    """How it would be put back is not known here, so nothing is stopped for it."""
    later = replace(CLONED, labels={**CLONED.labels, labels.STRATEGY: "teleport"})
    error = refusal(replace(UP, volumes=(later, CACHE_DATA, WHOLE)))
    assert Exit.DATA_REFUSED == error.code
    assert ("shop_main_db-data" in error.message, "teleport" in error.message) == (True, True)
