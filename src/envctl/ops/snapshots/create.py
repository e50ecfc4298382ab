"""The story of `snapshot create`: all data of a running environment, as it was at one moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from secrets import token_hex
from time import monotonic

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.ops.leases import in_use
from envctl.ops.observe import running_here
from envctl.ops.setting import Here
from envctl.ops.snapshots.draft import Draft, copy, finish, give_up, lay_out, make_volumes
from envctl.ops.snapshots.find import look
from envctl.ops.snapshots.sources.base import TOKEN
from envctl.planning.taking import left_out, taken
from envctl.reports.snapshots import SnapshotCreated
from envctl.snapshot import Snapshot, held, marker
from envctl.world import World

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_ADDRESS = re.compile(r"[0-9a-f]{12,}")


@dataclass(frozen=True)
class Took:
    """A snapshot of an environment, for how many seconds that was away, and whose volumes are not in it."""

    snapshot: Snapshot
    away: float
    left_out: tuple[str, ...]


def create(here: Here, name: str = "", *, wait: bool = True) -> SnapshotCreated:
    """Keep the data of all services of a running environment as it is at one moment. Raises EnvctlError.

    Without `wait` it gives up where another command works on the environment.
    """
    began = monotonic()
    with _named(here.world, name):
        took = take(here, name, wait=wait)
    made = took.snapshot
    return SnapshotCreated(
        name=here.identity.name,
        project=here.identity.project,
        address=made.address,
        snapshot=made.name or None,
        services=tuple(dict.fromkeys(part.service for part in made.parts)),
        left_out=took.left_out,
        size=made.size,
        away=took.away,
        seconds=round(monotonic() - began, 3),
    )


def take(here: Here, name: str = "", *, wait: bool = True) -> Took:
    """The same without a report, for a name that nobody else can take meanwhile."""
    world = here.world
    with world.locks.hold(here.identity.full, "snapshot create", wait=wait), in_use(world, here.identity):
        draft = _draft(here, name)
        beside = left_out(draft.blueprint)
        for service in beside:
            world.tell(Event(f"data of {service}", "left out: nobody knows how it becomes fit to be copied", "info"))
        with world.locks.hold(marker(draft.address), "snapshot create"):  # else gc may take it for nobody's
            snapshot, away = _taken(draft)
    world.tell(Event("snapshot", f"{snapshot.short} made", "done"))
    return Took(snapshot, away, beside)


def provisional(here: Here) -> Snapshot:
    """What a snapshot would hold, to see whether it fits. Raises EnvctlError where there can be none."""
    draft = _draft(here, "")
    return draft.snapshot({volume.name: held(volume) for volume in draft.volumes}, {}, 0)


def _draft(here: Here, name: str) -> Draft:
    blueprint, observed = here.blueprint(), running_here(here.world, here.identity)
    chosen = taken(blueprint, observed)
    return Draft(here, blueprint, observed, chosen, here.world.engine.now(), token_hex(TOKEN), name)


def _taken(draft: Draft) -> tuple[Snapshot, float]:
    """What comes of it is a snapshot, or nothing."""
    layouts = lay_out(draft)
    try:
        make_volumes(draft, layouts)
        away = copy(draft, layouts)
        return finish(draft, layouts), away
    except BaseException as failure:
        with suppress(EnvctlError):
            give_up(draft)
        if isinstance(failure, EnvctlError) and not failure.unchanged:
            failure.unchanged = "The environment runs as before, and nothing was kept."
        raise


@contextmanager
def _named(world: World, name: str) -> Iterator[None]:
    """Nobody else takes the name meanwhile. Raises EnvctlError(USAGE) for one that is none, or taken."""
    if not name:
        yield
        return
    if not _NAME.fullmatch(name) or _ADDRESS.fullmatch(name):
        raise EnvctlError(
            Exit.USAGE,
            f"{name!r} is no name for a snapshot",
            unchanged="Nothing was changed.",
            hint="At most 63 of a-z, 0-9, `.`, `_` and `-`, a letter or digit first; nothing like an address.",
        )
    with world.locks.hold(f"envctl-snapshot-name__{name}", "snapshot create"):
        if any(snapshot.name == name for snapshot in look(world)):
            raise EnvctlError(
                Exit.USAGE,
                f"there is a snapshot {name} already",
                unchanged="It is as it was.",
                hint=f"Choose another name, or remove it first: `envctl snapshot rm {name}`.",
            )
        yield
