"""A good stack file, and where it is found."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from pydantic import ValidationError

from envctl.errors import EnvctlError, Exit
from envctl.services.app import App
from envctl.services.postgres import Postgres
from envctl.stack import find, load
from envctl.workload import Limits
from tests.stack.conftest import Read, Write

GOOD = """
[project]
name = "shop"

[services.web]
build = "web"
port = 3000

[services.db]
kind = "postgres"
version = 16

[limits]
memory = "4GiB"
"""


def test_a_file_becomes_a_stack(write: Write) -> None:
    """Project, services of their kinds, limits in bytes, and the folder that paths start at."""
    path = write(GOOD)
    stack = load(path, environ={})
    assert ("shop", path, path.parent) == (stack.project, stack.path, stack.root)
    assert {"web": App, "db": Postgres} == {name: type(service) for name, service in stack.services.items()}
    assert Limits(memory=4 << 30) == stack.limits
    assert stack.registry is None


def test_a_stack_cannot_be_changed(read: Read) -> None:
    """Nothing downstream changes what the file says."""
    stack = read(GOOD)
    with pytest.raises(FrozenInstanceError):
        stack.project = "other"  # type: ignore[misc]  # that is the point
    with pytest.raises(TypeError):
        stack.services["x"] = stack.services["web"]  # type: ignore[index]  # that is the point
    with pytest.raises(ValidationError):
        stack.services["db"].needs = ()


def test_the_file_is_found_above_up_to_the_top_of_the_repository(tmp_path: Path) -> None:
    """From a folder inside, the nearest file above counts, but none outside the repository."""
    (tmp_path / "envctl.toml").touch()
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/a/b").mkdir(parents=True)
    with pytest.raises(EnvctlError) as raised:
        find(tmp_path / "repo/a/b")
    assert (Exit.STACK_FILE, f"there is no envctl.toml in {tmp_path}/repo/a/b or above it") == (
        raised.value.code,
        raised.value.message,
    )
    (tmp_path / "repo/envctl.toml").touch()
    assert tmp_path / "repo/envctl.toml" == find(tmp_path / "repo/a/b")
    (tmp_path / "repo/a/envctl.toml").touch()
    assert tmp_path / "repo/a/envctl.toml" == find(tmp_path / "repo/a/b")


def test_loading_a_stack_loads_nothing_heavy(write: Write) -> None:
    """Neither the daemon's client nor the front is needed to understand a file."""
    code = (
        "import sys; from pathlib import Path; from envctl.stack import load, workloads;"
        "from envctl.stack.origins import resolved;"
        f"s = load(Path({str(write(GOOD))!r}), environ={{}}); workloads(s); resolved(s);"
        "print(sorted({m.partition('.')[0] for m in sys.modules}"
        " & {'docker', 'rich', 'typer', 'click', 'confluent_kafka', 'psycopg', 'zstandard', 'isal'}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == ran.stdout.strip()
