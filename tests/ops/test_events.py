"""What of the daemon's events is told, and in which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.observed import Happening
from envctl.ops.events import events
from envctl.reports.events import DaemonEvent
from tests.ops.fake import FakeEngine, here, own

NOW = "2026-01-02T03:04:05.000000006Z"


def told(folder: Path, *seen: Happening, **when: str) -> list[DaemonEvent]:
    """What `events` makes of these."""
    return list(events(here(folder, FakeEngine(happened=seen)), **when))


def of_db(action: str, role: str = "service", **more: str) -> Happening:
    """An event of the database's container."""
    name = "shop_main_db" + ("-before" if role == "before" else "")
    return Happening(NOW, "container", action, name, {**own("db", role), "name": name, **more})


@pytest.mark.parametrize(
    ("seen", "what", "detail"),
    [
        (of_db("create"), "created", None),
        (of_db("die", exitCode="137"), "exited", "status 137"),
        (of_db("kill", signal="15"), "signalled", "signal 15"),
        (of_db("health_status: unhealthy"), "unhealthy", None),
        (of_db("unpause"), "resumed", None),
        (of_db("die", "before", exitCode="0"), "exited", "what comes before it, status 0"),
        (of_db("start", "before"), "started", "what comes before it"),
    ],
)
def test_an_event_is_told_in_our_words(tmp_path: Path, seen: Happening, what: str, detail: str | None) -> None:
    """Its service, what became of it, and with which status or signal."""
    assert [DaemonEvent(NOW, "db", what, "container", seen.name, detail)] == told(tmp_path, seen)


@pytest.mark.parametrize("action", ["exec_create: sh -c 'echo hunter2'", "exec_die", "attach", "top", "resize", "stop"])
def test_what_nobody_waits_for_is_left_out(tmp_path: Path, action: str) -> None:
    """Health checks alone would fill the screen, and a command line may hold a secret."""
    assert [] == told(tmp_path, of_db(action))


@pytest.mark.parametrize(
    "change",
    [
        {labels.ENVIRONMENT: "other"},
        {labels.PROJECT: "blog"},
        {labels.PROJECT: ""},
    ],
)
def test_other_environments_are_left_out(tmp_path: Path, change: dict[str, Any]) -> None:
    """Those of other branches and projects, and what only looks like ours."""
    seen = of_db("start")
    assert [] == told(tmp_path, Happening(NOW, "container", "start", seen.name, {**seen.attributes, **change}))
    assert [] == told(tmp_path, Happening(NOW, "container", "start", "pretender", seen.attributes))


def test_networks_and_volumes_are_told_by_name(tmp_path: Path) -> None:
    """They belong to no one service; whose name only begins alike is another's."""
    found = told(
        tmp_path,
        Happening(NOW, "network", "create", "shop_main"),
        Happening(NOW, "volume", "destroy", "shop_main_db-data"),
        Happening(NOW, "network", "create", "shop_main2"),
        Happening(NOW, "volume", "mount", "shop_main_db-data"),
    )
    assert [(None, "created", "network", "shop_main"), (None, "removed", "volume", "shop_main_db-data")] == [
        (event.service, event.what, event.kind, event.name) for event in found
    ]


@pytest.mark.parametrize("option", ["since", "until"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, option: str) -> None:
    """Before the daemon is asked; the hint names the option that was meant."""
    with pytest.raises(EnvctlError) as caught:
        told(tmp_path, **{option: "yesterday"})
    assert (Exit.USAGE, True) == (caught.value.code, f"--{option} 10m" in caught.value.hint)
