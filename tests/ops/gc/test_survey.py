"""Who uses an environment, as far as that can be seen from here."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.ops.gc.survey import connections, looked_at, survey
from envctl.ops.lifetime import extend, pin
from envctl.standing import Uses
from envctl.world import World
from envctl.world.connections import Connections
from tests.ops.fake import IDENTITY, FakeEngine, here, own


@pytest.fixture
def engine() -> FakeEngine:
    """The shop, running in its network with a volume."""
    made = FakeEngine()
    made.add_network("shop_main", own("", "network"))
    made.add_volume("shop_main_db-data", own("", "data"))
    made.run("shop_main_db", own("db"), volumes=["shop_main_db-data"], networks=["shop_main"])
    return made


@pytest.fixture
def listening() -> Iterator[int]:
    """A port of this machine that somebody else has, with a connection to it."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        yield server.getsockname()[1]


def uses(world: World, seen: Connections = Connections()) -> Uses:  # noqa: B008  # frozen
    """Who uses the one environment there is."""
    (standing,), _ = survey(world, None)
    found = looked_at(world, standing, seen).uses
    assert found is not None
    return found


@pytest.mark.parametrize("place", [{"networks": ["shop_main"]}, {"volumes": ["shop_main_db-data"]}])
@pytest.mark.parametrize("state", ["running", "exited"])
def test_a_container_of_others_that_runs_with_it_is_a_use(
    engine: FakeEngine, tmp_path: Path, place: dict[str, list[str]], state: str
) -> None:
    """A client that somebody started in its network, or on its volume; not one that has ended."""
    engine.run("psql", {}, state=state, **place)  # type: ignore[arg-type]
    expected = ("the container psql, which is another's, runs with it",) if state == "running" else ()
    assert expected == uses(here(tmp_path, engine).world).seen


def test_what_is_paused_is_looked_at_too(engine: FakeEngine, tmp_path: Path) -> None:
    """Its shells and its connections wait in it; from inside nobody can look."""
    (db,) = (c.id for c in engine.held)
    engine.become(db, state="paused", labels=own("db", **{labels.PORT: "24836"}))
    engine.execs[db] = ("psql",)
    world = here(tmp_path, engine).world
    assert Uses(("psql runs in db",)) == uses(world)
    open_now = Connections(open=frozenset({24836}))
    assert Uses(("psql runs in db", "a connection to db")) == uses(world, open_now)


def test_our_ports_say_nothing_of_a_daemon_elsewhere(tmp_path: Path, listening: int) -> None:
    """The same port here is another's."""
    near = replace(here(tmp_path, FakeEngine()).world, environ={"DOCKER_HOST": "unix:///run/docker.sock"})
    far = replace(near, environ={"DOCKER_HOST": "tcp://daemon.example:2376"})
    assert listening in connections(near).open & connections(near).listening
    assert Connections() == connections(far)


@pytest.mark.parametrize("change", [pin, extend])
def test_what_is_gone_gets_no_lease(engine: FakeEngine, tmp_path: Path, change: object) -> None:
    """It was removed while somebody waited to pin it: nothing is left behind that would stay for ever."""
    world = here(tmp_path, FakeEngine()).world
    with pytest.raises(EnvctlError, match="was removed a moment ago") as caught:
        change(world, IDENTITY)  # type: ignore[operator]
    assert Exit.NOT_FOUND == caught.value.code
    assert () == world.engine.volumes()
    change(here(tmp_path, engine).world, IDENTITY)  # type: ignore[operator]
    assert 2 == len(engine.vols)
