"""Reads what the daemon has, once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.observed import COMPOSE_PROJECT, Container, Network, Observed, Stranger, Volume
from envctl.planning.names import of_branch
from envctl.planning.ownership import NOTHING, Object, identity_of, is_box, is_bundle, is_ours, is_pretender, stranger
from envctl.world import World
from envctl.world.begun import noted


def observe(world: World, identity: Identity, blueprint: Blueprint | None = None) -> Observed:
    """An environment's objects and what looks like them; with a blueprint also which of its images are there."""
    own = {labels.PROJECT: identity.project, labels.ENVIRONMENT: identity.name}
    composed, prefix = {COMPOSE_PROJECT: identity.full}, f"{identity.full}_"
    networks, volumes = world.engine.networks(), world.engine.volumes(own, composed, prefix=prefix)
    half_made = {v.name for v in volumes if not v.labels} & noted(world.runtime, identity.full)
    around: tuple[Object, ...] = (
        *world.engine.containers(own, composed, prefix=prefix),
        *(n for n in networks if f"{n.name}_".startswith(prefix) or _carries(n, own) or _carries(n, composed)),
        *(v for v in volumes if v.name not in half_made),
    )
    ours, strangers = sorted_out(world, around, identity)
    own_networks = [o for o in ours if isinstance(o, Network)]
    return Observed(
        containers=tuple(o for o in ours if isinstance(o, Container) and not is_box(o)),
        boxes=tuple(o for o in ours if isinstance(o, Container) and is_box(o)),
        network=next((n for n in own_networks if n.name == identity.full), None),
        further_networks=tuple(n for n in own_networks if n.name != identity.full),
        volumes=tuple(o for o in ours if isinstance(o, Volume) and not is_bundle(o)),
        bundles=tuple(o for o in ours if isinstance(o, Volume) and is_bundle(o)),
        subnets=tuple(subnet for n in networks for subnet in n.subnets),
        images=_images(world, blueprint),
        strangers=strangers,
        half_made=tuple(sorted(half_made)),
    )


def proven(world: World, found: Iterable[Object]) -> tuple[Object, ...]:
    """Those that are some environment's. Each image is looked at once."""
    ours, _ = sorted_out(world, found)
    return ours


def sorted_out(
    world: World, around: Iterable[Object], identity: Identity | None = None
) -> tuple[tuple[Object, ...], tuple[Stranger, ...]]:
    """What is proven to be an environment's, and what is not although it has its name, its labels or its project.

    Without an identity that of whichever environment a thing says it is of. Each image is looked at once.
    """
    inherited = cache(world.engine.image_labels)
    ours: list[Object] = []
    others: list[Stranger] = []
    for thing in around:
        if (meant := identity or identity_of(thing.labels)) is None:
            continue
        given = inherited(thing.image_id) if isinstance(thing, Container) and is_ours(thing) else NOTHING
        other = stranger(meant, thing, given)
        if other is None:
            ours.append(thing)
        else:
            others.append(other)
    return tuple(ours), tuple(others)


def refuse_pretenders(world: World, identity: Identity, images: Iterable[str]) -> None:
    """No service runs from an image whose containers could not be proven ours. Raises EnvctlError(NOT_OURS)."""
    for image in sorted(set(images)):
        if is_pretender(identity, world.engine.image_labels(image) or NOTHING):
            raise EnvctlError(
                Exit.NOT_OURS,
                f"the image {image} carries the labels of the environment {identity.name} itself, "
                "so whatever runs from it would look like a part of it",
                unchanged="Nothing was started.",
                hint="It was made from one of its containers. Build on it with the label taken away: "
                f'`FROM {image}` and `LABEL {labels.ENVIRONMENT}=""`.',
            )


def recognise(world: World, identity: Identity) -> Identity:
    """The identity of a name that was typed, with its branch if the environment is there and is a branch's.

    Without it `up --env NAME` would make all its containers anew, for another ENVCTL_BRANCH.
    """
    observed = observe(world, identity)
    found = [*(c.labels for c in observed.containers), *(v.labels for v in observed.volumes)]
    if observed.network is not None:
        found.append(observed.network.labels)
    refs = {own[labels.BRANCH] for own in found if labels.BRANCH in own}
    known = (of_branch(identity.project, ref) for ref in sorted(refs))
    return next((one for one in known if one.name == identity.name), identity)


def running_here(world: World, identity: Identity) -> Observed:
    """The environment, which must be there. Raises EnvctlError(NOT_FOUND) when it is not."""
    observed = observe(world, identity)
    if not observed.containers:
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"the environment {identity.name} of {identity.project} is not there",
            unchanged="Nothing was changed.",
            hint="Bring it up with `envctl up`, or see what is there with `envctl ls`.",
        )
    return observed


def _carries(network: Network, wanted: dict[str, str]) -> bool:
    return wanted.items() <= network.labels.items()


def _images(world: World, blueprint: Blueprint | None) -> dict[str, str]:
    if blueprint is None:
        return {}
    candidates = {c for image in blueprint.images.values() for c in image.candidates}
    return {c: found for c in sorted(candidates) if (found := world.engine.image(c)) is not None}
