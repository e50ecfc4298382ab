"""What is provably ours: our labels, and the name that our own rule derives from them."""

from __future__ import annotations

from collections.abc import Mapping

from envctl import labels
from envctl.identity import Identity


def identity_of(object_labels: Mapping[str, str]) -> Identity | None:
    """The environment an object says it belongs to."""
    project, name = object_labels.get(labels.PROJECT), object_labels.get(labels.ENVIRONMENT)
    return Identity(project, name, object_labels.get(labels.BRANCH)) if project and name else None


def is_ours(name: str, object_labels: Mapping[str, str]) -> bool:
    """Whether an object is an environment's: it carries the labels and has the name they derive."""
    identity = identity_of(object_labels)
    return identity is not None and (name == identity.full or name.startswith(f"{identity.full}_"))
