"""Reads what the daemon has, once."""

from __future__ import annotations

from envctl import labels
from envctl.blueprint import FURTHER_NETWORK, Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.observed import Network, Observed
from envctl.planning.names import of_branch
from envctl.planning.ownership import identity_of, is_ours
from envctl.world import World


def observe(world: World, identity: Identity, blueprint: Blueprint | None = None) -> Observed:
    """An environment's objects, and with a blueprint also which of its images are there."""
    own = {labels.PROJECT: identity.project, labels.ENVIRONMENT: identity.name}
    containers, volumes = world.engine.containers(own), world.engine.volumes(own)
    networks = world.engine.networks()
    return Observed(
        containers=tuple(c for c in containers if is_ours(c.name, c.labels)),
        network=_ours(identity, networks),
        further_networks=tuple(n for n in networks if _is_further(identity, n)),
        volumes=tuple(v for v in volumes if is_ours(v.name, v.labels)),
        subnets=tuple(subnet for n in networks for subnet in n.subnets),
        images=_images(world, blueprint),
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
            hint="Bring it up with `envctl up`, or see what is there with `envctl ls`.",
        )
    return observed


def _is_further(identity: Identity, network: Network) -> bool:
    said = identity_of(network.labels)
    mine = said is not None and said.full == identity.full
    return mine and network.name.startswith(f"{identity.full}__{FURTHER_NETWORK}-")


def _ours(identity: Identity, networks: tuple[Network, ...]) -> Network | None:
    named = next((n for n in networks if n.name == identity.full), None)
    if named is not None and not is_ours(named.name, named.labels):
        raise EnvctlError(
            Exit.NOT_OURS,
            f"a network called {named.name} is there already, and envctl did not make it",
            unchanged="Nothing was changed.",
            hint=f"Rename or remove it (`docker network inspect {named.name}` shows whose it is).",
        )
    return named


def _images(world: World, blueprint: Blueprint | None) -> dict[str, str]:
    if blueprint is None:
        return {}
    candidates = {c for image in blueprint.images.values() for c in image.candidates}
    return {c: found for c in sorted(candidates) if (found := world.engine.image(c)) is not None}
