"""The story of `status`."""

from __future__ import annotations

from envctl import labels
from envctl.observed import Container, Observed
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.reports.status import ServiceStatus, Status


def status(here: Here) -> Status:
    """How this branch's environment is."""
    return status_of(here, observe(here.world, here.identity))


def status_of(here: Here, observed: Observed) -> Status:
    """The same of what was observed already: the stack's services in their order, then what runs beside them."""
    kinds = {name: service.kind for name, service in here.stack.services.items()}
    beside = {c.service for c in observed.containers if c.labels.get(labels.ROLE) == "service"} - kinds.keys()
    services = tuple(
        service_status(name, kinds.get(name), observed.container(name)) for name in (*kinds, *sorted(beside))
    )
    return Status(here.identity.name, here.identity.project, here.identity.branch, state_of(services), services)


def service_status(name: str, kind: str | None, container: Container | None) -> ServiceStatus:
    """One service as its container shows it."""
    if container is None:
        return ServiceStatus(name, kind or "", "absent", None)
    port = container.labels.get(labels.PORT)
    up = container.state == "running"
    address = f"127.0.0.1:{port}" if port and up else None
    public = container.labels.get(labels.PUBLIC) == "true"
    return ServiceStatus(
        name=name,
        kind=kind or container.labels.get(labels.KIND, ""),
        state="finished" if container.finished else container.state,
        health=container.health if up else None,
        address=address,
        url=f"http://{address}" if address and public else None,
        image=container.image,
        exit_code=container.exit_code,
        started_at=container.started_at,
    )


def state_of(services: tuple[ServiceStatus, ...]) -> str:
    """running: all are or are finished, none is ill · partial: some are · paused: all are that do not stand still ·
    stopped: none is running or paused · absent: there are none."""
    if all(s.state == "absent" for s in services):
        return "absent"
    if all(s.state == "finished" or (s.state == "running" and s.health in (None, "healthy")) for s in services):
        return "running"
    if any(s.state == "running" for s in services):
        return "partial"
    return "paused" if any(s.state == "paused" for s in services) else "stopped"
