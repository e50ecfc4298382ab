"""Things that somebody else has on the daemon, and that look as if they were an environment's."""

from __future__ import annotations

from collections.abc import Callable

from envctl import labels
from envctl.identity import Identity
from envctl.observed import COMPOSE_PROJECT
from envctl.planning.ownership import own_labels
from tests.fakes.engine import FakeEngine

Plant = Callable[[FakeEngine, Identity, int], object]  # the number makes names different
_SERVICE = {labels.ROLE: "service"}


def _image(engine: FakeEngine, n: int, given: dict[str, str]) -> str:
    engine.labelled = {**engine.labelled, f"image-{n}": given}
    return f"image-{n}"


def _inherited(engine: FakeEngine, identity: Identity, n: int) -> None:
    """All that a container of ours has, by its name and from its image."""
    image = _image(engine, n, {**own_labels(identity), **_SERVICE, labels.SERVICE: f"x{n}"})
    engine.run(f"{identity.full}_x{n}", {}, image=image)


def _committed(engine: FakeEngine, identity: Identity, n: int) -> None:
    """The same, and the image is gone since."""
    _inherited(engine, identity, n)
    engine.labelled = {**engine.labelled, f"image-{n}": None}


def _claims(identity: Identity, role: str, **more: str) -> dict[str, str]:
    return {**own_labels(identity), labels.ROLE: role, **more}


PLANTS: dict[str, Plant] = {
    "a container": lambda e, i, n: e.run(f"theirs-{n}"),
    "a volume": lambda e, i, n: e.add_volume(f"theirs-{n}", {}),
    "a network": lambda e, i, n: e.add_network(f"theirs-{n}", {}),
    "a container with our labels": lambda e, i, n: e.run(
        f"theirs-{n}", _claims(i, "service", **{labels.SERVICE: "web"})
    ),
    "a volume with our labels": lambda e, i, n: e.add_volume(f"theirs-{n}", _claims(i, "data")),
    "a network with our labels": lambda e, i, n: e.add_network(f"theirs-{n}", _claims(i, "network")),
    "a container with our name": lambda e, i, n: e.run(f"{i.full}_x{n}"),
    "a volume with our name": lambda e, i, n: e.add_volume(f"{i.full}_x{n}", {}),
    "a lease with our name": lambda e, i, n: e.add_volume(f"{i.full}__lease-9{n}", {}),
    "a bundle with our name": lambda e, i, n: e.add_volume(f"{i.full}__box-9{n}", {}),
    "a lease that is none": lambda e, i, n: e.add_volume(f"{i.full}__lease-9{n}", _claims(i, "data")),
    "another service's container": lambda e, i, n: e.run(
        f"{i.full}_x{n}", _claims(i, "service", **{labels.SERVICE: f"y{n}"})
    ),
    "a container without a role": lambda e, i, n: e.run(f"{i.full}_x{n}", own_labels(i)),
    "half of our labels": lambda e, i, n: e.run(f"{i.full}_x{n}", {labels.ENVIRONMENT: i.name, **_SERVICE}),
    "the beginning of our name": lambda e, i, n: e.run(
        f"{i.full}{n}_x", _claims(i, "service", **{labels.SERVICE: "x"})
    ),
    "a network beside ours": lambda e, i, n: e.add_network(f"{i.full}_x{n}", _claims(i, "further-network")),
    "a compose project's": lambda e, i, n: e.run(f"{i.full}-web-{n}", {COMPOSE_PROJECT: i.full}),
    "what an image says": _inherited,
    "what an image said that is gone": _committed,
}
