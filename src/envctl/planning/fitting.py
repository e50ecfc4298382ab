"""Whether a snapshot that somebody chose fits the stack file."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from envctl.base import Base
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import Observed
from envctl.planning.data import version_of
from envctl.snapshot import Part, Snapshot
from envctl.workload import Workload


def refuse_misfits(
    blueprint: Blueprint, observed: Observed, chosen: Snapshot, wanted: Collection[str]
) -> dict[str, Base]:
    """The bases that a chosen snapshot gives, by service. Raises EnvctlError(DATA_REFUSED) where it gives none, or what
    it holds is not of the kind, version and image that the stack file says.
    """
    held = dict.fromkeys(part.service for part in chosen.parts)
    taken = [w for w in blueprint.workloads if w.service in held]
    wrong = [
        *_lacking(chosen, taken, blueprint),
        *(c for w in taken for c in complaints(blueprint, observed, w, chosen)),
    ]
    kept = [w.service for w in taken if w.service not in wanted]
    if kept:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"{', '.join(kept)} of {blueprint.identity.name} {'have' if len(kept) > 1 else 'has'} data already, "
            "and only new data starts from a snapshot",
            unchanged="Nothing was changed.",
            hint="Choose another environment (`--env NAME`), or give up the data that is there: `envctl down`.",
        )
    if wrong:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"the snapshot {chosen.short} does not fit: {'; '.join(wrong)}",
            unchanged="Nothing was changed.",
            hint="Put the stack file back as it was when the snapshot was made, or make a new one of an environment "
            "that fits: `envctl snapshot create`.",
        )
    return {w.service: Base(f"snapshot {chosen.short}", chosen, chosen.part(w.service), asked=True) for w in taken}


def _lacking(chosen: Snapshot, taken: Collection[Workload], blueprint: Blueprint) -> Iterator[str]:
    known = {w.service for w in taken}
    for service in sorted({part.service for part in chosen.parts} - known):
        yield f"there is no service {service} in the stack file"
    if not taken and not chosen.parts:
        yield f"it holds nothing of {blueprint.identity.project}"


def complaints(blueprint: Blueprint, observed: Observed, workload: Workload, chosen: Snapshot) -> Iterator[str]:
    """Why the data of a service in a snapshot is not what the stack file says. What is not known yet fits."""
    parts = chosen.part(workload.service)
    if [part.volume for part in parts] != [mount.volume for mount in workload.mounts]:
        yield f"{workload.service} has other volumes"
        return
    candidates = blueprint.images[workload.service].candidates
    image = next((observed.images[c] for c in candidates if c in observed.images), None)
    for part in parts:
        yield from _different(workload, part, image)


def _different(workload: Workload, part: Part, image: str | None) -> Iterator[str]:
    service = workload.service
    if part.kind != workload.kind:
        yield f"{service} is {workload.kind} in the stack file, and {part.kind} in it"
    elif part.version != version_of(workload):
        yield f"{service} is {workload.kind} {version_of(workload)} in the stack file, and {part.version} in it"
    elif image is not None and part.image_id != image:
        yield f"{service} runs from another image now ({_short(image)}) than it was made with ({_short(part.image_id)})"
    database = workload.database
    if database is None:
        return
    if part.user and part.user != database.user:
        yield f"{service} has the user {database.user} in the stack file, and {part.user} in it"
    held = part.facts.get("database", database.name)
    if held != database.name:
        yield f"the database of {service} is called {database.name} in the stack file, and {held} in it"


def _short(image: str) -> str:
    return image.removeprefix("sha256:")[:12]
