"""A team's own Compose project, read and made fit to run as one of many environments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from envctl.workload import Workload

Words = Mapping[str, Any]  # in Compose's own words
DEFAULT_NETWORK = "default"


@dataclass(frozen=True)
class Composition:
    """What a project holds, names left out: those are the environment's. Mappings are name → definition.

    `networks` and `volumes` are those that something uses. `variables` are the values of secrets and configs that come
    from a variable: they are handed to Compose, and stand nowhere else.
    """

    workloads: tuple[Workload, ...] = ()
    networks: Mapping[str, Words] = field(default_factory=dict)
    volumes: Mapping[str, Words] = field(default_factory=dict)
    secrets: Mapping[str, Words] = field(default_factory=dict)
    configs: Mapping[str, Words] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    notices: tuple[str, ...] = ()  # what isolation changed that somebody may miss

    @property
    def further_networks(self) -> tuple[str, ...]:
        """The networks beside the default one."""
        return tuple(name for name in sorted(self.networks) if name != DEFAULT_NETWORK)
