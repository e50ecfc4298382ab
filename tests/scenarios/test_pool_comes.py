"""A pool that is made where snapshots lie on the daemon's disk already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from envctl import labels
from tests.scenarios.pools import second_daemon
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

DATABASE = """
[services.db]
kind = "postgres"
image = "envctl.invalid/postgres:17"
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Stage]:
    """A stage on a daemon that nobody else makes a pool on."""
    with second_daemon("envctl.invalid/postgres:17") as daemon:
        stage = Stage(daemon.client(), tmp_path, tmp_path / "runtime")
        stage.runtime.mkdir()
        stage.environ |= {"DOCKER_HOST": daemon.host, "ENVCTL_LOCK_DIR": str(daemon.folder / "locks")}
        stage.by_branch = True  # each command says which environment
        stage.write(DATABASE)
        yield stage
        for name in ("one", "two", "three"):
            stage.did("down", "--env", name)


def copied(stage: Stage, name: str) -> tuple[str, str, bool]:
    """What the data of an environment is a copy of, how it was made, and whether it lies in the pool."""
    own = stage.docker.volumes.get(f"{stage.project}_{name}_db-data").attrs["Labels"]
    return own[labels.CLONE], own[labels.STRATEGY], labels.POOL in own


def test_what_is_there_must_stay_where_it_is_until_it_is_built_anew(machine: Stage) -> None:
    """`pool create` names it; new environments still start on it where it lies; once it is removed they start in the
    pool."""
    machine.did("up", "--env", "one")
    address, way, inside = copied(machine, "one")
    assert not inside
    assert [address[:12]] == machine.data("pool create", "--size", "1G")["outside"]

    machine.did("up", "--env", "two")
    assert (address, way, False) == copied(machine, "two")
    machine.refused(9, "snapshot rm", address)

    machine.did("down", "--env", "one")
    machine.did("down", "--env", "two")
    machine.did("snapshot rm", address)
    machine.did("up", "--env", "three")
    assert (address, "reflink", True) == copied(machine, "three")
