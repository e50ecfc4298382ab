"""A stack file that changed kind, version, user or name between two `up`s; and two checkouts of one repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage, git

pytestmark = pytest.mark.docker

STACK = """
[services.db]
kind = "postgres"
[services.cache]
kind = "redis"
"""
DATA_REFUSED = 9
APP = f"""
[services.app]
image = "python:3.13-slim"
volumes = {{ files = "/files" }}
{IDLE}
"""


def test_data_of_another_kind_must_be_refused_before_anything_starts(stage: Stage) -> None:
    """Said in the dry run too; what runs goes on, and goes on being right when the stack file is put back."""
    stage.write(STACK)
    stage.up()
    before = stage.ids()
    changes = {
        STACK.replace("postgres", "redis"): "db is redis in the stack file",
        STACK.replace('"postgres"', '"postgres"\nversion = "16"'): "db is postgres 16 in the stack file",
        STACK.replace('"postgres"', '"postgres"\nuser = "boss"'): "db has the user boss in the stack file",
        STACK.replace('"redis"', '"redis"\nversion = "7.2"'): "cache is redis 7.2 in the stack file",
    }
    for changed, message in changes.items():
        stage.write(changed)
        error = stage.refused(DATA_REFUSED, "up")["error"]
        assert message in error["message"]
        assert "Nothing was changed" in error["unchanged"]
    assert message in stage.refused(DATA_REFUSED, "up", "--dry-run")["error"]["message"]
    assert before == stage.ids()
    stage.write(STACK)
    assert [] == stage.up()["steps"]

    stage.did("down")
    stage.write(STACK.replace("postgres", "redis"))
    assert "running" == stage.up()["state"]


def test_two_checkouts_of_a_branch_must_share_its_environment_and_say_so(stage: Stage, tmp_path: Path) -> None:
    """What one brought up the other finds, and is told from where it came."""
    first, second = tmp_path / "first", tmp_path / "second"
    stage.folder, stage.by_branch = first, True
    stage.write(APP)
    git(first, "init", "--quiet", "--initial-branch=shared")
    git(first, "add", ".")
    git(first, "commit", "--quiet", "--message=all")
    git(tmp_path, "clone", "--quiet", str(first), str(second))

    one = stage.up()
    two = stage.up(cwd=second)
    assert ([], [str(first)]) == (one["other_folders"], two["other_folders"])
    assert (one["name"], []) == (two["name"], two["steps"])
    assert f"brought up from {first} before" in stage.did("up", cwd=second).stderr
    assert 5 == len(stage.data("down", cwd=second)["removed"])  # container, network, volume; lease and project
    assert "is not there" in stage.did("down").stdout


def test_another_project_name_must_be_another_environment(stage: Stage) -> None:
    """The one under the old name stays as it was, and `ls` shows both."""
    stage.write(APP)
    stage.up()
    old, before = stage.project, stage.ids()
    try:
        stage.project = f"{old}-new"
        stage.write(APP)
        stage.up()
        rows = {(row["project"], row["name"], row["state"]) for row in stage.data("ls")["environments"]}
        assert {(old, "one", "running"), (f"{old}-new", "one", "running")} <= rows
    finally:
        stage.did("down")
        stage.project = old
        stage.write(APP)
    assert before == stage.ids()
