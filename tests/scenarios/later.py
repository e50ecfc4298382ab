"""The same daemon at another time: what `gc` would see hours from now, on real objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from envctl.machine import Daemon
from envctl.world import World
from envctl.world.engine import Engine
from tests.scenarios.stage import Stage


class Later(Engine):
    """A daemon whose clock is ahead, on a machine that is not this one: how long that is up nobody knows."""

    def __init__(self, environ: Mapping[str, str], by: timedelta) -> None:
        super().__init__(environ)
        self._by = by

    def now(self) -> datetime:
        """What time it is there."""
        return super().now() + self._by

    def daemon(self) -> Daemon:
        """What it says about itself."""
        return replace(super().daemon(), kernel="elsewhere")


def later(stage: Stage, by: timedelta, ours: timedelta | None = None) -> World:
    """The world `by` so much later; `ours` is how far this machine's clock is ahead, where that is something else."""
    ahead = by if ours is None else ours
    engine = Later(stage.environ, by)
    return replace(stage.here().world, engine=engine, clock=lambda: datetime.now(UTC) + ahead)
