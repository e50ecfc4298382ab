"""Forges: what they know of branches, and comments on their pull requests. One file a kind."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.forge import Repository
from envctl.forges.base import Forge
from envctl.forges.github import GitHub
from envctl.forges.gitlab import GitLab

KINDS: tuple[type[GitHub] | type[GitLab], ...] = (GitHub, GitLab)

__all__ = ["KINDS", "Forge", "forge_of"]


def forge_of(repository: Repository, environ: Mapping[str, str]) -> Forge | None:
    """The forge that a repository is on, by its host and the caller's variables; None when it is none we know."""
    return next((forge for kind in KINDS if (forge := kind.of(repository, environ)) is not None), None)
