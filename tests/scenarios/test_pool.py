"""A pool on a real daemon: made, attached again, grown, removed, and killed at each step of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envctl import labels
from envctl.ops import pools
from envctl.ops.pools.programs import pool_image
from envctl.pool import Pool
from tests.convergence.daemons import Daemon
from tests.convergence.dying import Spec
from tests.convergence.tours import ALL, KILLED, ROOT
from tests.scenarios.pools import clear, second_daemon, world_of
from tests.scenarios.stage import Ran, Stage

if TYPE_CHECKING:
    from docker import DockerClient

pytestmark = pytest.mark.docker

ENOUGH = 3  # points of a command at which it is killed in an ordinary run


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """Nobody else's."""
    with second_daemon() as found:
        yield found


@pytest.fixture
def machine(daemon: Daemon, tmp_path: Path) -> Iterator[Stage]:
    """A stage there, without a pool before and after."""
    stage = Stage(daemon.client(), tmp_path, tmp_path / "runtime")
    stage.runtime.mkdir()
    stage.environ |= {"DOCKER_HOST": daemon.host, "ENVCTL_LOCK_DIR": str(daemon.folder / "locks")}
    yield stage
    clear(daemon)
    assert [] == loops(daemon)


def loops(daemon: Daemon) -> list[str]:
    """The files of this machine's loop devices that are pools of the daemon, by their names."""
    said = subprocess.run(
        ["losetup", "--list", "--noheadings", "--output", "BACK-FILE"], capture_output=True, text=True, check=True
    )
    ours = {labelled(v)[labels.POOL] for v in daemon.client().volumes.list() if labels.POOL in labelled(v)}
    names = [Path(line.strip()).name for line in said.stdout.splitlines() if line.strip()]
    return sorted(name for name in names if name.removesuffix(".xfs") in ours or name.endswith("(deleted)"))


def labelled(volume: Any) -> dict[str, str]:
    """A volume's labels."""
    return volume.attrs["Labels"] or {}


def whole(pool: Pool) -> set[str]:
    """The volumes of a pool."""
    return {pool.volume, pool.store}


def there(daemon: Daemon) -> set[str]:
    """The names of everything on the daemon that has a name."""
    client = daemon.client()
    return {str(thing.name) for found in (client.volumes.list(), client.containers.list(all=True)) for thing in found}


@contextmanager
def inside(client: DockerClient, pool: Pool, folder: str) -> Iterator[Any]:
    """A container that works in a folder of the pool, as a service would."""
    volume = client.volumes.create(
        f"in-{folder}", driver_opts={**pool.options}, labels={labels.SUBPATH: f"clones/{folder}"}
    )
    mount = {"Type": "volume", "Source": volume.name, "Target": "/data"}
    mount["VolumeOptions"] = {"Subpath": f"clones/{folder}"}  # type: ignore[assignment]
    made = client.api.create_container(
        pool_image(), ["sleep", "1000"], host_config={"Mounts": [mount], "NetworkMode": "none", "Init": True}
    )
    try:
        client.api.start(made["Id"])
        yield client.containers.get(made["Id"])
    finally:
        client.api.remove_container(made["Id"], force=True)
        volume.remove()


def run(container: Any, text: str) -> str:
    """What a script in a container prints; it must succeed."""
    status, output = container.exec_run(["sh", "-ec", text])
    assert 0 == status, output
    return str(output.decode().strip())


def folder(client: DockerClient, pool: Pool, name: str) -> None:
    """Make a folder of the pool, as a clone has one."""
    client.containers.run(
        pool_image(), ["mkdir", f"/pool/clones/{name}"], volumes=[f"{pool.volume}:/pool"], remove=True, network="none"
    )


def the_pool(machine: Stage) -> Pool:
    """The one that `pool ls` shows."""
    return Pool(machine.data("pool ls")["pool"]["id"])


def test_a_pool_must_copy_without_taking_room(machine: Stage, daemon: Daemon) -> None:
    """What is copied in it shares its blocks: 200 MiB ten times over are there, and take what they take once."""
    made = machine.data("pool create", "--size", "3G")
    assert (True, 3 << 30, 0, 0) == tuple(made[key] for key in ("attached", "size", "snapshots", "clones"))
    pool = Pool(made["id"])
    folder(machine.docker, pool, "a")
    with inside(machine.docker, pool, "a") as box:
        run(box, "head -c 200M /dev/urandom >/data/0; sync")
        once = machine.data("pool ls")["pool"]
        run(box, "for n in 1 2 3 4 5 6 7 8 9; do cp --reflink=always /data/0 /data/$n; done; sync")
        assert "2000" == run(box, "du --apparent-size -m /data | cut -f 1")
        after = machine.data("pool ls")["pool"]
    assert 200 << 20 <= once["used"] - made["used"] < 250 << 20
    assert after["used"] - once["used"] < 10 << 20
    assert after["taken"] < made["taken"] + (300 << 20)


def test_a_pool_must_survive_a_restart_of_the_machine(machine: Stage, daemon: Daemon) -> None:
    """Device and link are gone, as after a restart: nothing else is mounted in its place, and the next command has it
    again with what was in it."""
    machine.did("pool create", "--size", "2G")
    pool = the_pool(machine)
    folder(machine.docker, pool, "a")
    with inside(machine.docker, pool, "a") as box:
        run(box, "echo kept >/data/it")
    restart(pool)
    with pytest.raises(Exception, match="no such file or directory"), inside(machine.docker, pool, "a"):
        pass
    assert machine.data("pool ls")["pool"]["attached"]
    with inside(machine.docker, pool, "a") as box:
        assert "kept" == run(box, "cat /data/it")
    restart(pool)
    pools.attach(world_of(daemon), pool)
    with inside(machine.docker, pool, "a") as box:
        assert "kept" == run(box, "cat /data/it")


def restart(pool: Pool) -> None:
    """What a restart of the machine does to a pool."""
    link = Path(pool.device)
    subprocess.run(["losetup", "--detach", link.resolve()], check=True)
    link.unlink()


def test_two_that_attach_at_once_must_agree(machine: Stage, daemon: Daemon) -> None:
    """Four that find it gone, two of them with locks of their own: one device in the end, and the link leads there."""
    machine.did("pool create", "--size", "1G")
    pool = the_pool(machine)
    restart(pool)
    apart = [{"ENVCTL_LOCK_DIR": str(machine.runtime / name)} for name in ("a", "b")]
    words = machine.words("pool ls", "--json")
    begun = [
        subprocess.Popen(words, env={**machine.environ, **more}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for more in (*apart, {}, {})
    ]
    ended = [process.communicate(timeout=60) for process in begun]
    assert [0] * 4 == [process.returncode for process in begun], ended
    assert all(Ran(0, out.decode(), "").data["pool"]["attached"] for out, _ in ended), ended
    assert [pool.file] == loops(daemon)
    assert pools.is_attached(world_of(daemon), pool)


def test_a_pool_must_grow_while_it_is_used(machine: Stage) -> None:
    """A container that writes into it goes on, sees the new room and its own file; smaller is refused."""
    machine.did("pool create", "--size", "1G")
    pool = the_pool(machine)
    folder(machine.docker, pool, "a")
    with inside(machine.docker, pool, "a") as box:
        run(box, "echo kept >/data/it")
        grown = machine.data("pool grow", "--size", "3G")
        assert (1 << 30, 3 << 30) == (grown["before"], grown["pool"]["size"])
        assert int(run(box, "df -BM --output=avail /data | tail -n 1 | tr -d M")) > 2500
        assert "kept" == run(box, "cat /data/it")
    machine.refused(2, "pool grow", "--size", "2G")
    assert 3 << 30 == machine.data("pool ls")["pool"]["size"]


def test_a_second_pool_must_be_refused(machine: Stage, daemon: Daemon) -> None:
    """The error names the first one, which stays as it is."""
    machine.did("pool create", "--size", "1G")
    pool = the_pool(machine)
    assert pool.volume in machine.refused(2, "pool create", "--size", "1G")["error"]["message"]
    assert whole(pool) == there(daemon)
    machine.did("pool rm")
    assert set() == there(daemon)
    assert not Path(pool.device).exists()
    machine.did("pool rm")


def test_a_pool_must_stay_while_a_clone_is_in_it(machine: Stage) -> None:
    """`pool rm` names what lies in it, whatever it is told; `gc` and `ls` see no environment in a pool."""
    machine.did("pool create", "--size", "1G")
    pool = the_pool(machine)
    own = {labels.CLONE: "0" * 32, labels.POOL: pool.id}
    clone = machine.docker.volumes.create("somebodys-data", driver_opts={**pool.options}, labels=own)
    for more in ([], ["--force"]):
        assert "somebodys-data" in machine.refused(9, "pool rm", *more)["error"]["message"]
    assert 1 == machine.data("pool ls")["pool"]["clones"]
    clone.remove()
    machine.did("gc", "--all-projects", "--max", "0")
    assert [] == machine.data("ls")["environments"]
    assert the_pool(machine) == pool


def test_a_disk_that_cannot_must_be_left_as_it_was(machine: Stage, daemon: Daemon) -> None:
    """More than the disk's own file system takes: the error says why, and nothing is left behind."""
    error = machine.refused(2, "pool create", "--size", "900000T")["error"]
    assert error["unchanged"]
    assert "as large" in error["message"]
    assert set() == there(daemon)


def watched(machine: Stage, spec: Spec, *words: str) -> Ran:
    """A command under watch, which may die of it."""
    argv = [sys.executable, "-m", "tests.convergence.dying", str(spec), *words]
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    done = subprocess.run(
        argv, env={**machine.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=120, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def points(machine: Stage, *words: str) -> list[str]:
    """Where a command is about to change something on the daemon, in its own words."""
    log = machine.runtime / "points"
    log.unlink(missing_ok=True)
    ran = watched(machine, Spec(str(log)), *words)
    assert 0 == ran.status, ran.stderr
    found = [line for line in log.read_text().splitlines() if line.startswith("request ")]
    return [line for line in found if "the rest of a request" not in line]


def chosen(found: list[str]) -> list[str]:
    """All of them, or a sample that is the same each time."""
    return found if os.environ.get(ALL) else found[:: max(1, len(found) // ENOUGH)]


def test_a_create_that_is_killed_must_be_made_good(machine: Stage, daemon: Daemon) -> None:
    """At whatever request it dies, a whole pool or none is there; the next one leaves one, and nothing beside it."""
    every = points(machine, "pool", "create", "--size", "1G")
    machine.did("pool rm")
    assert len(every) > ENOUGH
    for point in chosen(every):
        ran = watched(machine, Spec(at=point), "pool", "create", "--size", "1G")
        assert KILLED == ran.status, (point, ran)
        if machine.data("pool ls")["pool"] is None:
            machine.did("pool create", "--size", "1G")
        pool = the_pool(machine)
        helpers = {name for name in there(daemon) if "__helper-" in name}
        assert whole(pool) == there(daemon) - helpers, point
        assert [pool.file] == loops(daemon), point
        clear(daemon)
        assert (set(), []) == (there(daemon), loops(daemon)), point


def test_a_removal_that_is_killed_must_be_finished(machine: Stage, daemon: Daemon) -> None:
    """At whatever request it dies, the same again leaves nothing."""
    machine.did("pool create", "--size", "1G")
    every = points(machine, "pool", "rm")
    for point in chosen(every):
        machine.did("pool create", "--size", "1G")
        ran = watched(machine, Spec(at=point), "pool", "rm")
        assert KILLED == ran.status, (point, ran)
        machine.did("pool rm")
        assert [] == loops(daemon), point
        assert set() == there(daemon), point
