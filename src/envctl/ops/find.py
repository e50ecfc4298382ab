"""Which environment is meant by a name, of all that the daemon holds. Needs neither a checkout nor a stack file."""

from __future__ import annotations

import os
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.events import Tell
from envctl.identity import Identity
from envctl.ops.observe import proven
from envctl.ops.setting import anywhere, here
from envctl.planning.ownership import identity_of, is_bundle
from envctl.world import World


def chosen(file: Path | None, word: str | None, tell: Tell) -> tuple[World, Identity]:
    """The environment that is meant: the one named, by whichever checkout or none; else the one of this branch.

    It must be there. Raises EnvctlError.
    """
    if word is not None:
        world = anywhere(tell)
        return world, find(world, word, project_here(file))
    place = here(file, None, tell)
    return place.world, find(place.world, place.identity.name, place.identity.project)


def project_here(file: Path | None) -> str | None:
    """The project of the stack file, which need not be there unless it is named. Raises EnvctlError(STACK_FILE)."""
    from envctl.stack import find as find_file
    from envctl.stack import load

    if file is None:
        try:
            file = find_file(Path.cwd())
        except EnvctlError:
            return None
    return load(file, environ=os.environ).project


def find(world: World, word: str, project: str | None = None) -> Identity:
    """The environment called `NAME` or `PROJECT/NAME`; in `project` before all others.

    Raises EnvctlError: NOT_FOUND for one that is not there, USAGE where several projects have one of that name.
    """
    there = living(world)
    found = meant(there, word, project)
    if found is None:
        known = sorted({f"{i.project}/{i.name}" for i in there} | {i.name for i in there})
        close = get_close_matches(word, known, n=1)
        guess = f"Did you mean {close[0]}? " if close else ""
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"there is no environment {word or repr(word)}",
            unchanged="Nothing was changed.",
            hint=f"{guess}`envctl ls` shows those that are there, `envctl ls --removed` those that were.",
        )
    return found


def living(world: World) -> tuple[Identity, ...]:
    """Every environment that anything is there of."""
    engine = world.engine
    objects = proven(world, (*engine.listed(), *engine.networks(), *engine.volumes()))
    known: dict[str, Identity] = {}
    for thing in objects:
        identity = None if is_bundle(thing) else identity_of(thing.labels)
        if identity is not None and (identity.full not in known or identity.branch):
            known[identity.full] = identity
    return tuple(known.values())


def meant(there: Collection[Identity], word: str, project: str | None) -> Identity | None:
    """The one that a word means; None where none is called so. Raises EnvctlError(USAGE) where several are."""
    named, slash, name = word.rpartition("/")
    fitting = [i for i in there if i.name == name and (i.project == named if slash else True)]
    own = [i for i in fitting if i.project == project]
    if len(fitting) > 1 and not own:
        called = ", ".join(sorted(f"{i.project}/{i.name}" for i in fitting))
        raise EnvctlError(
            Exit.USAGE,
            f"several projects have an environment {word}",
            unchanged="Nothing was changed.",
            hint=f"Say which: {called}.",
        )
    return next(iter(own or fitting), None)
