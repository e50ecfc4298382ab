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
    labelled: Mapping[str, Mapping[str, str] | None] = field(default_factory=dict)  # by an image's ID; None: it is gone
    asked: list[float | None] = field(default_factory=list)  # since when
    did: list[str] = field(default_factory=list)  # what was done to containers, in order
    happened: tuple[Happening, ...] = ()

    def containers(self, *any_of: Mapping[str, str], prefix: str = "") -> tuple[Container, ...]:
        return tuple(c for c in self.held if _asked(c, any_of, prefix))

    def listed(self) -> tuple[Container, ...]:
        return tuple(c for c in self.held if labels.ENVIRONMENT in c.labels)

    def networks(self) -> tuple[Network, ...]:
        return self.nets

    def volumes(self, *any_of: Mapping[str, str], prefix: str = "") -> tuple[Volume, ...]:
        wanted = any_of or ({},)
        return tuple(v for v in self.vols if _asked(v, wanted, prefix))

    def image(self, reference: str) -> str | None:
        return None

    def tags(self) -> tuple[str, ...]:
        return self.tagged

    def image_labels(self, image: str) -> Mapping[str, str] | None:
        return self.labelled.get(image, {})

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


def _asked(thing: Container | Volume, any_of: Iterable[Mapping[str, str]], prefix: str) -> bool:
    """As the daemon answers: all labels of one of these, or a name that begins so."""
    labelled = any(only.items() <= thing.labels.items() for only in any_of)
    return labelled or (bool(prefix) and thing.name.startswith(prefix))


def here(folder: Path, engine: FakeEngine, told: Iterable[Event] = ()) -> Here:
    """The shop on its branch, with this engine."""
    (folder / "envctl.toml").write_text(STACK)
    stack = load(folder / "envctl.toml", environ={"XDG_CONFIG_HOME": str(folder)})
    real = real_world(lambda event: None, {**os.environ, "XDG_RUNTIME_DIR": str(folder)})
    world = World(cast(Engine, engine), real.shell, real.locks, real.runtime, real.tell)
    return Here(world, stack, IDENTITY)
