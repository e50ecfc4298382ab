"""Puts volumes of an environment back to the snapshot that they are copies of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.job import Output
from envctl.measure import COPY
from envctl.observed import Volume
from envctl.ops.clones import Copy, attach, job
from envctl.planning.ownership import REFILL, own_labels
from envctl.snapshots import COPIED, STRATEGIES, Layout
from envctl.world import World
from envctl.world.helper import ROLE as HELPER
from envctl.world.helper import ended, made, must
from envctl.world.line import Line

BEGIN = "begin"  # the word


@dataclass(frozen=True)
class Refill:
    """A helper that puts copies back: prepare() while their servers still run, begin() once they do not.

    With a daemon that is near it starts at once, waits for the word, and removes what was there when it is left alone:
    that, and its own end, would slow a server's start as much again. One far away starts with begin(). All raise
    EnvctlError.
    """

    world: World
    helper: str  # its container
    line: Line | None

    def prepare(self) -> None:
        """Have it ready."""
        if self.line is not None:
            self.world.engine.start_container(self.helper)

    def begin(self) -> None:
        """Return once the data is back."""
        stopped = "It is not whole, so its servers stay stopped until `envctl up` has copied it again."
        must(self._copied(), "the data could not be put back", unchanged=stopped)

    def leave(self) -> None:
        """Let it remove what was there before, and then itself."""
        if self.line is not None:
            self.line.close()
        else:
            self.end()

    def end(self) -> None:
        """Remove it, whatever it does."""
        if self.line is not None:
            self.line.close()
        self.world.engine.kill_container(self.helper)

    def _copied(self) -> Output:
        if self.line is None:
            self.world.engine.start_container(self.helper)
            return ended(self.world.engine, self.helper)
        self.line.say(BEGIN)
        if self.line.hears(COPIED):
            return Output(0, ())
        return Output(1, self.line.printed or ("its helper ended without a word",))


def refill(world: World, identity: Identity, copies: Sequence[Copy], there: Mapping[str, Volume], image: str) -> Refill:
    """What puts copies back, in the way they were made. `there`: the volumes by their name. Raises EnvctlError."""
    attach(world, copies)
    work = job(world, layouts(copies, there), image, begins=BEGIN if world.engine.is_near else "")
    role = REFILL if work.listens else HELPER
    own = {**own_labels(identity), labels.ROLE: role}
    helper = made(world.engine, work, f"{identity.full}__{role}-{token_hex(4)}", own)
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
