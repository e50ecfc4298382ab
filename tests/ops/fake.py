"""One environment on an engine made of values."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from envctl import labels
from envctl.events import Event
from envctl.identity import Identity
from envctl.observed import Container
from envctl.ops.setting import Here
from envctl.stack import load
from envctl.world import World, real_world
from envctl.world.alive import myself
from envctl.world.engine import Engine
from tests.fakes.engine import FakeEngine

__all__ = ["DEAD", "IDENTITY", "STACK", "FakeEngine", "container", "here", "own"]

DEAD = myself().rpartition(" ")[0] + " 1"  # who has ended: this process's number, and another start
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


def here(folder: Path, engine: FakeEngine, told: Iterable[Event] = ()) -> Here:
    """The shop on its branch, with this engine."""
    (folder / "envctl.toml").write_text(STACK)
    stack = load(folder / "envctl.toml", environ={"XDG_CONFIG_HOME": str(folder)})
    real = real_world(lambda event: None, {**os.environ, "XDG_RUNTIME_DIR": str(folder)})
    world = World(cast(Engine, engine), real.shell, real.locks, real.runtime, real.tell)
    return Here(world, stack, IDENTITY)
