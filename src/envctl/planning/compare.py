"""Blueprint × Observed → Plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from envctl import labels
from envctl.base import Base
from envctl.blueprint import Blueprint, Image
from envctl.observed import Observed
from envctl.plan import Load, Plan, PrepareImage, Step
from envctl.planning.containers import digest_of, made_anew, removals, resumes, starts_of, stores_of
from envctl.planning.data import refuse_other_data, unrecorded
from envctl.planning.networks import further_subnets, new_networks, ports_of, subnet_of
from envctl.planning.ownership import refuse_strangers
from envctl.planning.provision import forgets, provision
from envctl.planning.volumes import refuse_unknown_data, volumes, wanting
from envctl.text import Confidential

NOTHING: Mapping[str, Base] = {}


def compare(
    blueprint: Blueprint,
    observed: Observed,
    secrets: Mapping[Confidential, str],
    free: Callable[[int], bool],
    *,
    rebuild: bool = False,
    reload: Collection[str] = (),
    bases: Mapping[str, Base] = NOTHING,
) -> Plan:
    """Decide the steps from what is to what the blueprint says.

    `secrets` has a fingerprint of each password and secret; `free` tells whether a port of the host can be had.
    `rebuild` builds every image anew; `reload` names the services whose data is loaded again; `bases` says what
    the data of those starts from that wanting() names.
    Raises EnvctlError: NOT_OURS when something of others is in the way, DATA_REFUSED when the data that is there is of
    another kind, NO_CAPACITY when no subnet or port is left.
    """
    refuse_strangers(blueprint, observed)
    refuse_other_data(blueprint, observed)
    refuse_unknown_data(blueprint, observed, reload)
    subnet = subnet_of(blueprint, observed, free)
    further = further_subnets(blueprint, observed, subnet)
    ports = ports_of(blueprint, observed, subnet, free)
    images = {service: _reference(image, observed) for service, image in blueprint.images.items()}
    digests = {
        # The image's own name counts: whether it came by way of a mirror makes no difference to a container.
        w.service: digest_of(w, blueprint.images[w.service].candidates[0], ports, secrets)
        for w in blueprint.workloads
    }
    why = wanting(blueprint, observed, reload)
    contents = provision(blueprint, observed, secrets, reload, bases)
    loaded = {*bases, *(step.service for step in contents if isinstance(step, Load))}
    anew = made_anew(blueprint, observed, digests, (loaded, {name: why[name] for name in bases}), rebuild=rebuild)
    starts = starts_of(blueprint, observed, anew)
    stores = stores_of(blueprint.workloads)
    return Plan(
        prepare=(
            *_images(blueprint, observed, images, rebuild=rebuild),
            *removals(blueprint, observed, starts, anew, bases),
            *resumes(blueprint, observed, anew),
            *new_networks(blueprint, observed, subnet, further),
            *forgets(blueprint, observed, {name: why[name] for name in bases}),
            *volumes(blueprint, observed, bases, why),
        ),
        stores=tuple(step for service, step in starts.items() if service in stores),
        provision=contents,
        services=tuple(step for service, step in starts.items() if service not in stores),
        ports=ports,
        images=images,
        digests=digests,
        versions=unrecorded(blueprint, observed),
        bases=bases,
        other_folders=_other_folders(blueprint, observed),
    )


def _other_folders(blueprint: Blueprint, observed: Observed) -> tuple[str, ...]:
    """Where else the environment was brought up from: checkouts of one repository share their branches."""
    said = {
        thing.labels.get(labels.CHECKOUT) for thing in (*observed.containers, observed.network) if thing is not None
    }
    return tuple(sorted(folder for folder in said - {blueprint.labels.get(labels.CHECKOUT)} if folder))


def _reference(image: Image, observed: Observed) -> str:
    """The first reference the daemon has; else where it will be pulled from or what it will be called."""
    present = next((c for c in image.candidates if c in observed.images), None)
    return present or (image.candidates[0] if len(image.candidates) == 1 else image.candidates[1])


def _images(blueprint: Blueprint, observed: Observed, images: Mapping[str, str], *, rebuild: bool) -> Iterable[Step]:
    seen: set[str] = set()
    for service, image in blueprint.images.items():
        reference = images[service]
        absent = reference not in observed.images
        if reference not in seen and (absent or (rebuild and image.built)):
            because = "the daemon does not have it" if absent else "asked for"
            yield PrepareImage(because, service, reference, image.built)
        seen.add(reference)
