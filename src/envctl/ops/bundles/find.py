"""What is kept of environments that were removed: which there are, what is in them, and when they go."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import partial

from envctl import labels
from envctl.bundle import FILE, ROLE, Bundle, bundle_of, bundles_of
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.lease import ROLE as LEASE
from envctl.lease import Lease, lease_of
from envctl.observed import Volume
from envctl.planning.bundles import expired
from envctl.planning.ownership import identity_of, is_bundle, is_ours, own_labels
from envctl.remains import Remains, remains_of
from envctl.reports.gc import ExpiredBundle
from envctl.world import World
from envctl.world.archive import Broken, members, whole
from envctl.world.box import get
from envctl.world.client import InUse
from envctl.world.parallel import together

ABOUT = "bundle.json"  # what a bundle says about itself


@dataclass(frozen=True)
class Contents:
    """A bundle that was read, and checked to be whole."""

    bundle: Bundle
    remains: Remains
    files: Mapping[str, bytes]


def bundles(world: World, project: str | None = None) -> tuple[Bundle, ...]:
    """Those of environments that are gone, or of one project's; the oldest first."""
    volumes = [v for v in world.engine.volumes() if is_ours(v)]
    living = {(i.full, lease) for v in volumes if (i := identity_of(v.labels)) and (lease := _life(v))}
    found = bundles_of(volumes)
    return tuple(b for b in found if project in (None, b.identity.project) and (b.identity.full, b.life) not in living)


def _life(volume: Volume) -> str:
    """When the environment was begun, by the volume of its lease."""
    if volume.labels.get(labels.ROLE) != LEASE:
        return ""
    lease = lease_of([volume])
    return lease.labels()[labels.BEGUN] if isinstance(lease, Lease) else ""


def bundle_named(world: World, identity: Identity, name: str | None = None) -> Bundle:
    """The newest bundle of an environment, or the one of this `name`. Raises EnvctlError(NOT_FOUND)."""
    own = [b for b in bundles(world, identity.project) if b.identity.full == identity.full]
    named = [b for b in own if name in (None, b.name)]
    if not own:
        raise nothing_of(identity)
    if not named:
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"there is no bundle {name} of {identity.name}",
            unchanged="Nothing was changed.",
            hint=f"There are: {', '.join(b.name for b in own)}.",
        )
    return named[-1]


def nothing_kept(there: Iterable[Identity], word: str) -> EnvctlError:
    """The error for a name that no environment has or had; `there` are those that are or were."""
    return EnvctlError(
        Exit.NOT_FOUND,
        f"there is no environment {word}, and nothing is kept of one",
        unchanged="Nothing was changed.",
        hint=f"{guess(there, word)}`envctl ls` shows those that are there, `envctl ls --removed` those that were.",
    )


def nothing_of(identity: Identity) -> EnvctlError:
    """The error for an environment that is known and neither there nor kept, such as a branch's own."""
    return EnvctlError(
        Exit.NOT_FOUND,
        f"the environment {identity.name} of {identity.project} is not there, and nothing is kept of it",
        unchanged="Nothing was changed.",
        hint="Bring it up with `envctl up`. `envctl ls` shows those that are there, `envctl ls --removed` those that "
        "were.",
    )


def guess(there: Iterable[Identity], word: str) -> str:
    """The environment that was perhaps meant, as a question; empty where none is called nearly so."""
    known = {name for i in there for name in (i.name, f"{i.project}/{i.name}")}
    close = get_close_matches(word, sorted(known), n=1)
    return f"Did you mean {close[0]}? " if close else ""


def read(world: World, bundle: Bundle) -> Contents:
    """What is in a bundle. Raises EnvctlError(NOT_FOUND) that says what is left of one that is not whole."""
    packed = get(world.engine, bundle.identity, own_labels(bundle.identity), bundle.name, FILE)
    if packed is None:
        raise _broken(bundle, "there is nothing in it", ())
    try:
        files = whole(packed, bundle.check)
        about = remains_of(json.loads(files[ABOUT]))
    except KeyError:
        raise _broken(bundle, f"{ABOUT} is missing", ()) from None
    except (Broken, ValueError) as error:
        raise _broken(bundle, str(error), _readable(packed), len(packed)) from error
    return Contents(bundle, about, files)


def _readable(packed: bytes) -> tuple[str, ...]:
    names: list[str] = []
    try:
        names.extend(name for name, _ in members(packed))
    except Broken:
        return tuple(names)
    return tuple(names)


def _broken(bundle: Bundle, why: str, readable: tuple[str, ...], there: int = 0) -> EnvctlError:
    return EnvctlError(
        Exit.NOT_FOUND,
        f"what is kept of {bundle.identity.name} cannot be read: {why}",
        details=(
            f"{there} of {bundle.size} bytes are there",
            f"readable in it: {', '.join(readable) or 'nothing'}",
            "what `envctl ls --removed` shows of it is kept apart from it, and whole",
        ),
        unchanged="Nothing was changed.",
        hint=f"See `envctl ls --removed`; `docker volume rm {bundle.name}` gives its place back.",
    )


def expire(
    world: World, project: str | None, now: datetime | None, budget: int | None, *, dry_run: bool = False
) -> tuple[ExpiredBundle, ...]:
    """Remove bundles that were kept long enough, and the oldest where all take more bytes than they may. Without a time
    none was kept long enough.

    One that somebody reads just now stays until the next time.
    """
    own = {labels.ROLE: ROLE, **({labels.PROJECT: project} if project else {})}
    found = [bundle_of(v) for v in world.engine.volumes(own) if is_bundle(v) and is_ours(v)]
    going = expired(found, now, budget)
    gone = [True] * len(going) if dry_run else together(world.shell, [partial(_gone, world, e.bundle) for e in going])
    return tuple(
        ExpiredBundle(e.bundle.identity.name, e.bundle.identity.project, e.bundle.name, e.bundle.size, e.because)
        for e, went in zip(going, gone, strict=True)
        if went
    )


def _gone(world: World, bundle: Bundle) -> bool:
    try:
        world.engine.remove_volume(bundle.name)
    except InUse:
        return False
    return True
