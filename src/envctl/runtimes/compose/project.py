"""Blueprint × Plan → a Compose project. Pure: it renders, and drives nothing.

The format is Compose's own (compose-spec). Only long forms are used and the document is JSON with `$` doubled, so
that no value can be read as anything but itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.identity import ONE_SHOT
from envctl.observed import ImageDefaults
from envctl.plan import Plan
from envctl.runtimes.compose import wrapped
from envctl.runtimes.compose.composed import composed_labels, composed_service, shared_parts
from envctl.runtimes.compose.mounts import mounts, volumes
from envctl.text import Hole
from envctl.workload import HIDDEN_FILE, Composed, Workload

_WATCH_WHILE_STARTING = "200ms"
_WATCH = (2.0, 10.0)  # seconds between two health checks later on: at least, at most
_RETRIES = 3  # one that is slow for a moment is not ill

_UNREADABLE = "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"

Fill = Callable[[Hole], str]
HostFile = Callable[[str, str], str]  # (service, path in the container) → path on the host
_Image = ImageDefaults | None  # of a service with hidden variables


def before_name(service: str) -> str:
    """The Compose service of a service's one-shot."""
    return service + ONE_SHOT


def render(
    blueprint: Blueprint,
    plan: Plan,
    services: Collection[str],
    fill: Fill,
    host_file: HostFile,
    images: Mapping[str, ImageDefaults],
) -> dict[str, Any]:
    """The project that starts `services`, which others already run beside.

    `fill` knows passwords and ports; the result is for Compose's standard input, never for a disk. `images` says of
    each service with hidden variables how its image starts.
    """
    wanted = [w for w in blueprint.workloads if w.service in services]
    rendered: dict[str, Any] = {}
    for workload in wanted:
        if workload.composed is not None:
            rendered[workload.service] = _composed(blueprint, plan, workload, workload.composed, services)
            continue
        image = images.get(workload.service)
        rendered[workload.service] = _service(blueprint, plan, workload, wanted, fill, image)
        if workload.before is not None:
            rendered[before_name(workload.service)] = _before(blueprint, plan, workload, wanted, fill, image)
    document = {
        "name": blueprint.identity.full,
        "services": rendered,
        "networks": {"default": {"name": blueprint.network, "external": True}},
        "volumes": {key: known for w in wanted for key, known in volumes(blueprint, plan, w).items()},
        "secrets": {_secret(w.service, path): {"file": host_file(w.service, path)} for w in wanted for path in w.paths},
    }
    if blueprint.composition is not None:
        document |= shared_parts(blueprint, blueprint.composition)
    return {key: escaped(value) for key, value in document.items()}


def written(project: Mapping[str, Any]) -> bytes:
    """The project as Compose reads it: JSON that is YAML too.

    JSON writes what is beyond 16 bits as two escapes, which YAML refuses, and leaves alone what YAML takes for a line
    break or refuses. Halves of such pairs are no text at all; they stand for bytes of a branch's name.
    """
    document = json.dumps(project, ensure_ascii=False)
    whole = re.sub("[\ud800-\udfff]", "\ufffd", document)
    return re.sub(_UNREADABLE, lambda found: f"\\u{ord(found[0]):04x}", whole).encode()


def _service(
    blueprint: Blueprint,
    plan: Plan,
    workload: Workload,
    started: list[Workload],
    fill: Fill,
    image: _Image,
) -> dict[str, Any]:
    service = workload.service
    port = plan.ports.get(service)
    return {
        **_common(blueprint, plan, workload, fill),
        "container_name": blueprint.container(service),
        "labels": _own_labels(blueprint, plan, workload),
        **_started_by(workload, workload.command, image),
        **_optional(
            healthcheck=_healthcheck(workload, image),
            ports=_ports(workload, port),
        ),
        "depends_on": _needs(workload, started, with_before=True),
    }


def _composed(
    blueprint: Blueprint, plan: Plan, workload: Workload, composed: Composed, started: Collection[str]
) -> dict[str, Any]:
    own = {**composed_labels(plan, workload, composed), **_own_labels(blueprint, plan, workload)}
    return {**composed_service(blueprint, plan, workload, composed, started), "labels": own}


def _own_labels(blueprint: Blueprint, plan: Plan, workload: Workload) -> dict[str, str]:
    port = plan.ports.get(workload.service)
    return {
        **_labels(blueprint, workload, "service"),
        labels.DIGEST: plan.digests[workload.service],
        **({labels.PORT: str(port)} if port else {}),
        **({labels.PUBLIC: "true"} if workload.public else {}),
    }


def _before(
    blueprint: Blueprint,
    plan: Plan,
    workload: Workload,
    started: list[Workload],
    fill: Fill,
    image: _Image,
) -> dict[str, Any]:
    name = before_name(workload.service)
    return {
        **_common(blueprint, plan, workload, fill),
        "container_name": blueprint.container(name),
        "labels": _labels(blueprint, workload, "before"),
        **_started_by(workload, workload.before, image),
        "healthcheck": {"disable": True},
        "depends_on": _needs(workload, started, with_before=False),
    }


def _common(blueprint: Blueprint, plan: Plan, workload: Workload, fill: Fill) -> dict[str, Any]:
    return {
        "image": plan.images[workload.service],
        "pull_policy": "never",
        "restart": "no",
        "environment": {name: value.fill(fill) for name, value in workload.environment.items()},
        "networks": {"default": None},
        "stop_grace_period": f"{workload.stop_grace:g}s",
        **_limits(workload),
        **_optional(
            volumes=mounts(blueprint, plan, workload),
            secrets=[{"source": _secret(workload.service, path), "target": path} for path in workload.paths],
        ),
    }


def _labels(blueprint: Blueprint, workload: Workload, role: str) -> dict[str, str]:
    return {
        **blueprint.labels,
        labels.SERVICE: workload.service,
        labels.KIND: workload.kind,
        labels.ROLE: role,
        **({labels.HIDDEN: HIDDEN_FILE} if workload.hidden else {}),
    }


def _started_by(workload: Workload, argv: tuple[str, ...] | None, image: _Image) -> dict[str, Any]:
    """Entry and command; with hidden variables both are said in full, because Compose then forgets the image's own."""
    if image is None:
        return _optional(entrypoint=_list(workload.entrypoint), command=_list(argv))
    whole = wrapped.command(workload, image) if argv is None else argv
    entrypoint = wrapped.through_shell(wrapped.entry(workload, image))
    return _optional(entrypoint=_list(entrypoint), command=_list(whole))


def _needs(workload: Workload, started: list[Workload], *, with_before: bool) -> dict[str, Any]:
    """What Compose waits for. Services that are not started now are up already."""
    by_name = {w.service: w for w in started}
    needs: dict[str, Any] = {}
    for need in workload.needs:
        if need in by_name:
            condition = "service_healthy" if by_name[need].probe else "service_started"
            needs[need] = {"condition": condition, "required": True}
    if with_before and workload.before is not None:
        needs[before_name(workload.service)] = {"condition": "service_completed_successfully", "required": True}
    return needs


def _healthcheck(workload: Workload, image: _Image) -> dict[str, Any] | None:
    if workload.probe is None:
        own = wrapped.health(image) if image else ()
        return {"test": ["CMD", *wrapped.through_shell(own)]} if own else None
    command = workload.probe.command
    start_period, interval = _rhythm(workload.probe.patience)
    return {
        "test": ["CMD", *(wrapped.through_shell(command) if image else command)],
        "start_period": f"{start_period:g}s",
        "start_interval": _WATCH_WHILE_STARTING,
        "interval": f"{interval:g}s",
        "timeout": "5s",
        "retries": _RETRIES,
    }


def _rhythm(patience: float) -> tuple[float, float]:
    """(start_period, interval) with which a service that never answers is unhealthy when its patience is over.

    Docker counts failures from the end of the start period on: the first at once, each further one an interval later.
    """
    least, most = _WATCH
    interval = round(min(max(patience / 6, least), most), 1)
    return max(patience - (_RETRIES - 1) * interval, patience / 2), interval


def _ports(workload: Workload, published: int | None) -> list[dict[str, Any]]:
    if workload.port is None or published is None:
        return []
    return [
        {
            "target": workload.port,
            "published": str(published),
            "host_ip": "127.0.0.1",
            "protocol": "tcp",
            "mode": "host",
        }
    ]


def _limits(workload: Workload) -> dict[str, Any]:
    limits = workload.limits
    return _optional(
        mem_limit=limits.memory,
        memswap_limit=limits.memory,  # no swap beside it, or the limit would be twice as high as it says
        cpus=limits.cpus,
        pids_limit=limits.pids,
    )


def _secret(service: str, path: str) -> str:
    return f"{service}_{path.rpartition('/')[2]}"  # no service's name holds _


def _list(words: tuple[str, ...] | None) -> list[str] | None:
    return None if words is None else list(words)


def _optional(**values: Any) -> dict[str, Any]:
    """Only what is said."""
    return {key: value for key, value in values.items() if value not in (None, [], {})}


def escaped(value: Any) -> Any:
    """Every string as Compose must read it to get it back: it replaces `$…` in values, not in keys of mappings."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: escaped(content) for key, content in value.items()}
    if isinstance(value, list):
        return [escaped(item) for item in value]
    return value
