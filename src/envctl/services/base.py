"""What every kind of service has, and what it answers. Knows no runtime."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from envctl.services.fields import Cpus, Names, Pids, Size
from envctl.services.references import Told
from envctl.text import Text, text
from envctl.workload import Address, Limits, Port, Workload


class Section(BaseModel):
    """A table of the stack file: frozen, and no key too many."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


@dataclass(frozen=True)
class Complaint:
    """What is wrong between the fields of one section; `at` is the key it is seen at."""

    at: tuple[str | int, ...]
    message: str
    hint: str = ""


class LimitsSection(Section):
    """Upper bounds of what containers may use."""

    memory: Size | None = Field(
        default=None,
        description="Memory: bytes, or with a unit (`MiB`, `GiB`; `m`, `g` as Docker counts; `MB`, `GB`).",
        examples=["512MiB"],
    )
    cpus: Cpus | None = Field(default=None, description="Processors, in fractions if need be.", examples=[1.5])
    pids: Pids | None = Field(default=None, description="Processes and threads.", examples=[200])

    def amounts(self) -> Limits:
        """The same as a plain value."""
        return Limits(self.memory, self.cpus, self.pids)


class Service(Section):
    """A service: its validated section of the stack file is the kind itself."""

    SECRETS: ClassVar[str] = "/run/secrets"  # where files with passwords appear in a container

    kind: str
    needs: Names = Field(
        default=(),
        description="Services that must be ready before this one starts: healthy, or running if unchecked.",
        examples=[["db", "events"]],
    )
    limits: LimitsSection = Field(
        default=LimitsSection(),
        description="What this service may use. Else it gets its share of what the environment has left.",
        examples=[{"memory": "512MiB", "cpus": 1}],
    )

    @abstractmethod
    def workload(self, name: str, project: str, root: Path, told: Told) -> Workload:
        """Everything needed to run it, except its limits; `told` answers references inside the network."""

    @abstractmethod
    def settings(self, name: str, project: str, at: Address) -> Mapping[str, Text]:
        """What others reach it by at this address: url, host, port, address …; nothing without a port."""

    @property
    @abstractmethod
    def listens(self) -> int | None:
        """The port at which the network's other services reach it."""

    @property
    def further_ports(self) -> tuple[Port, ...]:
        """What it publishes beside that one."""
        return ()

    def texts(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The values in which `${service.attribute}` is answered, and their keys."""
        yield from ()

    def volumes_of(self, name: str) -> tuple[str, ...]:
        """The environment's volumes that it keeps its own data in."""
        return ()

    def complaints(self, name: str, project: str) -> Iterator[Complaint]:
        """What is wrong between its fields."""
        yield from ()


def numbers(version: str, image: str | None, *, said: bool, count: int) -> tuple[int, ...]:
    """The first numbers of a server's version: (4, 1) of `4.1.1`, nothing of `latest`.

    Where `version` is not said, and the image's tag begins with one, the image is believed.
    """
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2] if image else ""
    found = re.match(r"\d{1,4}(?:\.\d{1,4})*", version if said or not re.match(r"\d", tag) else tag, re.ASCII)
    return tuple(int(part) for part in found[0].split(".")[:count]) if found else ()


def reached(scheme: str, at: Address, *, login: Text | str = "", path: str = "") -> dict[str, Text]:
    """url, host, port and address."""
    address = text(at.host, ":", at.port)
    return {
        "url": text(f"{scheme}://", login, address, path),
        "host": text(at.host),
        "port": at.port,
        "address": address,
    }
