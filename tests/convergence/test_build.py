"""A builder that is killed at any point leaves nothing that is taken for a snapshot; the next one makes it good."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envctl import labels
from envctl.ops.snapshots.find import look
from envctl.ops.snapshots.remove import remove
from envctl.ops.snapshots.throwaway import serving
from envctl.snapshot import Snapshot
from tests.convergence.dying import Spec
from tests.convergence.test_killed import dump, ways
from tests.convergence.tours import KILLED, Break, Traveller, nothing_wrong, sampled, share, travellers
from tests.scenarios.sites import sql
from tests.scenarios.stage import LONGEST, Ran
from tests.scenarios.test_interrupts import left_running
from tests.scenarios.test_snapshots_built import STACK, copied, traces

if TYPE_CHECKING:
    from docker import DockerClient

pytestmark = pytest.mark.docker

_SOME = 10  # points of a run that does not try them all
_FEW = 2
MASKED = f"""{STACK}
[data.catalogue.mask.columns]
"items.name" = "hash"
"""
RAW = "raw.person@mail.test"


def built(one: Traveller, spec: Spec) -> Ran:
    """Build what the stage's database starts from, under watch."""
    argv = [sys.executable, "-m", "tests.convergence.building", str(spec), str(one.stage.folder)]
    with one.stage.running_program(argv) as process:
        stdout, stderr = process.communicate(timeout=LONGEST)
    return Ran(process.returncode, stdout, stderr)


def snapshots(one: Traveller) -> list[Snapshot]:
    """Those of the stage."""
    return [snapshot for snapshot in look(one.stage.here().world) if snapshot.project == one.stage.project]


def nothing(_one: Traveller) -> Iterator[str]:
    """What is wrong with what is left behind of an unmasked dump."""
    yield from ()


def lap(
    one: Traveller, broken: Break, *, holds: str = "one", left: Callable[[Traveller], Iterator[str]] = nothing
) -> Iterator[str]:
    """Build, killed at a point, and once more; what went wrong. `holds`: the only row of what is built."""
    for snapshot in snapshots(one):
        remove(one.stage.here().world, snapshot)
    cache = Path(one.stage.environ["XDG_CACHE_HOME"])
    for file in cache.glob("envctl/*"):
        file.unlink()
    shutil.rmtree(one.stage.runtime / "envctl", ignore_errors=True)  # who comes first makes it
    first = built(one, one.spec(at=broken.point, how=broken.how))
    between = snapshots(one)
    yield from (f"{broken}: {wrong}" for wrong in left(one))
    again = built(one, Spec())
    after = snapshots(one)
    if first.status != KILLED:
        yield f"{broken}: ended with {first.status}: {first.stdout} {first.stderr}"
    if again.status != 0:
        yield f"{broken}: run again it failed: {again.stderr}"
    if len(after) != 1 or between not in ([], after):
        yield f"{broken}: there was {between}, then {after}"
    expected = {after[0].marker, after[0].parts[0].held.volume} if after else set()
    if expected != (there := traces(one.stage)):
        yield f"{broken}: left {there - expected}, lost {expected - there}"
    if files := [str(path) for path in one.stage.runtime.glob("envctl/environments/*")]:
        yield f"{broken}: left {files}"
    if processes := left_running(one.stage):
        yield f"{broken}: left {processes}"
    if between and (rows := _rows(one, between[0])) != [holds]:
        yield f"{broken}: was taken for a snapshot and holds {rows}"


def raw(one: Traveller) -> Iterator[str]:
    """Where a value that was to be masked is found in what the containers of a killed builder have mounted."""
    filters: dict[str, str | list[str] | bool] = {"label": f"{labels.SNAPSHOT_PROJECT}={one.stage.project}"}
    for container in one.stage.docker.containers.list(all=True, ignore_removed=True, filters=filters):
        for mount in container.attrs["Mounts"]:
            if mount["Type"] == "volume" and RAW.encode() in b"".join(container.get_archive(mount["Destination"])[0]):
                yield f"{container.name} holds it raw"


def _rows(one: Traveller, snapshot: Snapshot) -> list[str]:
    with copied(one.stage, snapshot, "db") as copy, serving(copy):
        return sql(copy, "SELECT name FROM items")


@pytest.fixture(scope="module")
def surveyed(
    docker: DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Traveller], list[Break]]]:
    """Who builds, and at which points."""
    with travellers(docker, tmp_path_factory.mktemp("build"), (), 3) as people:
        for one in people:
            one.stage.write(STACK, **dump("one"))
        yield people, people[0].points(partial(built, people[0]))


def test_a_builder_killed_at_a_point(surveyed: tuple[list[Traveller], list[Break]]) -> None:
    """Alone, and with the programs it runs: those of the Docker Engine go on meanwhile."""
    people, points = surveyed
    assert 20 < len(points)
    nothing_wrong(share(people, sampled(ways(points), _SOME, seed=7), lap))


def test_a_builder_killed_while_it_masks(docker: DockerClient, tmp_path: Path) -> None:
    """What is left of it holds no raw value, and the next one makes it good."""
    with travellers(docker, tmp_path, (), 2) as people:
        for one in people:
            one.stage.environ["ENVCTL_MASK_KEY"] = "a key of the tests, long enough"
            one.stage.write(MASKED, **dump(RAW))
        programs = [point for point in people[0].points(partial(built, people[0])) if point.point.startswith("started")]
        (masked,) = _rows(people[0], snapshots(people[0])[0])
        assert RAW != masked
        killed = [point for point in ways(programs) if " psql" in point.point or "postgres" in point.point]
        nothing_wrong(share(people, sampled(killed, _FEW, seed=7), partial(lap, holds=masked, left=raw)))


def test_a_builder_that_is_interrupted_leaves_nothing(surveyed: tuple[list[Traveller], list[Break]]) -> None:
    """Ctrl-C while the dump is restored: its container and its bytes are gone at once."""
    (one, *_), points = surveyed
    fed = next(point for point in points if point.point.startswith("fed"))
    for snapshot in snapshots(one):
        remove(one.stage.here().world, snapshot)
    ran = built(one, one.spec(at=fed.point, how="interrupt"))
    assert "KeyboardInterrupt" in ran.stderr
    assert set() == traces(one.stage)
