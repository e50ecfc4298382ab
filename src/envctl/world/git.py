"""What git says of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.world.shell import NOT_FOUND, Shell

_ENGLISH = {"LC_ALL": "C"}  # its messages are read
_BY_HAND = "Name the environment yourself: `--env NAME`."
_DETACHED = (
    "Name the environment yourself, `--env NAME`, or the branch that the commit is of: `export ENVCTL_BRANCH=NAME`."
)


def branch(shell: Shell, folder: Path) -> str:
    """The full ref that is checked out in a folder. Raises EnvctlError(USAGE) where there is none."""
    head = shell.run(("git", "-C", str(folder), "symbolic-ref", "--quiet", "HEAD"), env=_ENGLISH)
    if head.status == 0:
        return head.stdout.decode("utf-8", "surrogateescape").strip()
    if head.status == 1:
        raise EnvctlError(Exit.USAGE, f"{folder} has no branch checked out (detached HEAD)", hint=_DETACHED)
    if head.status == NOT_FOUND:
        raise EnvctlError(Exit.USAGE, "git is not installed, so there is no branch to go by", hint=_BY_HAND)
    reason = head.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ").splitlines()
    outside = not reason or "not a git repository" in reason[0]
    what = f"{folder} is not in a git repository" if outside else f"git cannot read {folder}: {reason[0]}"
    raise EnvctlError(Exit.USAGE, what, hint=_BY_HAND)


def top(shell: Shell, folder: Path) -> Path | None:
    """The top folder of the work tree that holds a folder."""
    answer = shell.run(("git", "-C", str(folder), "rev-parse", "--show-toplevel"))
    return Path(answer.stdout.decode("utf-8", "surrogateescape").strip()) if answer.status == 0 else None


def common_folder(shell: Shell, folder: Path) -> Path | None:
    """The folder of the repository itself, which all its work trees share; None where there is none."""
    if not folder.is_dir():
        return None
    asked = ("git", "-C", str(folder), "rev-parse", "--path-format=absolute", "--git-common-dir")
    answer = shell.run(asked, env=_ENGLISH)
    return Path(answer.stdout.decode("utf-8", "surrogateescape").rstrip("\n")) if answer.status == 0 else None


def commit_of(shell: Shell, folder: Path, name: str) -> str | None:
    """The full hash of a commit of a repository; None where it has none of that name."""
    if not folder.is_dir():
        return None
    asked = ("git", "-C", str(folder), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    answer = shell.run(asked, env=_ENGLISH)
    return answer.stdout.decode("ascii", "replace").strip() if answer.status == 0 else None


def uncommitted(shell: Shell, folder: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Files below a folder that are called so and that git does not hold, ignored or not; relative to the folder."""
    wanted = [f":(glob)**/{name}" for name in names]
    answer = shell.run(("git", "-C", str(folder), "ls-files", "--others", "-z", "--", *wanted), env=_ENGLISH)
    found = answer.stdout.decode("utf-8", "surrogateescape").split("\0") if answer.status == 0 else []
    return tuple(Path(name) for name in found if name)


def add_worktree(shell: Shell, common: Path, path: Path, commit: str) -> str | None:
    """Check a commit out in a new folder. Returns what git complained of."""
    argv = ("git", f"--git-dir={common}", "worktree", "add", "--detach", "--force", "--quiet", str(path), commit)
    answer = shell.run(argv, env=_ENGLISH)
    said = answer.stderr.decode("utf-8", "replace").strip()
    return None if answer.status == 0 else said.removeprefix("fatal: ").partition("\n")[0] or "it does not say why"


def check_out(shell: Shell, path: Path, commit: str) -> bool:
    """Make a work tree what a commit says, whatever is in it; False where it is none or that cannot be done."""
    if not path.is_dir() or top(shell, path) != path.resolve():
        return False
    argv = ("git", "-C", str(path), "checkout", "--detach", "--force", "--quiet", commit, "--")
    return shell.run(argv, env=_ENGLISH).status == 0


def remove_worktree(shell: Shell, common: Path, path: Path) -> None:
    """Remove a work tree with all that is in it, if it is there."""
    shell.run(("git", f"--git-dir={common}", "worktree", "remove", "--force", "--force", str(path)), env=_ENGLISH)
    shell.run(("git", f"--git-dir={common}", "worktree", "prune"), env=_ENGLISH)
