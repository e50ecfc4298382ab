"""What `--from` means: a snapshot, or an environment, of which one is made then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.identity import Identity
from envctl.observed import Observed
from envctl.ops.find import living, meant
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.ops.snapshots.create import provisional, take
from envctl.ops.snapshots.draft import in_words
from envctl.ops.snapshots.find import chosen as snapshot_called
from envctl.ops.snapshots.find import guesses, look
from envctl.planning.fitting import refuse_misfits
from envctl.planning.volumes import wanting
from envctl.reports.up import StartedFrom
from envctl.snapshot import Snapshot


@dataclass(frozen=True)
class Origin:
    """The snapshot that data starts from; `away` are the seconds for which its environment did not answer."""

    snapshot: Snapshot
    away: float | None = None  # None: it was there already

    @property
    def told(self) -> StartedFrom:
        """For a report."""
        one = self.snapshot
        return StartedFrom(one.address, one.name or None, one.source, self.away)


def origin(here: Here, word: str, *, dry_run: bool = False, wait: bool = True) -> Origin:
    """What a word means for the environment here. Raises EnvctlError, before anything stops, where it does not fit.

    With `dry_run` it is what a snapshot of an environment would be.
    """
    if not word:  # what a script makes of a variable that is not set
        raise EnvctlError(
            Exit.USAGE,
            "`--from` says nothing to start from",
            unchanged="Nothing was changed.",
            hint="Give it a snapshot (`envctl snapshot ls`) or an environment (`envctl ls`), or leave it out.",
        )
    there = look(here.world)
    exact = next((one for one in there if word in (one.name, one.address)), None)
    if exact is not None:
        return Origin(exact)
    living_ones = living(here.world)
    identity = meant(living_ones, word, here.identity.project)
    if identity is not None:
        return from_environment(here, identity, there, dry_run=dry_run, wait=wait)
    try:
        return Origin(snapshot_called(there, word))
    except EnvctlError as error:
        if error.code is not Exit.NOT_FOUND:
            raise
        raise _unknown(word, there, living_ones, here) from error


def from_environment(
    here: Here, identity: Identity, there: Sequence[Snapshot], *, dry_run: bool = False, wait: bool = True
) -> Origin:
    """The snapshot that the environment here was begun from, else a new one of the environment named."""
    _refuse_itself(here, identity)
    source, blueprint = replace(here, identity=identity), here.blueprint()
    observed = observe(here.world, here.identity, blueprint)
    if (begun := _begun(observed, there, in_words(identity))) is not None:
        moment = f"{begun.made:%Y-%m-%d %H:%M} UTC"
        here.world.tell(Event("snapshot", f"{begun.short}, of {moment}, is what it began from", "info"))
        return Origin(begun)
    with _hints_for(identity):
        draft = provisional(source)
    refuse_misfits(blueprint, observed, draft, wanting(blueprint, observed))
    if dry_run:
        here.world.tell(Event("snapshot", f"is made of {identity.name} first, which is away meanwhile", "info"))
        return Origin(replace(draft, name=f"of {identity.name}"))
    with _hints_for(identity):
        took = take(source, wait=wait)
    return Origin(took.snapshot, took.away)


@contextmanager
def _hints_for(identity: Identity) -> Iterator[None]:
    """What is to be done about an error is done to that environment, not to the one that was to start from it."""
    try:
        yield
    except EnvctlError as error:
        error.hint = re.sub(r"`envctl (up|down)`", rf"`envctl \1 --env {identity.name}`", error.hint)
        raise


def _begun(observed: Observed, there: Sequence[Snapshot], source: str) -> Snapshot | None:
    """Of that source, what data of the environment is a copy of, or was to be when a run died."""
    addresses = {volume.labels.get(labels.CLONE) for volume in observed.volumes}
    return next((one for one in there if one.address in addresses and one.source == source), None)


def _refuse_itself(here: Here, identity: Identity) -> None:
    if identity.full == here.identity.full:
        raise EnvctlError(
            Exit.USAGE,
            f"{identity.name} cannot start from itself",
            unchanged="Nothing was changed.",
            hint="Name another environment, or put this one's data back: `envctl reset`.",
        )
    if identity.project != here.identity.project:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"{identity.project}/{identity.name} is an environment of another project than {here.identity.project}",
            unchanged="Nothing was changed.",
            hint="Its data fits its own stack file: run the command in a checkout of that project.",
        )


def _unknown(word: str, there: Sequence[Snapshot], living_ones: Sequence[Identity], here: Here) -> EnvctlError:
    names = [one.name for one in living_ones if one.project == here.identity.project]
    return EnvctlError(
        Exit.NOT_FOUND,
        f"there is neither a snapshot nor an environment {word}",
        unchanged="Nothing was changed.",
        hint=f"{guesses(there, word, names)}See `envctl snapshot ls` and `envctl ls`.",
    )
