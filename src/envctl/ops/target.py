"""Which environment is meant by those who also look at environments that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from envctl.bundle import Bundle
from envctl.errors import EnvctlError, Exit
from envctl.events import Event, Tell
from envctl.identity import Identity
from envctl.observed import Observed
from envctl.ops.bundles.find import Contents, bundle_named, bundles, guess, nothing_kept, read
from envctl.ops.find import living, meant, project_here
from envctl.ops.observe import observe
from envctl.ops.setting import anywhere, here
from envctl.planning.names import by_hand
from envctl.world import World


@dataclass(frozen=True)
class Target:
    """An environment that lives, or what is kept of it; `words` is what else was said, such as services."""

    world: World
    identity: Identity
    observed: Observed
    contents: Contents | None = None  # None: it lives
    words: tuple[str, ...] = ()

    @property
    def services(self) -> frozenset[str]:
        """The services it has, or had."""
        if self.contents is not None:
            return frozenset(part.service for part in self.contents.remains.services)
        return frozenset(c.service for c in self.observed.containers if c.service)


def target(
    file: Path | None, env: str | None, tell: Tell, words: Sequence[str] = (), *, bundle: str | None = None
) -> Target:
    """The environment that is named, else the one of this branch; else the one that the first of `words` names.

    One that lives wins over what is kept of it, unless a `bundle` is named. By its name an environment is found
    without a checkout and a stack file. Raises EnvctlError.
    """
    world = anywhere(tell)
    if env is not None:
        by_hand("any", env.rpartition("/")[2])  # a name that cannot be is told from one that is not there
        return _told(_named(world, env, project_here(file), bundle), words)
    try:
        own = _own(world, file, tell, bundle)
    except EnvctlError as error:
        if not words:
            raise _without_a_name(error) from error
        return _told(_named(world, words[0], _project(file), bundle), words[1:])
    if words and (isinstance(own, EnvctlError) or words[0] not in own.services):
        other = _perhaps(world, words[0], project_here(file), bundle)
        if other is not None:
            return _told(other, words[1:])
    if isinstance(own, EnvctlError):
        raise _guessed(world, own, words)
    return _told(own, words)


def is_there(world: World, identity: Identity) -> bool:
    """Whether anything lives of an environment."""
    return observe(world, identity).exists


def _own(world: World, file: Path | None, tell: Tell, bundle: str | None) -> Target | EnvctlError:
    """The one of this branch; the error is why there is none. Raises where nobody knows which it would be."""
    identity = here(file, None, tell).identity
    try:
        return _seen(world, identity, bundle)
    except EnvctlError as error:
        if error.code is not Exit.NOT_FOUND:
            raise
        return error


def _without_a_name(error: EnvctlError) -> EnvctlError:
    """The same; who only has no stack file here may name the environment instead."""
    if error.code is not Exit.STACK_FILE:
        return error
    hint = f"{error.hint}; or name the environment, as `envctl ls` or `envctl ls --removed` shows it"
    return EnvctlError(error.code, error.message, unchanged=error.unchanged, hint=hint, details=error.details)


def _guessed(world: World, error: EnvctlError, words: Sequence[str]) -> EnvctlError:
    """The same, with the environment that a first word was perhaps meant to name."""
    if not words:
        return error
    known = [*living(world), *(b.identity for b in bundles(world))]
    return EnvctlError(
        error.code, error.message, unchanged=error.unchanged, hint=f"{guess(known, words[0])}{error.hint}"
    )


def _project(file: Path | None) -> str | None:
    try:
        return project_here(file)
    except EnvctlError:  # a stack file that cannot be read says nothing of an environment that is named
        return None


def _perhaps(world: World, word: str, project: str | None, bundle: str | None) -> Target | None:
    """The one of that name, if any is called so."""
    try:
        return _named(world, word, project, bundle)
    except EnvctlError as error:
        if error.code is not Exit.NOT_FOUND:
            raise
        return None


def _named(world: World, word: str, project: str | None, bundle: str | None) -> Target:
    """The project's own first: living, then dead; then that of another one."""
    alive, dead = living(world), bundles(world)
    own_alive, own_dead = ([i for i in found if i.project == project] for found in (alive, [b.identity for b in dead]))
    for there in (own_alive, own_dead, alive, {b.identity for b in dead}):
        found = meant(set(there), word, project)
        if found is not None:
            return _seen(world, found, bundle)
    raise nothing_kept([*alive, *(b.identity for b in dead)], word)


def _seen(world: World, identity: Identity, bundle: str | None) -> Target:
    observed = observe(world, identity)
    if observed.exists and bundle is None:
        return Target(world, identity, observed)
    kept = bundle_named(world, identity, bundle)
    contents = read(world, kept)
    return Target(world, kept.identity, observed, contents)


def _told(found: Target, words: Sequence[str]) -> Target:
    """Say from when it is, where it is not from now."""
    if found.contents is not None:
        found.world.tell(Event("bundle", _when(found.contents.bundle), "info"))
    return replace(found, words=tuple(words))


def _when(bundle: Bundle) -> str:
    moment: datetime | None = bundle.removed.astimezone() if bundle.removed else None
    at = f" {moment:%Y-%m-%d %H:%M}" if moment else ""
    return f"{bundle.identity.name} as it was when it was removed{at}: {bundle.because}"
