"""Everything that can be told about one environment: of one that lives, and of one that only its bundle is left of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from envctl.observed import Check
from envctl.reports.base import Report
from envctl.reports.left import LeftAlone

SCHEMA = 1  # of what a bundle says about itself; raised when its shape changes


@dataclass(frozen=True)
class Part:
    """One container. Times are RFC 3339."""

    service: str
    container: str
    role: str  # service | before
    kind: str
    state: str
    health: str | None
    exit_code: int | None
    oom_killed: bool
    restarts: int
    error: str
    started_at: str | None
    finished_at: str | None
    image: str
    image_id: str
    ports: tuple[int, ...] = ()  # on the host's loopback
    checks: tuple[Check, ...] = ()
    log: str = ""  # why its log is not whole: it was cut, or cannot be read

    @property
    def log_file(self) -> str:
        """Its log in a bundle."""
        return f"logs/{self.container.partition('_')[2].partition('_')[2]}.log"


@dataclass(frozen=True)
class Removed:
    """When, why and by whom an environment was removed, and how long what is left of it is kept."""

    at: str  # RFC 3339, as `until`
    because: str
    by: str
    until: str
    bundle: str


@dataclass(frozen=True)
class Remains(Report):
    """One environment. `lease` is as the daemon has it, in words; `facts` is what was done to its data."""

    name: str
    project: str
    branch: str | None
    checkout: str
    lease: Mapping[str, Any] | None
    services: tuple[Part, ...] = ()
    volumes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    plan: str = ""
    removed: Removed | None = None  # None: it is there
    schema: int = SCHEMA

    @property
    def commit(self) -> str:
        """What it was last brought up from; `-dirty` where files differed. Empty where nobody knows."""
        return str((self.lease or {}).get("commit") or "")

    def data(self) -> Any:
        """A JSON value. Mappings become plain."""
        return {key: value for key, value in asdict(self).items() if key != "schema"}

    def written(self) -> dict[str, Any]:
        """What a bundle holds of it."""
        return asdict(self)


def remains_of(said: Mapping[str, Any]) -> Remains:
    """What a bundle says about itself. Raises ValueError where that cannot be understood."""
    if said.get("schema") != SCHEMA:
        raise ValueError(f"it was written by another version of envctl (schema {said.get('schema')})")
    try:
        parts = tuple(
            Part(**{
                **part,
                "ports": tuple(part["ports"]),
                "checks": tuple(Check(**check) for check in part["checks"]),
            })
            for part in said["services"]
        )  # fmt: skip
        removed = said["removed"]
        return Remains(
            **{
                **said,
                "services": parts,
                "volumes": tuple(said["volumes"]),
                "networks": tuple(said["networks"]),
                "left": tuple(LeftAlone(**each) for each in said["left"]),
                "removed": Removed(**removed) if removed else None,
            }
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"it does not say what a bundle says: {error}") from error
