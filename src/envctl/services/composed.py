"""A service of a Compose project that the stack wraps: not written in the stack file, but read from that project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict

from envctl.services.base import LimitsSection, Service, reached
from envctl.services.references import Told
from envctl.text import Text
from envctl.workload import Address, Port, Workload


class ComposedService(Service):
    """One service of a team's own Compose project. What it needs to run was decided when that was read."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    kind: Literal["compose"] = "compose"
    read: Workload

    @classmethod
    def of(cls, read: Workload) -> ComposedService:
        """The service that was read."""
        own = read.limits
        limits = LimitsSection.model_construct(memory=own.memory, cpus=own.cpus, pids=own.pids)
        return cls.model_construct(read=read, needs=read.needs, limits=limits)

    @property
    def listens(self) -> int | None:
        """The first port it publishes."""
        return self.read.port

    @property
    def further_ports(self) -> tuple[Port, ...]:
        """The other ones."""
        return self.read.further_ports

    def workload(self, name: str, project: str, root: Path, told: Told) -> Workload:
        """What was read."""
        return self.read

    def settings(self, name: str, project: str, at: Address) -> Mapping[str, Text]:
        """Where it answers; a URL where people open it, for what else speaks HTTP nobody said."""
        if self.listens is None:
            return {}
        known = reached("http", at)
        return known if self.read.public else {key: known[key] for key in ("host", "port", "address")}
