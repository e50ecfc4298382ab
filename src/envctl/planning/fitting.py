"""Whether a snapshot that somebody chose fits the stack file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from envctl import certificate
from envctl.base import Base
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import Observed
from envctl.planning.data import version_of
from envctl.planning.provision import fact
from envctl.planning.volumes import meant
from envctl.snapshot import Part, Snapshot
from envctl.workload import Workload


def refuse_misfits(
    blueprint: Blueprint, observed: Observed, chosen: Snapshot, wanted: Collection[str]
) -> dict[str, Base]:
    """The bases that a chosen snapshot gives, by service. Raises EnvctlError(DATA_REFUSED) where it gives none, or what
    it holds is not of the kind, version and image that the stack file says. What began from it already stays.
    """
    refuse_uncertified(chosen)
    held = dict.fromkeys(part.service for part in chosen.parts)
    taken = [w for w in blueprint.workloads if w.service in held]
    wrong = [
        *_lacking(chosen, taken, blueprint),
        *(c for w in taken for c in complaints(blueprint, observed, w, chosen)),
    ]
    begun = {w.service for w in taken if observed.record.facts.get(fact("clone", w.service)) == chosen.address}
    kept = [w.service for w in taken if w.service not in wanted and w.service not in begun]
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
            "that fits: `envctl snapshot create --env NAME`.",
        )
    words = f"snapshot {chosen.short}"
    return {w.service: Base(words, chosen, chosen.part(w.service), asked=True) for w in taken if w.service in wanted}


def refuse_uncertified(snapshot: Snapshot) -> None:
    """Masked data is only what is proven to be. Raises EnvctlError(DATA_REFUSED)."""
    if snapshot.mask and certificate.read(snapshot.certificate) is None:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"the snapshot {snapshot.short} says that it is masked, and has no certificate of it",
            unchanged="Nothing was changed.",
            hint=f"envctl did not make it so. Remove it: envctl snapshot rm {snapshot.short}",
        )


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
    for part in parts:
        yield from _different(workload, part, _image(blueprint, observed, workload))


def of_service(snapshot: Snapshot, workload: Workload) -> tuple[Part, ...]:
    """The parts that are a service's; whoever built a snapshot of one service may have called that otherwise."""
    own = snapshot.part(workload.service)
    return own or (snapshot.parts if len({part.service for part in snapshot.parts}) == 1 else ())


def begun_from(
    blueprint: Blueprint, observed: Observed, workload: Workload, there: Mapping[str, Snapshot]
) -> Base | None:
    """The snapshot that a run was copying when it died, which goes on with it; None where there is none that fits."""
    snapshot = there.get(meant(blueprint, observed, workload))
    parts = of_service(snapshot, workload) if snapshot else ()
    image = _image(blueprint, observed, workload)
    if snapshot is None or len(parts) != len(workload.mounts):
        return None
    return (
        None
        if any(list(_different(workload, part, image)) for part in parts)
        else Base(snapshot.source, snapshot, parts)
    )


def _image(blueprint: Blueprint, observed: Observed, workload: Workload) -> str | None:
    candidates = blueprint.images[workload.service].candidates
    return next((observed.images[c] for c in candidates if c in observed.images), None)


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
