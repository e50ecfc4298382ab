"""Snapshots × what lives on them × now → which go and which stay, each with its reason; and what a dead builder left.

Pure. Whatever somebody stands on stays, and so does whatever is not known for sure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from envctl import labels
from envctl.observed import Container
from envctl.planning.reclaim import GRACE, Known
from envctl.planning.shelf import Leftover, Shelf
from envctl.snapshot import BUILDER, ENVIRONMENT, Snapshot
from envctl.units import show_size

LONGEST = timedelta(days=1)  # a server in which nothing runs for longer than that has surely lost its builder


class Why(StrEnum):
    """Why a snapshot goes or stays: stable words for scripts."""

    # it goes
    OVER_BUDGET = "over-snapshot-budget"
    IMAGE_GONE = "image-gone"  # over the budget, and before all others: the daemon has not even its image any more
    BROKEN = "broken"  # bytes that it names are gone
    ABANDONED = "abandoned"  # what a run left that died while it built or removed one
    # it stays
    CLONED = "cloned"  # an environment lives on it
    NAMED = "named"
    NEWEST = "newest"  # of its source
    WITHIN_BUDGET = "within-budget"
    YOUNG = "young"
    IN_USE = "in-use"  # somebody works on it now
    CLOCK_UNKNOWN = "clock-unknown"
    UNREADABLE = "unreadable"  # a later version of envctl wrote it


@dataclass(frozen=True)
class Verdict:
    """The fate of a snapshot or a leftover. `because` is for people."""

    of: Snapshot | Leftover
    goes: bool
    reason: Why
    because: str

    @property
    def address(self) -> str:
        """Whose it is."""
        return self.of.address


@dataclass(frozen=True)
class Work:
    """What runs now with the bytes of a leftover: whoever's containers have them, and the IDs of those in which
    programs run beside their own. `ended`: the process that builds is known to be gone.
    """

    running: tuple[Container, ...] = ()
    busy: Collection[str] = ()
    ended: bool = False


def reclaim(found: Shelf, known: Known, budget: int) -> tuple[Verdict, ...]:
    """A verdict for each snapshot and each leftover, of all that is given. `budget` is in bytes, of all snapshots.

    What is over is kept for whoever asks for the same data again, as far as the budget goes; beyond it that goes first
    which the daemon has no image for, then what was made first.
    """
    newest = _newest(found)
    verdicts = [_judged(one, found, known, newest) for one in found.snapshots]
    over = sum(one.size for one in found.snapshots) - budget
    because = f"snapshots take {show_size(over + budget)} of the disk, more than {show_size(budget)}"
    going: dict[str, Verdict] = {}
    free = [v.of for v in verdicts if isinstance(v.of, Snapshot) and v.reason is Why.WITHIN_BUDGET]
    for one in sorted(free, key=lambda s: (_has_images(s, found), s.made, s.address)):
        if over > 0 and one.size:
            going[one.address] = _goes_for_room(one, found, because)
            over -= one.size
    return (*(going.get(v.address, v) for v in verdicts), *(_swept(one, found, known) for one in found.leftovers))


def confirmed(verdict: Verdict, now: Shelf) -> Verdict:
    """The same after another look, under the snapshot's lock: whatever stands on it by now keeps it."""
    of = verdict.of
    if clones := now.clones.get(of.address):
        return _stays(of, Why.CLONED, lives(clones))
    if isinstance(of, Snapshot):
        again = now.snapshot(of.address)
        if again is not None and again.name:
            return _stays(again, Why.NAMED, _is_called(again))
        if again is None:
            return replace(verdict, because=f"{verdict.because}; somebody else removed it a moment ago")
        return verdict if again == of else _stays(of, Why.YOUNG, "it was made anew since it was looked at")
    there = next((one for one in now.leftovers if one.address == of.address), Leftover(of.address))
    if not _handles(there) <= _handles(of):
        return _stays(of, Why.IN_USE, "it changed since it was looked at")
    return replace(verdict, of=replace(there, project=of.project))  # what its builder has finished is none any more


def heeding_work(verdict: Verdict, work: Work, known: Known) -> Verdict:
    """The same, unless a builder elsewhere may still be at it: for longer than anybody waits, under a lock of his own.

    Between two programs, and while it is stopped, nothing runs in his server; then only its age tells.
    """
    of = verdict.of
    if not verdict.goes or not isinstance(of, Leftover):
        return verdict
    servers = {one.id for one in of.containers if one.labels.get(labels.ROLE) == BUILDER}
    old = work.ended or (of.latest is not None and known.now - of.latest >= LONGEST)
    at_work = [one for one in work.running if one.id not in servers or one.id in work.busy or not old]
    if not at_work:
        return verdict
    return _stays(of, Why.IN_USE, f"in use now: {at_work[0].name} is at work; else it would go: {verdict.because}")


def _judged(one: Snapshot, found: Shelf, known: Known, newest: Mapping[tuple[str, str], str]) -> Verdict:
    if clones := found.clones.get(one.address):
        return _stays(one, Why.CLONED, lives(clones))
    if one.name:
        return _stays(one, Why.NAMED, _is_called(one))
    if known.doubt:
        return _stays(one, Why.CLOCK_UNKNOWN, known.doubt)
    if known.now - one.made < GRACE:
        return _stays(one, Why.YOUNG, "somebody may be about to use it")
    if newest.get((one.project, one.source)) == one.address:
        return _stays(one, Why.NEWEST, f"the newest of {one.source}")
    return _stays(one, Why.WITHIN_BUDGET, "nobody needs it now; the budget has room for it")


def _newest(found: Shelf) -> dict[tuple[str, str], str]:
    """Of each source the address of what was made last of it, as far as an environment could still start on it.

    An environment that is gone is a source no more: nothing newer will ever come of it.
    """
    newest: dict[tuple[str, str], str] = {}
    for one in sorted(found.snapshots, key=lambda s: (s.made, s.address)):
        gone = one.source.startswith(ENVIRONMENT) and one.source.removeprefix(ENVIRONMENT) not in found.environments
        if not gone and _has_images(one, found):
            newest[one.project, one.source] = one.address
    return newest


def _has_images(one: Snapshot, found: Shelf) -> bool:
    return all(part.image_id in found.images for part in one.parts if part.image_id)


def _goes_for_room(one: Snapshot, found: Shelf, because: str) -> Verdict:
    if not _has_images(one, found):
        return Verdict(one, True, Why.IMAGE_GONE, f"its image is gone from the daemon, and {because}")
    return Verdict(one, True, Why.OVER_BUDGET, f"{because}, and nobody needs it now")


def _swept(one: Leftover, found: Shelf, known: Known) -> Verdict:
    if clones := found.clones.get(one.address):
        return _stays(one, Why.CLONED, lives(clones))
    if known.doubt:
        return _stays(one, Why.CLOCK_UNKNOWN, known.doubt)
    if one.latest is None or known.now - one.latest < GRACE:
        return _stays(one, Why.YOUNG, "somebody may be just building it")
    if one.broken:
        return Verdict(one, True, Why.BROKEN, "its data is gone, so nothing can be made from it")
    return Verdict(one, True, Why.ABANDONED, "a run died that built or removed it")


def _handles(one: Leftover) -> frozenset[str]:
    return frozenset((*(v.name for v in one.volumes), *(c.id for c in one.containers)))


def lives(clones: Collection[str]) -> str:
    """Who stands on a snapshot, in words."""
    return f"{', '.join(clones)} {'lives' if len(clones) == 1 else 'live'} on it"


def _is_called(one: Snapshot) -> str:
    return f"somebody called it {one.name}; `envctl snapshot rm` removes it"


def _stays(of: Snapshot | Leftover, reason: Why, because: str) -> Verdict:
    return Verdict(of, False, reason, because)
