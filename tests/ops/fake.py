"""An engine made of values, for the stories that only look."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from envctl import labels
from envctl.events import Event
from envctl.identity import Identity
from envctl.observed import Container, Happening, Network, Volume
from envctl.ops.setting import Here
from envctl.stack import load
from envctl.world import World, real_world
from envctl.world.engine import Engine

IDENTITY = Identity("shop", "main", "refs/heads/main")
STACK = """
[project]
name = "shop"

[services.db]
kind = "postgres"
data = "catalogue"

[services.api]
image = "api:1"
port = 8000
needs = ["db"]

[services.web]
image = "web:1"
port = 3000
public = true
needs = ["api"]

[data.catalogue]
from = "dump"
path = "shop.sql"
"""


def own(service: str, role: str = "service", **more: str) -> dict[str, str]:
    """The labels of a container of the environment."""
    return {
        labels.PROJECT: "shop",
        labels.ENVIRONMENT: "main",
        labels.BRANCH: "refs/heads/main",
        labels.SERVICE: service,
        labels.ROLE: role,
        **more,
    }


def container(service: str, state: str = "running", role: str = "service", **seen: Any) -> Container:
    """One of the environment's."""
    name = f"shop_main_{service}" + ("-before" if role == "before" else "")
    ports = {"db": "24836", "api": "24861", "web": "24857"}
    port = {labels.PORT: ports[service]} if role == "service" and service in ports else {}
    public = {labels.PUBLIC: "true"} if service == "web" else {}
    return Container(
        id=f"id-{name}", name=name, labels=own(service, role, **port, **public), image="image", state=state, **seen
    )


@dataclass
class FakeEngine:
    """Holds what a daemon would, and answers as it would."""

    held: tuple[Container, ...] = ()
    nets: tuple[Network, ...] = ()
    vols: tuple[Volume, ...] = ()
    printed: dict[tuple[str, str], list[bytes]] = field(default_factory=dict)  # (container's ID, stream)
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)
    tagged: tuple[str, ...] = ()
    asked: list[float | None] = field(default_factory=list)  # since when
    did: list[str] = field(default_factory=list)  # what was done to containers, in order
    happened: tuple[Happening, ...] = ()

    def containers(self, only: Mapping[str, str]) -> tuple[Container, ...]:
        return tuple(c for c in self.held if only.items() <= c.labels.items())

    def networks(self) -> tuple[Network, ...]:
        return self.nets

    def volumes(self, only: Mapping[str, str] | None = None) -> tuple[Volume, ...]:
        return tuple(v for v in self.vols if (only or {}).items() <= v.labels.items())

    def image(self, reference: str) -> str | None:
        return None

    def tags(self) -> tuple[str, ...]:
        return self.tagged

    def listed(self) -> tuple[Container, ...]:
        return self.held

    def pause_container(self, container: str) -> None:
        self._turn(container, "paused")

    def resume_container(self, container: str) -> None:
        self._turn(container, "running")

    def _turn(self, container: str, state: str) -> None:
        self.did.append(f"{container.removeprefix('id-shop_main_')} {state}")
        self.held = tuple(replace(c, state=state) if c.id == container else c for c in self.held)

    def happenings(self, *, since: float | None, until: float | None) -> Iterator[Happening]:
        self.asked += [since, until]
        return iter(self.happened)

    def read_file(self, container: str, path: str) -> bytes | None:
        return self.files.get((container, path))

    def logs(
        self, container: str, *, stream: str, follow: bool, since: float | None, tail: int | None
    ) -> Iterator[bytes]:
        self.asked.append(since)
        lines = self.printed.get((container, stream), [])
        return iter(lines if tail is None else lines[len(lines) - min(tail, len(lines)) :])


def here(folder: Path, engine: FakeEngine, told: Iterable[Event] = ()) -> Here:
    """The shop on its branch, with this engine."""
    (folder / "envctl.toml").write_text(STACK)
    stack = load(folder / "envctl.toml", environ={"XDG_CONFIG_HOME": str(folder)})
    real = real_world(lambda event: None, {**os.environ, "XDG_RUNTIME_DIR": str(folder)})
    world = World(cast(Engine, engine), real.shell, real.locks, real.runtime, real.tell)
    return Here(world, stack, IDENTITY)
