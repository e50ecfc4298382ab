"""app: your own code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from envctl.services.app import App
from envctl.text import Text
from envctl.workload import Address, Build, Mount, Probe, Workload
from tests.services.test_kinds import told


def work(tmp_path: Path = Path("/made-up"), **fields: Any) -> Workload:
    """The workload of an app with these fields."""
    return App.model_validate(fields).workload("web", "shop", tmp_path, told)


def test_a_folder_is_short_for_a_build(tmp_path: Path) -> None:
    """Paths are absolute, the Dockerfile is in the folder."""
    assert Build(tmp_path / "web", tmp_path / "web/Dockerfile") == work(tmp_path, build="web").build


def test_a_build_in_full(tmp_path: Path) -> None:
    """Another Dockerfile, a stage, and arguments as text."""
    build = {"context": ".", "dockerfile": "docker/api", "target": "run", "args": {"N": 2, "D": True, "S": "x"}}
    expected = Build(tmp_path, tmp_path / "docker/api", "run", {"N": "2", "D": "true", "S": "x"})
    assert expected == work(tmp_path, build=build).build


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (["run", "a b"], ("run", "a b")),
        ("run 'a b' c\\ d", ("run", "a b", "c d")),
        ("sh -c 'echo $HOME'", ("sh", "-c", "echo $HOME")),
    ],
)
def test_a_command_is_a_list_or_a_line(written: object, words: tuple[str, ...]) -> None:
    """A line is split as a shell would split it; nothing is expanded."""
    assert words == work(image="a", command=written).command
    assert words == work(image="a", before=written).before


def test_health_as_a_command() -> None:
    """A list is the probe itself, with a minute to become ready unless another time is given."""
    assert Probe(("test", "-e", "/x"), 60.0) == work(image="a", health=["test", "-e", "/x"]).probe
    assert Probe(("a", "b"), 120.0) == work(image="a", health={"command": "a b", "timeout": "2m"}).probe


def test_health_as_a_path() -> None:
    """A path is asked for at the port; both are arguments of the script."""
    probe = work(image="a", port=8000, health={"path": "/a b", "timeout": 5}).probe
    assert probe is not None
    assert (("sh", "-c"), ("probe", "8000", "/a%20b"), 5.0) == (probe.command[:2], probe.command[3:], probe.patience)


def test_env_and_volumes() -> None:
    """References are answered; volumes are named, never a host's folder."""
    found = work(image="a", env={"A": "x${db.url}y", "N": 1.5, "E": ""}, volumes={"up": "/var/up"})
    assert {"A": Text(("x<db.url>y",)), "N": Text(("1.5",)), "E": Text()} == found.environment
    assert (Mount("up", "/var/up"),) == found.mounts


def test_without_a_port_there_is_nothing_to_reach() -> None:
    """A worker publishes nothing."""
    app = App.model_validate({"image": "a"})
    assert {} == app.settings("w", "shop", Address("w", Text()))
    assert app.workload("w", "shop", Path("/"), told).port is None
