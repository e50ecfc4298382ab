"""A daemon with snapshots, made of values, on which somebody else may be a moment quicker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from envctl import labels
from envctl.decision import Rules
from envctl.identity import Identity
from envctl.ops.gc.reclaim import gc
from envctl.planning.ownership import own_labels
from envctl.reports.gc import Reclaimed
from envctl.snapshot import DATA, Held, Part, Snapshot, data_volume, marker
from envctl.world import World
from envctl.world.locks import Locks
from tests.ops.fake import IDENTITY, FakeEngine, here

OTHER = Identity("blog", "one")
IMAGE = "sha256:1"


def address(number: int) -> str:
    """One of many; each begins with its number."""
    return f"{number}{'0' * 30}{number}"


@dataclass
class Ground:
    """A daemon and its world. `meddle` is done just before a lock is taken."""

    engine: FakeEngine
    world: World
    meddle: Callable[[], object] = field(default=lambda: None)

    def build(self, number: int, source: str = "dump catalogue", **more: object) -> Snapshot:
        """Make a snapshot of 100 bytes, and let an hour and a day go by."""
        name = data_volume(address(number), "t", 0)
        self.engine.create_volume(name, {labels.ROLE: DATA, labels.SNAPSHOT: address(number)})
        held = Held(name, path=f"/var/lib/docker/volumes/{name}/_data")
        part = Part("db", "postgres", "postgres:17", IMAGE, "17", "shop", "db-data", held)
        made = Snapshot(address(number), source, self.engine.now(), "ann@laptop", (part,), "shop", size=100)
        made = replace(made, **more)  # type: ignore[arg-type]
        self.engine.create_volume(made.marker, made.labels())
        self.engine.move(hours=25)
        return made

    def clone(self, one: Snapshot, identity: Identity = IDENTITY) -> None:
        """An environment's data that lives on it."""
        own = {**own_labels(identity), labels.ROLE: "data", labels.CLONE: one.address}
        self.engine.create_volume(f"{identity.full}_db-data", own)

    def left(self) -> set[int]:
        """The numbers of the snapshots that are whole, of those whose marker is there."""
        names = {volume.name for volume in self.engine.vols}
        numbers = {n for n in range(10) if marker(address(n)) in names}
        assert {n for n in numbers if data_volume(address(n), "t", 0) in names} == numbers
        return numbers

    def gc(self, budget: int = 0, *, dry_run: bool = False, project: str | None = None) -> Reclaimed:
        """As from cron."""
        return gc(self.world, project, Rules(), snapshot_budget=budget, dry_run=dry_run)


@dataclass(frozen=True)
class Meddled(Locks):
    """Locks with somebody who is a moment quicker."""

    ground: list[Ground] = field(default_factory=list)

    @contextmanager
    def hold(self, name: str, command: str, *, wait: bool = True) -> Iterator[None]:
        """Hold it, after what comes before."""
        if name.startswith("envctl-snapshot__"):
            self.ground[0].meddle()
        with super().hold(name, command, wait=wait):
            yield


def site(folder: Path) -> Ground:
    """An empty daemon that has the image of all snapshots."""
    engine = FakeEngine(images={IMAGE: IMAGE})
    world = replace(here(folder, engine).world, clock=lambda: engine.time)
    locks = Meddled(folder / "locks", world.shell, world.tell)
    made = Ground(engine, replace(world, locks=locks))
    locks.ground.append(made)
    return made
