"""Everything that is known about an environment which is there, from one look at the daemon."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from envctl import labels
from envctl.identity import Identity
from envctl.lease import Damaged, Found, lease_of
from envctl.observed import Container, Observed
from envctl.ops.project import project_of
from envctl.remains import Part, Remains
from envctl.reports.left import LeftAlone

_OF_PASSWORDS = "password."  # facts by which a changed one is told: nothing to show


def describe(identity: Identity, observed: Observed) -> Remains:
    """The environment in the words of `inspect`."""
    own = [*(c.labels for c in observed.containers), *(v.labels for v in observed.volumes)]
    networks = (*observed.further_networks, *((observed.network,) if observed.network else ()))
    project = project_of(observed)
    branch = next((b for said in own if (b := said.get(labels.BRANCH))), identity.branch)
    return Remains(
        name=identity.name,
        project=identity.project,
        branch=branch,
        checkout=checkout_of(observed),
        lease=lease_words(lease_of(observed.volumes)),
        services=tuple(_part(c) for c in sorted(observed.containers, key=lambda c: c.name)),
        volumes=tuple(v.name for v in observed.volumes),
        networks=tuple(n.name for n in networks),
        left=tuple(LeftAlone(s.what, s.name, s.why) for s in observed.strangers),
        facts={key: said for key, said in observed.record.facts.items() if not key.startswith(_OF_PASSWORDS)},
        plan=project.plan if project else "",
    )


def checkout_of(observed: Observed) -> str:
    """The folder of the stack file that it was made from last, as far as that is known."""
    return next(iter(checkouts_of(observed)), "")


def checkouts_of(observed: Observed) -> tuple[str, ...]:
    """Every folder of a stack file that some part of it was made from, that of the last one first."""
    parts = (*observed.containers, *observed.volumes, *((observed.network,) if observed.network else ()))
    return tuple(dict.fromkeys(part.labels[labels.CHECKOUT] for part in parts if labels.CHECKOUT in part.labels))


def lease_words(found: Found) -> dict[str, Any] | None:
    """A lease as it is shown: times are RFC 3339, spans of time seconds."""
    if found is None:
        return None
    if isinstance(found, Damaged):
        return {"damaged": found.why}
    said = {key: value for key, value in asdict(found).items() if key not in ("terms", "number")}
    plain = {k: v.isoformat(timespec="seconds") if isinstance(v, datetime) else v for k, v in said.items()}
    return {**plain, **asdict(found.terms)}


def _part(container: Container) -> Part:
    own = container.labels
    ports = (value for key, value in own.items() if key == labels.PORT or key.startswith(f"{labels.PORT}."))
    return Part(
        service=container.service,
        container=container.name,
        role=own.get(labels.ROLE, ""),
        kind=own.get(labels.KIND, ""),
        state=container.state,
        health=container.health,
        exit_code=container.exit_code,
        oom_killed=container.oom_killed,
        restarts=container.restarts,
        error=container.error,
        started_at=container.started_at,
        finished_at=container.finished_at,
        image=container.image,
        image_id=container.image_id,
        ports=tuple(sorted(int(port) for port in ports if port.isdecimal())),
        checks=container.checks,
    )
