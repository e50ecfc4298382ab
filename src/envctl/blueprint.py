"""A stack drawn for one branch: everything decided that can be decided without looking at the daemon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from envctl.composition import DEFAULT_NETWORK, Composition, Words
from envctl.identity import ONE_SHOT, Identity
from envctl.secret import Source
from envctl.text import Text
from envctl.workload import Workload

FURTHER_NETWORK = "further-network"  # the role of a network beside the environment's first, and part of its name
_HUB = frozenset({"docker.io", "index.docker.io"})


def references(image: str, registry: str | None) -> tuple[str, ...]:
    """The references an image may be had under, best first: its own name, then the registry's.

    Only names on Docker Hub are looked for in the registry, as Docker's own mirrors do; a mirror may keep official
    images under `library/`.
    """
    head, slash, rest = image.partition("/")
    on_hub = bool(slash) and head in _HUB
    has_host = bool(slash) and ("." in head or ":" in head or head == "localhost" or head != head.lower())
    if registry is None or (has_host and not on_hub):
        return (image,)
    base, name = registry.rstrip("/"), (rest if on_hub else image).removeprefix("library/")
    official = () if "/" in name else (f"{base}/library/{name}",)
    return (image, f"{base}/{name}", *official)


@dataclass(frozen=True)
class Image:
    """Where a service's image comes from: the first of `candidates` that the daemon has or that can be pulled.

    A built image has exactly one candidate, named after the content it is built from.
    """

    service: str
    candidates: tuple[str, ...]
    built: bool = False


@dataclass(frozen=True)
class Blueprint:
    """Every name, label, image and volume of one environment. Holds no secret."""

    identity: Identity
    labels: Mapping[str, str]
    workloads: tuple[Workload, ...]  # in the order of their needs
    images: Mapping[str, Image]
    settings: Mapping[str, Text]  # how programs on the host reach the services: NAME_URL and so on
    composition: Composition | None = None  # the Compose project that the stack wraps
    secrets: Mapping[str, Source] = field(default_factory=dict)  # where each secret's value comes from

    @property
    def network(self) -> str:
        """The environment's network; a Compose project may have further ones."""
        return self.identity.full

    def network_of(self, name: str) -> str:
        """The name on the daemon of a network of the Compose project."""
        return self.network if name == DEFAULT_NETWORK else f"{self.identity.full}__{FURTHER_NETWORK}-{name}"

    @property
    def further_networks(self) -> tuple[str, ...]:
        """The names on the daemon of the networks beside the first."""
        return tuple(self.network_of(name) for name in (self.composition or Composition()).further_networks)

    def network_words(self, on_daemon: str) -> Words:
        """What the Compose project says of a network."""
        networks = (self.composition or Composition()).networks
        return next((words for name, words in networks.items() if self.network_of(name) == on_daemon), {})

    def volume_words(self, on_daemon: str) -> Words:
        """What the Compose project says of a volume."""
        volumes = (self.composition or Composition()).volumes
        return next((words for name, words in volumes.items() if self.volume(name) == on_daemon), {})

    def container(self, service: str) -> str:
        """The name of a service's container."""
        return f"{self.identity.full}_{service}"

    @property
    def names(self) -> Mapping[str, frozenset[str]]:
        """The names that its objects must be able to have: of containers, networks and volumes."""
        one_shots = {self.container(w.service + ONE_SHOT) for w in self.workloads if w.before is not None}
        return {
            "container": frozenset({self.container(w.service) for w in self.workloads} | one_shots),
            "network": frozenset({self.network, *self.further_networks}),
            "volume": frozenset(self.volume(m.volume) for w in self.workloads for m in w.mounts),
        }

    def volume(self, volume: str) -> str:
        """The name on the daemon of one of the environment's volumes."""
        return f"{self.identity.full}_{volume}"

    def workload(self, service: str) -> Workload | None:
        """The workload of that name."""
        return next((w for w in self.workloads if w.service == service), None)
