"""The snapshots that the daemon holds: all of them, or the one that a word means."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from difflib import get_close_matches

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.observed import Volume
from envctl.planning.shelf import Shelf, shelf, whole
from envctl.snapshot import BUILDER, DATA, MARKER, Snapshot
from envctl.world import World
from envctl.world.helper import ROLE as HELPER

_SHORTEST = 4  # hex digits of an address that may stand for it
_SHORT = re.compile(rf"[0-9a-fA-F]{{1,{_SHORTEST - 1}}}")
_GUESSES = 3


def look(world: World) -> tuple[Snapshot, ...]:
    """Every snapshot of the daemon, the newest first."""
    return whole(_volumes(world))


def take_stock(world: World, leaving: Collection[str] = ()) -> Shelf:
    """Every snapshot, with what lives on it, and what dead builders left. `leaving` are environments that count as
    gone, PROJECT/NAME each.
    """
    engine = world.engine
    volumes = {v.name: v for v in (*_volumes(world), *engine.volumes()) if _whose(v) not in leaving}
    workers = (*engine.listed({labels.ROLE: BUILDER}), *engine.listed({labels.ROLE: HELPER}))
    found = shelf(tuple(volumes.values()), workers)
    images = {part.image_id for one in found.snapshots for part in one.parts if part.image_id}
    return replace(found, images=frozenset(image for image in images if engine.image(image) is not None))


def named(world: World, word: str) -> Snapshot:
    """The snapshot of that name or address; the beginning of an address will do. Raises EnvctlError(NOT_FOUND)."""
    return chosen(look(world), word)


def chosen(there: Sequence[Snapshot], word: str) -> Snapshot:
    """The one of these that a word means. Raises EnvctlError: NOT_FOUND for none, USAGE for several."""
    exact = [one for one in there if word and word in (one.name, one.address)]
    begun = [one for one in there if len(word) >= _SHORTEST and one.address.startswith(word.lower())]
    found = exact or begun
    if not found:
        raise _not_found(there, word)
    if len(found) > 1:
        raise EnvctlError(
            Exit.USAGE,
            f"{word} may be any of {len(found)} snapshots",
            details=tuple(f"{one.address}: {one.source}, of {one.made:%Y-%m-%d %H:%M} UTC" for one in found),
            unchanged="Nothing was changed.",
            hint="Give more of its address.",
        )
    return found[0]


def _not_found(there: Sequence[Snapshot], word: str) -> EnvctlError:
    return EnvctlError(
        Exit.NOT_FOUND,
        f"there is no snapshot {word or repr(word)}",
        unchanged="Nothing was changed.",
        hint=f"{guesses(there, word)}`envctl snapshot ls` shows those that are there.",
    )


def guesses(there: Sequence[Snapshot], word: str, others: Collection[str] = ()) -> str:
    """What may be meant by a word that names none: sentences for a hint, each with a blank behind it.

    `others` are names of what is no snapshot and would do as well.
    """
    if not word:
        return ""
    known = sorted({name for one in there for name in (one.name, one.address[:12]) if name} | set(others))
    begun = [name for name in known if name.startswith(word.lower())]
    close = (begun or get_close_matches(word, known, n=_GUESSES))[:_GUESSES]
    short = f"Of an address give the first {_SHORTEST} digits at least. " if _SHORT.fullmatch(word) else ""
    return f"{short}Did you mean {' or '.join(close)}? " if close else short


def _volumes(world: World) -> tuple[Volume, ...]:
    """Bytes before markers: whatever is named by a marker that has come meanwhile is in the list."""
    return (*world.engine.volumes({labels.ROLE: DATA}), *world.engine.volumes({labels.ROLE: MARKER}))


def _whose(volume: Volume) -> str:
    return f"{volume.labels.get(labels.PROJECT)}/{volume.labels.get(labels.ENVIRONMENT)}"
