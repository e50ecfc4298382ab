"""What is provably ours: our labels, the name that our own rule derives from them, and no image that gave them."""

from __future__ import annotations

from collections.abc import Mapping

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.identity import ONE_SHOT, Identity
from envctl.observed import COMPOSE_IMAGE, COMPOSE_PROJECT, Container, Network, Observed, Stranger, Volume

Object = Container | Network | Volume
NOTHING: Mapping[str, str] = {}
REFILL = "refill"  # the role of what puts data back: it ends by itself, in its own time


def identity_of(object_labels: Mapping[str, str]) -> Identity | None:
    """The environment an object says it belongs to."""
    project, name = object_labels.get(labels.PROJECT), object_labels.get(labels.ENVIRONMENT)
    return Identity(project, name, object_labels.get(labels.BRANCH)) if project and name else None


def own_labels(identity: Identity) -> dict[str, str]:
    """The labels that every object of an environment carries."""
    branch = {labels.BRANCH: identity.branch} if identity.branch else {}
    return {labels.PROJECT: identity.project, labels.ENVIRONMENT: identity.name, **branch}


def is_ours(thing: Object, inherited: Mapping[str, str] | None = NOTHING) -> bool:
    """Whether an object is an environment's. `inherited` are the labels of a container's image; None: it is gone."""
    return why_not(thing, inherited) is None


def why_not(thing: Object, inherited: Mapping[str, str] | None = NOTHING) -> str | None:
    """Why an object is not proven to be an environment's; None when it is."""
    identity = identity_of(thing.labels)
    if identity is None:
        return "it has no labels of ours"
    if not _has_its_name(thing, identity):
        return "its name and its labels do not belong together"
    if inherited is None and isinstance(thing, Container) and not _names_its_image(thing):
        return "its image is gone, which may have given it its labels"
    if is_pretender(identity, inherited or NOTHING):
        return "its image gave it its labels"
    return None


def is_bundle(thing: Object) -> bool:
    """Whether it is what is kept of an environment that was removed."""
    return thing.labels.get(labels.ROLE) == "bundle"


def is_box(thing: Object) -> bool:
    """Whether it is a container that is there for a moment: bundles are read and written through it, data copied in."""
    return thing.labels.get(labels.ROLE) in ("box", "helper", REFILL)


def is_pretender(identity: Identity, image_labels: Mapping[str, str]) -> bool:
    """Whether an image has the labels by which this environment's containers are known, and hands them on."""
    theirs = identity_of(image_labels)
    return theirs is not None and theirs.full == identity.full


def stranger(identity: Identity, thing: Object, inherited: Mapping[str, str] | None = NOTHING) -> Stranger | None:
    """What an object found around an environment is when it is not proven to be a part of it."""
    why = why_not(thing, inherited)
    composed = thing.labels.get(COMPOSE_PROJECT) == identity.full
    if why is None:
        return None
    if composed:
        why = f"{why}, and to Compose it is of the project {identity.full}"
    return Stranger(type(thing).__name__.lower(), thing.name, why, composed)


def refuse_strangers(blueprint: Blueprint, observed: Observed) -> None:
    """Nothing of others is used, replaced or started. Raises EnvctlError(NOT_OURS) that names what is in the way."""
    names = blueprint.names
    inside = f"{blueprint.identity.full}__"  # what envctl keeps for itself
    in_the_way = [s for s in observed.strangers if s.composed or s.name in names[s.what] or s.name.startswith(inside)]
    if not in_the_way:
        return
    called = ", ".join(f"the {s.what} {s.name}" for s in in_the_way)
    several = len(in_the_way) > 1
    raise EnvctlError(
        Exit.NOT_OURS,
        f"{called} {'are' if several else 'is'} in the way, and envctl did not make {'them' if several else 'it'}",
        details=tuple(f"{s.what} {s.name}: {s.why} (`{s.look}`)" for s in in_the_way),
        unchanged="Nothing of it was touched.",
        hint=f"Look whose it is with `{in_the_way[0].look}`, and rename or remove it; "
        "or choose another environment: `envctl up --env NAME`.",
    )


def _names_its_image(container: Container) -> bool:
    """Whether Compose has put the image's ID on it, which no image can carry itself."""
    return bool(container.image_id) and container.labels.get(COMPOSE_IMAGE) == container.image_id


def _has_its_name(thing: Object, identity: Identity) -> bool:
    """Exactly the name that our rule gives to what has these labels."""
    role, full = thing.labels.get(labels.ROLE), identity.full
    match thing, role:
        case Container(), "service" | "before":
            service = thing.labels.get(labels.SERVICE, "")
            return bool(service) and thing.name == f"{full}_{service}{ONE_SHOT if role == 'before' else ''}"
        case Network(), "network":
            return thing.name == full
        case Volume(), "data":
            return thing.name.startswith(f"{full}_") and not thing.name.startswith(f"{full}__")
        case _:
            return bool(role) and (thing.name == f"{full}__{role}" or thing.name.startswith(f"{full}__{role}-"))
