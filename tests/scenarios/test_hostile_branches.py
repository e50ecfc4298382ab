"""Branches with names from strangers, all of one repository, brought up at the same time."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import LONGEST, Stage, git

pytestmark = pytest.mark.docker

STACK = f'[services.app]\nimage = "python:3.13-slim"\n{IDLE}\n'
AT_ONCE = 4
# Git's own commands refuse to make some of these; a repository can hold them all the same.
BRANCHES = (
    "feature/a", "feature-b", "feature-a", "Feature/A", "x" * 250, "😀", "it's", 'say-"hi"', "$(touch${IFS}pwned)",
    "`id`", "-rf", "--help", "a;b&c|d", "%s%n", "{{.Name}}", "<b>",
)  # fmt: skip
NO_BRANCHES = ("a..b", "../../../etc/passwd", "a\nb", "a b", "a\x7fb", "a.lock", "")


def commit(folder: Path) -> str:
    """The commit that is checked out."""
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def check_out(folder: Path, branch: str) -> None:
    """Put HEAD on a branch of any name."""
    if not (folder / ".git" / "packed-refs").exists():
        git(folder, "pack-refs", "--all")
    ref = f"refs/heads/{branch}"
    git(folder, "update-ref", ref, commit(folder))
    git(folder, "symbolic-ref", "HEAD", ref)


@pytest.fixture(scope="module")
def clones(shared_stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """For each branch a clone of the repository that has it checked out."""
    stage = shared_stage
    stage.write(STACK)
    stage.by_branch = True
    git(stage.folder, "init", "--quiet", "--initial-branch=main")
    git(stage.folder, "add", ".")
    git(stage.folder, "commit", "--quiet", "--message=all")
    found: dict[str, Path] = {}
    for branch in BRANCHES:
        folder = tmp_path_factory.mktemp("clone") / "shop"
        git(stage.folder, "clone", "--quiet", str(stage.folder), str(folder))
        check_out(folder, branch)
        found[branch] = folder
    return found


@pytest.fixture(scope="module")
def came_up(shared_stage: Stage, clones: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """What each `up` said, several at a time."""
    said: dict[str, dict[str, Any]] = {}
    for first in range(0, len(BRANCHES), AT_ONCE):
        with ExitStack() as running:
            started = {
                branch: running.enter_context(up(shared_stage, clones[branch]))
                for branch in BRANCHES[first : first + AT_ONCE]
            }
            for branch, process in started.items():
                out, err = process.communicate(timeout=LONGEST)
                assert 0 == process.returncode, f"{branch}: {out}\n{err}"
                said[branch] = json.loads(out)["data"]
    return said


def up(stage: Stage, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        stage.words("up", "--json"),
        cwd=folder,
        env=stage.environ,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_each_branch_must_have_an_environment_of_its_own(
    shared_stage: Stage, came_up: dict[str, dict[str, Any]]
) -> None:
    """As many environments as branches, each listed with its full ref."""
    names = {branch: data["name"] for branch, data in came_up.items()}
    assert len(BRANCHES) == len(set(names.values())), names
    rows = shared_stage.data("ls", "--project", shared_stage.project)["environments"]
    assert {(names[branch], f"refs/heads/{branch}", "running") for branch in BRANCHES} == {
        (row["name"], row["branch"], row["state"]) for row in rows
    }


def test_a_container_must_know_its_branch_as_it_is(shared_stage: Stage, came_up: dict[str, dict[str, Any]]) -> None:
    """No character of a name means anything on the way to the container's environment."""
    for branch, data in came_up.items():
        _, told = shared_stage.inside("app", "cat", "/proc/1/environ", name=data["name"])
        assert f"ENVCTL_BRANCH=refs/heads/{branch}" in told.split("\0")


def test_no_name_must_be_run(clones: dict[str, Path], came_up: dict[str, dict[str, Any]]) -> None:
    """What looks like a command or an option was neither."""
    assert came_up
    assert {folder: ["envctl.toml"] for folder in clones.values()} == {
        folder: sorted(path.name for path in folder.iterdir() if path.name != ".git") for folder in clones.values()
    }


def test_down_must_remove_only_its_own_branch(
    shared_stage: Stage, clones: dict[str, Path], came_up: dict[str, dict[str, Any]]
) -> None:
    """Branches whose names fold to the same are not taken for one another."""
    before = shared_stage.objects()
    shared_stage.did("down", cwd=clones["feature/a"])
    mine = shared_stage.full(came_up["feature/a"]["name"])
    gone = before - shared_stage.objects()
    assert gone
    assert gone == {thing for thing in before if mine in thing}


@pytest.fixture
def scratch(stage: Stage) -> Iterator[Stage]:
    """A repository whose HEAD a test writes itself."""
    stage.write(STACK)
    stage.by_branch = True
    git(stage.folder, "init", "--quiet", "--initial-branch=main")
    yield stage
    (stage.folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")


@pytest.mark.parametrize("branch", NO_BRANCHES)
def test_what_git_calls_no_branch_must_be_refused(scratch: Stage, branch: str) -> None:
    """A HEAD that names what cannot be a branch: status 2, how to go on, and nothing was made."""
    (scratch.folder / ".git" / "HEAD").write_bytes(os.fsencode(f"ref: refs/heads/{branch}\n"))
    error = scratch.refused(2, "up")["error"]
    assert "--env NAME" in error["hint"]
    assert set() == scratch.objects()


@pytest.mark.parametrize("name", ["-rf", "--help", "../x", "a b", "$(id)", "a\nb", "😀", "x" * 250, "A", ""])
def test_a_hostile_name_by_hand_must_be_refused(scratch: Stage, name: str) -> None:
    """`--env` takes only what can be a name, and says what could."""
    error = scratch.refused(2, "up", f"--env={name}")["error"]
    assert error["message"]
    assert set() == scratch.objects()
