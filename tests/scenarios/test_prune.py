"""What `docker volume prune --all` takes, and what envctl says then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from envctl import labels
from tests.scenarios.contents import DATABASE, dump
from tests.scenarios.pools import second_daemon
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

# Adds a row, and shows all.
ROWS = """psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -Atq -c "INSERT INTO items VALUES ('two')" \\
    -c "SELECT name FROM items ORDER BY 1" """


@pytest.fixture
def over(tmp_path: Path) -> Iterator[Stage]:
    """An environment whose data is an overlay, on a daemon where everything may be pruned."""
    with second_daemon("envctl.invalid/postgres:17") as daemon:
        stage = Stage(daemon.client(), tmp_path, tmp_path / "runtime")
        stage.runtime.mkdir()
        stage.environ |= {"DOCKER_HOST": daemon.host, "ENVCTL_LOCK_DIR": str(daemon.folder / "locks")}
        stage.write(DATABASE.replace("data =", 'image = "envctl.invalid/postgres:17"\ndata ='), **dump("one"))
        stage.up()
        if "overlay" != volume(stage)[labels.STRATEGY]:
            pytest.skip("this daemon's disk copies in a better way")
        yield stage
        stage.did("down")


def volume(stage: Stage) -> dict[str, str]:
    """What the data's volume carries."""
    found: dict[str, str] = stage.docker.volumes.get(f"{stage.full()}_db-data").attrs["Labels"]
    return found


def prune(stage: Stage) -> set[str]:
    """The volumes that are left when everything is taken that no container has."""
    stage.docker.volumes.prune({"all": True})
    return {str(one.name) for one in stage.docker.volumes.list()}


def test_what_data_lies_over_must_survive_while_its_container_is_there(over: Stage) -> None:
    """Its snapshot's bytes, and what was written since; no rows are lost, and more can be written."""
    named = volume(over)[labels.BENEATH].split()
    assert {*named, f"{over.full()}_db-data"} <= prune(over)
    assert (0, "one\ntwo\n") == over.inside("db", "sh", "-c", ROWS)


def test_what_was_taken_must_be_said_before_anything_is_started(over: Stage) -> None:
    """Once its container is gone nothing keeps them: `up` names what is gone; `down` still works."""
    over.container("db").remove(force=True)
    named = volume(over)[labels.BENEATH].split()
    gone = [one for one in over.docker.volumes.list() if one.name in named]
    for one in gone:
        one.remove(force=True)
    error = over.refused(9, "up")["error"]
    assert [] == [name for name in named if name not in error["message"]]
    assert "Nothing was changed." in error["unchanged"]
    assert [] == over.docker.containers.list(all=True)
