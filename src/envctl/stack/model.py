"""What a stack file says, validated and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from envctl.composition import Composition
from envctl.lease import Terms
from envctl.services import LimitsSection, Section, Service
from envctl.services.fields import Paths, Words, named, refuse
from envctl.stack.data import DataSection
from envctl.stack.lines import Lines
from envctl.stack.registry import NO_REGISTRY, Registry, complaint
from envctl.stack.secrets import SecretSection
from envctl.workload import Limits

PROJECT = r"[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?"  # also part of an image's name, which cannot end with -
SERVICE = r"[a-z][a-z0-9-]{0,39}"
DATA = r"[a-z][a-z0-9_-]{0,39}"
SERVICES = 100


def _prefix(value: str) -> str:
    wrong = complaint(value)
    if wrong:
        raise refuse(*wrong)
    return value


class ProjectSection(Section):
    """The project: one name for all its environments."""

    name: Annotated[
        str,
        AfterValidator(
            named(PROJECT, "a project's name (a–z, 0–9 and -, starting with a letter, not ending with -, at most 30)")
        ),
    ] = Field(description="Name of the project: part of the name of everything envctl makes.", examples=["shop"])
    registry: Annotated[str, AfterValidator(_prefix)] | None = Field(
        default=None,
        description="Where images named as on Docker Hub are taken from: `postgres:17` is then "
        "`REGISTRY/postgres:17`. It wins over the user's configuration, and "
        "`ENVCTL_REGISTRY` over both.",
        examples=["mirror.example.com/hub"],
    )
    compose: Paths = Field(
        default=(),
        description="Your own Compose file, or several that are merged, relative to this file: "
        "the stack is that project, kept as it is. Instead of `[services]`.",
        examples=["compose.yaml", ["compose.yaml", "compose.dev.yaml"]],
    )
    profiles: Words = Field(
        default=(), description="Profiles of the Compose project that are enabled.", examples=[["dev"]]
    )
    public: Words = Field(
        default=(),
        description="Services of the Compose project that people open: `envctl urls` lists them.",
        examples=[["web"]],
    )


class EnvironmentLimits(LimitsSection):
    """What all containers of one environment may use together. Services with `limits` of their own keep
    theirs; what is left is divided evenly among the others.
    """


@dataclass(frozen=True)
class Wraps:
    """The Compose project that a stack consists of."""

    files: tuple[Path, ...]  # absolute; merged in this order
    profiles: tuple[str, ...] = ()
    public: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stack:
    """A whole stack file."""

    project: str
    path: Path  # the file
    root: Path  # its folder: relative paths in it start here
    services: Mapping[str, Service]
    data: Mapping[str, DataSection] = field(default_factory=dict)
    secrets: Mapping[str, SecretSection] = field(default_factory=dict)
    limits: Limits = Limits()  # noqa: RUF009  # frozen
    lifetime: Terms = Terms()  # noqa: RUF009  # frozen
    wraps: Wraps | None = None
    composition: Composition | None = None  # what it wraps, once that has been read
    chosen: Registry = NO_REGISTRY
    lines: Lines = field(default_factory=Lines, repr=False, compare=False)

    @property
    def registry(self) -> str | None:
        """Where images named as on Docker Hub are taken from."""
        return self.chosen.prefix
