"""Which branch is checked out, asked of the real git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.world.git import (
    add_worktree,
    branch,
    check_out,
    commit_of,
    common_folder,
    remove_worktree,
    top,
    uncommitted,
)
from envctl.world.shell import Shell

Git = Callable[..., None]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in which no configuration of the machine's changes git's answers."""
    return Shell({"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository on the branch `main`, without a commit."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    return folder


def git(folder: Path, *words: str) -> None:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(("git", "-C", str(folder), *author, *words), check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "first")


def refused(shell: Shell, folder: Path) -> EnvctlError:
    with pytest.raises(EnvctlError) as caught:
        branch(shell, folder)
    assert Exit.USAGE == caught.value.code
    assert "--env NAME" in caught.value.hint
    return caught.value


@pytest.mark.parametrize("name", ["main", "feature/a", "Feature/A", "ünïcode/😀", "it's", "$(id)", 'say-"hi"'])
def test_a_branch_is_its_full_ref(shell: Shell, repository: Path, name: str) -> None:
    """Whatever characters git allows in its name."""
    commit(repository)
    git(repository, "checkout", "--quiet", "-B", name)
    assert f"refs/heads/{name}" == branch(shell, repository)


def test_a_branch_without_a_commit_is_a_branch(shell: Shell, repository: Path) -> None:
    """As in a repository made a minute ago."""
    assert "refs/heads/main" == branch(shell, repository)


def test_a_folder_of_a_repository_is_on_its_branch(shell: Shell, repository: Path) -> None:
    """A stack file need not lie at the top."""
    (repository / "deep" / "down").mkdir(parents=True)
    assert "refs/heads/main" == branch(shell, repository / "deep" / "down")
    assert repository == top(shell, repository / "deep" / "down")


def test_each_work_tree_is_on_its_own_branch(shell: Shell, repository: Path, tmp_path: Path) -> None:
    """Two of one repository are two environments."""
    commit(repository)
    git(repository, "worktree", "add", "--quiet", "-b", "other", str(tmp_path / "other"))
    assert ("refs/heads/main", "refs/heads/other") == (branch(shell, repository), branch(shell, tmp_path / "other"))


def test_a_branch_that_is_no_text_stays_what_it_is(shell: Shell, repository: Path) -> None:
    """Bytes that are not UTF-8 come through."""
    commit(repository)
    subprocess.run((b"git", b"-C", os.fsencode(repository), b"checkout", b"--quiet", b"-b", b"caf\xe9"), check=True)
    assert b"refs/heads/caf\xe9" == os.fsencode(branch(shell, repository))


def test_a_detached_head_is_no_branch(shell: Shell, repository: Path) -> None:
    """As CI systems check out: the hint is to name the environment."""
    commit(repository)
    git(repository, "checkout", "--quiet", "--detach")
    assert f"{repository} has no branch checked out (detached HEAD)" == refused(shell, repository).message


def test_outside_a_repository_there_is_no_branch(shell: Shell, tmp_path: Path) -> None:
    """In whatever language git speaks."""
    shell.environ["LC_ALL"] = "de_DE.UTF-8"
    shell.environ["LANGUAGE"] = "de"
    assert f"{tmp_path} is not in a git repository" == refused(shell, tmp_path).message
    assert top(shell, tmp_path) is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_repository_that_git_will_not_read_says_why(shell: Shell, repository: Path) -> None:
    """Somebody else's, for one: git's own reason is passed on."""
    os.chown(repository, 4711, 4711)
    assert "detected dubious ownership" in refused(shell, repository).message


def test_without_git_the_environment_must_be_named(tmp_path: Path) -> None:
    """A machine without git is no fault of the stack."""
    assert "git is not installed" in refused(Shell({"PATH": str(tmp_path)}), tmp_path).message


def test_a_submodule_is_a_repository_of_its_own(shell: Shell, repository: Path, tmp_path: Path) -> None:
    """A stack file in it goes by its own branch, not by that of the repository around it."""
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet", "--initial-branch", "inner-main")
    commit(inner)
    commit(repository)
    git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(inner), "part")
    assert ("refs/heads/main", "refs/heads/inner-main") == (
        branch(shell, repository),
        branch(shell, repository / "part"),
    )
    git(repository / "part", "checkout", "--quiet", "--detach")  # as `git submodule update` leaves it
    assert f"{repository}/part has no branch checked out (detached HEAD)" == refused(shell, repository / "part").message


def test_a_bare_repository_has_a_branch_too(shell: Shell, tmp_path: Path) -> None:
    """Its HEAD says which, though nothing is checked out."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", "bare.git")
    assert "refs/heads/main" == branch(shell, tmp_path / "bare.git")


def test_a_work_tree_is_put_right_where_it_is(shell: Shell, repository: Path, tmp_path: Path) -> None:
    """What was changed or is missing in it is as the commit says; neither a plain folder nor an unknown commit is."""
    (repository / "file").write_text("one")
    git(repository, "add", "file")
    commit(repository)
    first = commit_of(shell, repository, "HEAD")
    common = common_folder(shell, repository)
    assert first is not None
    assert common is not None
    path = common / "envctl" / "it"
    path.mkdir(parents=True)
    assert not check_out(shell, path, first)
    path.rmdir()
    assert None is add_worktree(shell, common, path, first)
    (path / "file").write_text("two")
    assert check_out(shell, path, first)
    (path / "file").unlink()
    assert check_out(shell, path, first)
    assert "one" == (path / "file").read_text()
    assert not check_out(shell, path, "0" * 40)
    remove_worktree(shell, common, path)
    assert not path.exists()
    assert "already exists" in str(add_worktree(shell, common, repository, first))


def test_files_that_no_commit_holds_are_found_by_their_name(shell: Shell, repository: Path) -> None:
    """Ignored or not, in every folder below; those of a commit are not among them."""
    for name in (".env", "api/.env.local", "api/name with\nline.env", "held.env", "other"):
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text("A=b")
    (repository / ".gitignore").write_text(".env\n")
    git(repository, "add", "held.env")
    commit(repository)
    found = uncommitted(shell, repository, ("*.env", ".env.*"))
    assert {".env", "api/.env.local", "api/name with\nline.env"} == {str(path) for path in found}
    assert () == uncommitted(shell, repository / "nowhere", ("*",))
