"""How an environment gets its name."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from envctl.errors import EnvctlError, Exit

if TYPE_CHECKING:  # completion needs no more than the names, at once
    from envctl.identity import Identity

LONGEST = 32  # project (30) + "_" + name stay within a DNS label (63)
_HASH = 8
_LONGEST_PROJECT = 30
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


def environment_name(ref: str) -> str:
    """The environment of a full git ref: a readable fold of it and a hash of all of it, at most 32 characters.

    `refs/heads/feature/a`, `refs/heads/feature-a` and `refs/heads/Feature/A` get three names.
    """
    short = re.sub(r"^refs/(heads|tags|remotes)/", "", ref)
    fold = re.sub(r"[^a-z0-9]+", "-", short.lower()).strip("-")[: LONGEST - _HASH - 1].strip("-")
    digest = hashlib.sha256(ref.encode("utf-8", "surrogateescape")).hexdigest()[:_HASH]
    return f"{fold}-{digest}" if fold else f"branch-{digest}"


def of_branch(project: str, ref: str) -> Identity:
    """The environment of a branch."""
    from envctl.identity import Identity

    return Identity(project, environment_name(ref), ref)


def by_hand(project: str, name: str) -> Identity:
    """The environment of a name somebody typed. Raises EnvctlError(USAGE) for one that cannot be."""
    if not _NAME.fullmatch(name):
        raise EnvctlError(
            Exit.USAGE,
            f"{name!r} cannot be the name of an environment",
            hint=f"Use at most {LONGEST} of a-z, 0-9 and -, such as `--env {_suggestion(name)}`.",
        )
    from envctl.identity import Identity

    return Identity(project, name)


def project_name(folder: str) -> str:
    """A project's name from a folder's, folded to the rule of the stack file."""
    fold = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")
    return re.sub(r"^[^a-z]+", "", fold)[:_LONGEST_PROJECT].strip("-") or "project"


def _suggestion(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST].strip("-") or "try-1"
