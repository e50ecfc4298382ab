"""Puts volumes of an environment back to the snapshot that they are copies of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.measure import COPY
from envctl.observed import Volume
from envctl.ops.clones import Copy, attach, job
from envctl.planning.ownership import own_labels
from envctl.snapshots import COPIED, STRATEGIES, TIDIED, Layout
from envctl.world import World
from envctl.world.helper import ended, environment_helper, made, must
from envctl.world.line import Line

BEGIN = "begin"  # the word


@dataclass(frozen=True)
class Refill:
    """A helper that puts copies back: prepare() while their servers still run, begin() once they do not.

    With a daemon that is near it starts at once, waits for the word, and stays to the end: its own end costs the daemon
    as much as a server's start, which then goes on beside. One far away starts with begin(). All raise EnvctlError.
    """

    world: World
    helper: str  # its container
    line: Line | None

    def prepare(self) -> None:
        """Have it ready."""
        if self.line is not None:
            self.world.engine.start_container(self.helper)

    def begin(self) -> None:
        """Return once the data is back. What was there before may still be being removed."""
        if self.line is not None:
            self.line.say(BEGIN)
            if self.line.hears(COPIED):
                return
        else:
            self.world.engine.start_container(self.helper)
        stopped = "It is not whole, so its servers stay stopped until `envctl up` has copied it again."
        must(ended(self.world.engine, self.helper), "the data could not be put back", unchanged=stopped)

    def tidy(self) -> None:
        """Return once nothing is left of what was there before."""
        if self.line is not None:
            self.line.hears(TIDIED)

    def end(self) -> None:
        """Remove it, whatever it does."""
        if self.line is not None:
            self.line.close()
        self.world.engine.kill_container(self.helper)


def refill(world: World, identity: Identity, copies: Sequence[Copy], there: Mapping[str, Volume], image: str) -> Refill:
    """What puts copies back, in the way they were made. `there`: the volumes by their name. Raises EnvctlError."""
    attach(world, copies)
    work = job(world, layouts(copies, there), image, begins=BEGIN if world.engine.is_near else "")
    helper = made(world.engine, work, *environment_helper(identity, own_labels(identity)))
    return Refill(world, helper, world.engine.connect(helper) if work.listens else None)


def layouts(copies: Sequence[Copy], there: Mapping[str, Volume]) -> list[Layout]:
    """How copies were made. Raises EnvctlError where it is not known."""
    found = []
    for number, copy in enumerate(copies):
        how = there[copy.volume].labels.get(labels.STRATEGY, COPY)
        if how not in STRATEGIES:
            raise EnvctlError(
                Exit.DATA_REFUSED,
                f"the data of {copy.service} was cloned in a way that this envctl does not know: {how!r}",
                unchanged="Nothing was changed.",
                hint="Use the envctl that brought it up, or begin anew with `envctl down`, then `envctl up`.",
            )
        found.append(STRATEGIES[how].layout(copy.source, copy.volume, number))
    return found
