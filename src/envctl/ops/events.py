"""The story of `events`."""

from __future__ import annotations

from collections.abc import Iterator

from envctl import labels
from envctl.identity import Identity
from envctl.observed import Container, Happening
from envctl.ops.moments import moment
from envctl.ops.setting import Here
from envctl.planning.ownership import is_ours
from envctl.reports.events import DaemonEvent

# The daemon's word → ours. What is not here is of no interest: exec, attach, top, mount …
_WORDS = {
    "create": "created",
    "start": "started",
    "die": "exited",
    "kill": "signalled",
    "oom": "out of memory",
    "pause": "paused",
    "unpause": "resumed",
    "destroy": "removed",
    "health_status: healthy": "healthy",
    "health_status: unhealthy": "unhealthy",
}


def events(here: Here, *, since: str | None = None, until: str | None = None) -> Iterator[DaemonEvent]:
    """What happens to this branch's environment from now on, or since then, and until then."""
    begin = None if since is None else moment(since, "--since")
    end = None if until is None else moment(until, "--until")
    return _told(here, begin, end)


def _told(here: Here, begin: float | None, end: float | None) -> Iterator[DaemonEvent]:
    for happening in here.world.engine.happenings(since=begin, until=end):
        event = _event(here.identity, happening)
        if event is not None:
            yield event


def _event(identity: Identity, seen: Happening) -> DaemonEvent | None:
    """The event in our words; None for what is not this environment's."""
    what = _WORDS.get(seen.action)
    if what is None or not _concerns(identity, seen):
        return None
    if seen.kind == "container":
        service = seen.attributes.get(labels.SERVICE) or None
        detail = _detail(what, seen)
        if seen.attributes.get(labels.ROLE) == "before":
            detail = ", ".join(filter(None, ("what comes before it", detail)))
        return DaemonEvent(seen.time, service, what, seen.kind, seen.name, detail)
    return DaemonEvent(seen.time, None, what, seen.kind, seen.name)


def _concerns(identity: Identity, seen: Happening) -> bool:
    """Containers carry their labels into events; networks and volumes only their names, which only ours may have."""
    if seen.kind == "container":
        told = Container("", seen.name, seen.attributes, image="", state="")
        own = (seen.attributes.get(labels.PROJECT), seen.attributes.get(labels.ENVIRONMENT))
        return own == (identity.project, identity.name) and is_ours(told)
    return seen.name == identity.full or seen.name.startswith(f"{identity.full}_")


def _detail(what: str, seen: Happening) -> str | None:
    if what == "exited":
        return f"status {seen.attributes.get('exitCode', '?')}"
    return f"signal {seen.attributes.get('signal', '?')}" if what == "signalled" else None
