"""What of a running environment goes into a snapshot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container, Observed
from envctl.planning.ownership import own_labels
from envctl.planning.taking import left_out, taken
from envctl.snapshot import Held
from envctl.workload import Format, Mount, Workload
from tests.planning.made_up import API, IDENTITY, WEB, blueprint
from tests.planning.test_volumes import ADDRESS, FROZEN, NAME, record, volume

FILES = Workload("files", "app", image="files:1", mounts=(Mount("files-data", "/files"),))
STORE = replace(FROZEN, format=Format((17,)))


def container(
    service: str = "db", kind: str = "postgres", state: str = "running", health: str = "healthy"
) -> Container:
    """One that runs a service."""
    own = {**own_labels(IDENTITY), labels.SERVICE: service, labels.ROLE: "service", labels.KIND: kind}
    return Container(
        f"id-{service}", f"shop_main_{service}", own, "mirror/postgres:17", state, health, image_id="sha256:17"
    )


RUNNING = Observed(containers=(container(),), volumes=(volume(),))


def refusal(observed: Observed, *workloads: Workload) -> EnvctlError:
    """Why nothing can be taken."""
    with pytest.raises(EnvctlError) as caught:
        taken(blueprint(workloads or (STORE,)), observed)
    assert Exit.DATA_REFUSED == caught.value.code
    assert "Nothing was changed." in caught.value.unchanged
    return caught.value


def test_a_part_says_what_runs_and_what_was_done_to_the_data() -> None:
    """But for what holds for the environment alone: its password, and what its data is a copy of."""
    facts = {"password": "p", "clone": ADDRESS, "data": "sha256:dump", "database": "shop", "version": "17"}
    observed = replace(RUNNING, volumes=(volume(clone=ADDRESS), record(**facts)))
    (one,) = taken(blueprint((STORE, API)), observed)
    (part,) = one.parts(observed, {NAME: Held("bytes")})
    assert ("db", "postgres", "mirror/postgres:17", "sha256:17", "17", "postgres", "db-data", Held("bytes")) == (
        part.service, part.kind, part.image, part.image_id, part.version, part.user, part.volume, part.held
    )  # fmt: skip
    assert {"data": "sha256:dump", "database": "shop", "version": "17"} == part.facts


def test_the_version_is_that_of_the_stack_file_where_none_is_recorded() -> None:
    """A run that died may not have come to record it."""
    (one,) = taken(blueprint((STORE,)), RUNNING)
    assert ["17"] == [part.version for part in one.parts(RUNNING, {NAME: Held("bytes")})]


@pytest.mark.parametrize(
    ("observed", "said"),
    [
        (replace(RUNNING, containers=()), "db is not there"),
        (replace(RUNNING, containers=(container(state="exited", health=""),)), "db is exited"),
        (replace(RUNNING, containers=(container(state="paused"),)), "db is paused"),
        (replace(RUNNING, containers=(container(health="unhealthy"),)), "db is unhealthy"),
        (
            replace(RUNNING, containers=(container(kind="redis"),)),
            "db is postgres in the stack file, and runs as redis",
        ),
        (replace(RUNNING, volumes=()), "a volume of db is gone"),
        (replace(RUNNING, volumes=(volume(clone=ADDRESS),)), "the data of db is half copied"),
    ],
)
def test_what_is_not_whole_and_up_is_refused(observed: Observed, said: str) -> None:
    """It says which service, and how that is; the way out is to bring it up."""
    error = refusal(observed)
    assert said in error.message
    assert "envctl up --env main" in error.hint


def test_volumes_of_other_programs_are_left_out() -> None:
    """Nobody knows how they become fit to be copied; who has nothing else is told so."""
    assert ("files",) == left_out(blueprint((STORE, FILES, WEB)))
    error = refusal(RUNNING, FILES, WEB)
    assert any("files" in line for line in error.details)
    assert "postgres" in error.hint
