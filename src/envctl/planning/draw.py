"""Stack × branch → Blueprint."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from envctl import labels
from envctl.blueprint import Blueprint, Image, references
from envctl.identity import Identity
from envctl.planning.ownership import own_labels
from envctl.stack import Stack, host_settings, secret_sources, workloads
from envctl.text import text
from envctl.workload import Workload


def image_name(service: str) -> str:
    """A service's name as a part of an image's: a Compose project's may hold what that cannot."""
    fold = re.sub(r"[^a-z0-9]+", "-", service.lower()).strip("-")
    return fold if fold == service else f"{fold}-{hashlib.sha256(service.encode()).hexdigest()[:8]}".strip("-")


def draw(stack: Stack, identity: Identity, contents: Mapping[str, str]) -> Blueprint:
    """Decide everything that can be decided without the daemon.

    `contents` has, for each service that is built, the digest of what it is built from; those who only look need none.
    """
    told = {
        "ENVCTL_PROJECT": text(identity.project),
        "ENVCTL_ENVIRONMENT": text(identity.name),
        "ENVCTL_BRANCH": text(identity.branch or ""),
    }
    drawn = tuple(w if w.composed else replace(w, environment={**told, **w.environment}) for w in workloads(stack))
    builders = {w.service: next(o.service for o in drawn if o.build == w.build) for w in drawn if w.build is not None}
    return Blueprint(
        identity=identity,
        labels={**own_labels(identity), labels.CHECKOUT: _plain(stack.root)},
        workloads=drawn,
        images={w.service: _image(stack, w, builders, contents) for w in drawn},
        settings=host_settings(stack),
        composition=stack.composition,
        secrets=secret_sources(stack),
    )


def _plain(folder: Path) -> str:
    """A path as a label can hold it: what is no text in it is replaced."""
    return os.fsencode(folder).decode("utf-8", "replace")


def _image(stack: Stack, workload: Workload, builders: Mapping[str, str], contents: Mapping[str, str]) -> Image:
    """Services that are built from the same are one image, called after the first of them."""
    service = workload.service
    if workload.build is not None:
        content = contents.get(builders[service], "unread")[:16]
        return Image(service, (f"{stack.project}/{image_name(builders[service])}:{content}",), built=True)
    return Image(service, references(workload.image or "", stack.registry))
