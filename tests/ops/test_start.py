"""Data, containers and what is put into stores, side by side, with an engine made of values and no Compose."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.ops.provision import Content
from envctl.ops.setting import Here
from envctl.ops.start import start
from envctl.plan import Plan, Start
from envctl.stack import load
from envctl.world.parallel import apart
from tests.ops.fake import FakeEngine, container, here

PATIENCE = 20.0  # seconds: after them it would go on for ever
SHOP = """
[project]
name = "shop"

[services.cache]
image = "cache:1"

[services.api]
image = "api:1"
needs = ["cache"]
"""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a `docker` is told that does nothing else, but to fail where there is a file `fails`, and to write
    to one called `called`."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    said, fails, called = tmp_path / "notes", tmp_path / "fails", tmp_path / "called"
    said.touch()
    lines = (
        f"echo \"$@\" >>'{said}'",
        "cat >/dev/null",
        f"if [ -e '{called}' ]; then echo >'{called}'; fi",
        f"if [ -e '{fails}' ]; then echo 'no luck' >&2; exit 1; fi",
    )
    program.write_text("\n".join(("#!/bin/sh", *lines)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return said


def place(folder: Path, *created: str, running: str = "") -> Here:
    """The shop with these containers."""
    held = [container(name, "created") for name in created]
    held += [container(running)] if running else []
    found = here(folder, FakeEngine(held=tuple(held)))
    (folder / "envctl.toml").write_text(SHOP)
    return replace(found, written=load(folder / "envctl.toml", environ={"XDG_CONFIG_HOME": str(folder)}))


def begin(it: Here, copied: Callable[[], None], contents: dict[str, Content], *services: str) -> None:
    """Start these; it may not take for ever."""
    images = {"cache": "cache:1", "api": "api:1"}
    steps = tuple(Start("it is not there", name) for name in services)
    plan = Plan(services=steps, images=images, digests=dict.fromkeys(images, "x"))
    apart(partial(start, it, it.blueprint(), plan, {}, copied, contents)).result(PATIENCE)


def states(it: Here) -> dict[str, str]:
    return {one.service: one.state for one in it.world.engine.containers({labels.PROJECT: "shop"})}


def test_compose_only_makes_the_containers(tmp_path: Path, notes: Path) -> None:
    """It is called once, for all of them; each is started here."""
    it = place(tmp_path, "cache", "api")
    begin(it, lambda: None, {}, "cache", "api")
    (said,) = notes.read_text().splitlines()
    assert " create --no-build --no-recreate" in said
    assert {"cache": "running", "api": "running"} == states(it)


def test_nothing_is_started_before_data_is_copied(tmp_path: Path, notes: Path) -> None:
    """Containers are made meanwhile: neither waits for the other."""
    it = place(tmp_path, "cache")
    seen: list[dict[str, str]] = []

    def copied() -> None:
        (tmp_path / "called").read_text()  # until Compose is called, which is while this goes on, or never
        seen.append(states(it))

    os.mkfifo(tmp_path / "called")

    begin(it, copied, {}, "cache")
    assert [{"cache": "created"}] == seen
    assert {"cache": "running"} == states(it)


def test_data_that_cannot_be_copied_starts_nothing(tmp_path: Path, notes: Path) -> None:
    """The containers that were made meanwhile stay as they are."""
    it = place(tmp_path, "cache")

    def copied() -> None:
        raise EnvctlError(Exit.DATA_REFUSED, "half of it is gone")

    with pytest.raises(EnvctlError, match="half of it is gone"):
        begin(it, copied, {}, "cache")
    assert {"cache": "created"} == states(it)


def test_a_store_that_is_not_started_now_is_filled_beside(tmp_path: Path, notes: Path) -> None:
    """It runs already, so that nobody is asked whether it is ready; who is started finds it filled."""
    it, seen = place(tmp_path, "api", running="cache"), []
    begin(it, lambda: None, {"cache": Content(lambda: seen.append(states(it)))}, "api")
    assert [{"cache": "running", "api": "created"}] == seen
    assert {"cache": "running", "api": "running"} == states(it)


def test_what_is_filled_and_copied_needs_no_start(tmp_path: Path, notes: Path) -> None:
    """Where everything runs, Compose is not called."""
    it, done = place(tmp_path, running="cache"), []
    begin(it, lambda: done.append("copied"), {"cache": Content(lambda: done.append("filled"))})
    assert ["copied", "filled"] == sorted(done)
    assert "" == notes.read_text()


def test_containers_that_cannot_be_made_are_not_started(tmp_path: Path, notes: Path) -> None:
    """What Compose says of it is said on."""
    it = place(tmp_path, "cache")
    (tmp_path / "fails").touch()
    with pytest.raises(EnvctlError) as caught:
        begin(it, lambda: None, {}, "cache")
    assert Exit.UNHEALTHY == caught.value.code
    assert "no luck" in "\n".join([caught.value.message, *caught.value.details])
    assert {"cache": "created"} == states(it)
