"""Which texts can be a branch, by git's own rules. Asks nobody: a machine without git can be told its branch too."""

from __future__ import annotations

import re

from envctl.errors import EnvctlError, Exit

BRANCH = "ENVCTL_BRANCH"
_HEADS = "refs/heads/"
# Git refuses these within a ref (git-check-ref-format): they mean something else to it, or to a file system.
_NEVER = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|\Z)|[./]\Z")


def full_ref(branch: str) -> str:
    """The full ref of a branch's name, or of what is one already. Raises EnvctlError(USAGE) for what git refuses."""
    ref = branch if branch.startswith("refs/") else f"{_HEADS}{branch}"
    if ref.count("/") < 2 or _NEVER.search(ref):  # noqa: PLR2004 – refs/KIND/NAME
        raise EnvctlError(
            Exit.USAGE,
            f"{BRANCH} is {branch!r}, which cannot be the name of a branch",
            unchanged="Nothing was changed.",
            hint=f"Set {BRANCH} to a branch or a full ref (feature/a, refs/heads/feature/a), or unset it.",
        )
    return ref
