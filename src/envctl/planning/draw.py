"""Stack × branch → Blueprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from envctl import labels
from envctl.blueprint import Blueprint, Image, references
from envctl.identity import Identity
from envctl.stack import Stack, host_settings, workloads
from envctl.text import text
from envctl.workload import Workload


def draw(stack: Stack, identity: Identity, contents: Mapping[str, str]) -> Blueprint:
    """Decide everything that can be decided without the daemon.

    `contents` has, for each service that is built, the digest of what it is built from; those who only look need none.
    """
    told = {
        "ENVCTL_PROJECT": text(identity.project),
        "ENVCTL_ENVIRONMENT": text(identity.name),
        "ENVCTL_BRANCH": text(identity.branch or ""),
    }
    drawn = tuple(replace(w, environment={**told, **w.environment}) for w in workloads(stack))
    return Blueprint(
        identity=identity,
        labels=own_labels(identity),
        workloads=drawn,
        images={w.service: _image(stack, w, contents) for w in drawn},
        settings=host_settings(stack),
    )


def own_labels(identity: Identity) -> dict[str, str]:
    """The labels that every object of an environment carries."""
    branch = {labels.BRANCH: identity.branch} if identity.branch else {}
    return {labels.PROJECT: identity.project, labels.ENVIRONMENT: identity.name, **branch}


def _image(stack: Stack, workload: Workload, contents: Mapping[str, str]) -> Image:
    service = workload.service
    if workload.build is not None:
        return Image(service, (f"{stack.project}/{service}:{contents.get(service, 'unread')[:16]}",), built=True)
    return Image(service, references(workload.image or "", stack.registry))
