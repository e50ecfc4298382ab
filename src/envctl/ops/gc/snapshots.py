"""The part of `gc` that is about snapshots."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.observed import Volume
from envctl.ops.snapshots.find import take_stock
from envctl.ops.snapshots.remove import discard, remove
from envctl.planning.reclaim import Known
from envctl.planning.shelf import Leftover, Shelf
from envctl.planning.snapshots import Verdict, Why, Work, confirmed, heeding_work, lives, reclaim
from envctl.reports.gc import SnapshotFate
from envctl.snapshot import Snapshot, marker
from envctl.units import GIB
from envctl.world import World
from envctl.world.alive import has_ended
from envctl.world.parallel import together

SNAPSHOT_BUDGET = 20 * GIB  # bytes that all snapshots may take


@dataclass(frozen=True)
class Scope:
    """What is looked at. Of `leaving`, PROJECT/NAME each, nothing counts any more; `project` None: of every project."""

    project: str | None = None
    leaving: Collection[str] = ()
    dry_run: bool = False


def free(world: World, scope: Scope, known: Known, budget: int) -> tuple[SnapshotFate, ...]:
    """Remove the snapshots that nobody needs and what dead builders left, and say of each why it goes or stays.

    What goes wrong with one does not keep the others.
    """
    found = _within(take_stock(world, scope.leaving), scope.project)
    verdicts = [_heeding_work(world, known, verdict) for verdict in reclaim(found, known, budget)]
    do = [partial(_fate, world, known, verdict, dry_run=scope.dry_run) for verdict in verdicts]
    fates = together(world.shell, do)
    return (*fates, *map(_unreadable, found.unreadable))


def _within(found: Shelf, project: str | None) -> Shelf:
    """As far as it is a project's. What cannot be known to be of one is nobody's but everybody's."""
    if project is None:
        return found
    return replace(
        found,
        snapshots=tuple(one for one in found.snapshots if one.project == project),
        leftovers=tuple(one for one in found.leftovers if one.project == project),
        unreadable=tuple(v for v in found.unreadable if v.labels.get(labels.SNAPSHOT_PROJECT) == project),
    )


def _heeding_work(world: World, known: Known, verdict: Verdict) -> Verdict:
    """The same, or that it stays as somebody may be at work with it."""
    of = verdict.of
    if not verdict.goes or not isinstance(of, Leftover):
        return verdict
    having = world.engine.running_with((), [volume.name for volume in of.volumes])
    running = {one.id: one for one in (*having, *(c for c in of.containers if c.state == "running"))}
    carried = [*(volume.labels for volume in of.volumes), *(container.labels for container in of.containers)]
    work = Work(
        running=tuple(running.values()),
        busy={one for one in running if world.engine.open_execs(one)},
        ended=all(has_ended(own.get(labels.SNAPSHOT_BUILDER, "")) for own in carried),
    )
    return heeding_work(verdict, work, known)


def _fate(world: World, known: Known, verdict: Verdict, *, dry_run: bool) -> SnapshotFate:
    if not verdict.goes or dry_run:
        return _told(verdict, "remove" if verdict.goes else "keep")
    subject = f"snapshot {_short(verdict)}"
    try:
        with world.locks.hold(marker(verdict.address), "gc", wait=False):
            again = _heeding_work(world, known, confirmed(verdict, take_stock(world)))
            if not again.goes:
                return _told(again, "keep")
            world.tell(Event(subject, f"removing: {again.because}"))
            again = _removed(world, again)
            world.tell(Event(subject, f"{'removed' if again.goes else 'kept'}: {again.because}", "done"))
            return _told(again, "removed" if again.goes else "keep")
    except EnvctlError as error:
        if error.code is Exit.LOCKED:
            because = f"in use now: {error.message}; else it would go: {verdict.because}"
            return _told(replace(verdict, reason=Why.IN_USE, because=because), "keep")
        world.tell(Event(subject, error.message, "failed"))
        return replace(_told(verdict, "failed"), error=error.message)


def _removed(world: World, verdict: Verdict) -> Verdict:
    """The same, once it is done; or that it stays, as somebody began to live on it meanwhile."""
    of = verdict.of
    if isinstance(of, Snapshot):
        clones = remove(world, of)
        return replace(verdict, goes=False, reason=Why.CLONED, because=lives(clones)) if clones else verdict
    for container in of.containers:
        world.engine.kill_container(container.id)
    discard(world, of.address, of.volumes)
    return verdict


def _told(verdict: Verdict, word: str) -> SnapshotFate:
    of, reason, because = verdict.of, verdict.reason.value, verdict.because
    if isinstance(of, Leftover):
        return SnapshotFate(None, of.address, of.project, None, None, None, word, reason, because)
    made = of.made.isoformat(timespec="seconds")
    return SnapshotFate(of.name or None, of.address, of.project, of.source, of.size, made, word, reason, because)


def _unreadable(volume: Volume) -> SnapshotFate:
    said = volume.labels
    return SnapshotFate(
        name=said.get(labels.SNAPSHOT_NAME),
        address=said[labels.SNAPSHOT],
        project=said.get(labels.SNAPSHOT_PROJECT, ""),
        source=said.get(labels.SNAPSHOT_SOURCE),
        size=None,
        made=said.get(labels.CREATED),
        verdict="keep",
        reason=Why.UNREADABLE.value,
        because="what it says cannot be read here: a later version of envctl may have made it",
    )


def _short(verdict: Verdict) -> str:
    return verdict.of.short if isinstance(verdict.of, Snapshot) else verdict.address[:12]
