"""Which environment a command is for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.events import nobody
from envctl.ops.setting import branch_of, here
from envctl.world import World, real_world
from tests.scenarios.stage import git

STACK = '[project]\nname = "shop"\n[services.app]\nimage = "none"\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """On the branch main, with a stack file."""
    (tmp_path / "envctl.toml").write_text(STACK)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=all")
    return tmp_path


def world(environ: Mapping[str, str], path: str | None = None) -> World:
    """One in which these variables are set beside PATH."""
    return real_world(nobody, {"PATH": os.environ["PATH"] if path is None else path, **environ})


def test_git_says_the_branch(repository: Path) -> None:
    """Where no variable does; one that is empty, as CI leaves it, says nothing."""
    assert "refs/heads/main" == branch_of(world({}), repository) == branch_of(world({"ENVCTL_BRANCH": ""}), repository)


def test_the_variable_wins_over_git(repository: Path) -> None:
    """A branch's name or a full ref, whatever is checked out."""
    assert "refs/heads/feature/a" == branch_of(world({"ENVCTL_BRANCH": "feature/a"}), repository)
    assert "refs/tags/v1" == branch_of(world({"ENVCTL_BRANCH": "refs/tags/v1"}), repository)


def test_a_commit_alone_has_no_branch_but_the_variable_s(repository: Path) -> None:
    """On a detached HEAD git knows none, and the error names both ways out."""
    git(repository, "checkout", "--quiet", "--detach")
    assert "refs/heads/feature/a" == branch_of(world({"ENVCTL_BRANCH": "feature/a"}), repository)
    with pytest.raises(EnvctlError) as caught:
        branch_of(world({}), repository)
    assert Exit.USAGE == caught.value.code
    assert "--env NAME" in caught.value.hint
    assert "ENVCTL_BRANCH" in caught.value.hint


def test_the_variable_needs_no_git(tmp_path: Path) -> None:
    """Neither the program nor a repository."""
    assert "refs/heads/main" == branch_of(world({"ENVCTL_BRANCH": "main"}, path=str(tmp_path)), tmp_path)


@pytest.mark.parametrize("said", ["$(touch pwned)", "a\nb", "../x", "refs/heads/"])
def test_what_cannot_be_a_branch_is_no_reason_to_ask_git(repository: Path, said: str) -> None:
    """A wrong value is refused, not passed over."""
    with pytest.raises(EnvctlError) as caught:
        branch_of(world({"ENVCTL_BRANCH": said}), repository)
    assert Exit.USAGE == caught.value.code


def test_two_branches_whose_names_look_alike_are_two_environments(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is made of the whole ref that the variable says."""
    names = set()
    for said in ("feature/a", "feature-a", "Feature/A", "refs/tags/feature-a"):
        monkeypatch.setenv("ENVCTL_BRANCH", said)
        names.add(here(repository / "envctl.toml", None, nobody).identity.name)
    assert 4 == len(names)
