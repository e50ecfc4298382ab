"""One environment as `gc` sees it: what the daemon holds of it, its lease, and who uses it now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from envctl.identity import Identity
from envctl.lease import Found
from envctl.observed import Container, Network, Volume
from envctl.units import parse_moment


@dataclass(frozen=True)
class Uses:
    """Who uses an environment now, each in a few words; `unknown` says why that cannot be told."""

    seen: tuple[str, ...] = ()
    unknown: str = ""


@dataclass(frozen=True)
class Standing:
    """An environment, or what is left of one. Everything of it is proven to be ours; bundles are no part of it.

    `uses` is None until somebody has looked; `size` is in bytes, None where nobody asked.
    """

    identity: Identity
    lease: Found = None
    containers: tuple[Container, ...] = ()
    networks: tuple[Network, ...] = ()
    volumes: tuple[Volume, ...] = ()
    uses: Uses | None = field(default=None, compare=False)
    size: int | None = field(default=None, compare=False)

    @property
    def branch(self) -> str | None:
        """The full ref of its branch; None where it was named by hand."""
        return self.identity.branch

    @property
    def handles(self) -> frozenset[str]:
        """What the daemon knows its parts by: two views of one environment are the same if these are."""
        return frozenset(
            (*(c.id for c in self.containers), *(n.id for n in self.networks), *(v.name for v in self.volumes))
        )

    @property
    def latest(self) -> datetime | None:
        """When the youngest part of it was created; None when that cannot be told of all."""
        parts: tuple[Container | Network | Volume, ...] = (*self.containers, *self.networks, *self.volumes)
        moments = [parse_moment(part.created) for part in parts]
        return None if None in moments else max((m for m in moments if m is not None), default=None)
