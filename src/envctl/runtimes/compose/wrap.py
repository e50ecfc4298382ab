"""A team's Compose project, as `docker compose config` shows it → what an environment takes over of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from envctl.composition import DEFAULT_NETWORK, Composition
from envctl.workload import Composed, Limits, Mount, Port, Recipe, Workload

Document = Mapping[str, Any]

# What the environment says in its own words, or what means nothing once services are started by name.
_TAKEN_OUT = (
    "build", "container_name", "depends_on", "develop", "image", "ports", "profiles", "pull_policy", "scale",
)  # fmt: skip
_RUNS_ON = ("always", "unless-stopped")
_COMPLETED = "service_completed_successfully"
KIND = "compose"


def plain(value: Any) -> Any:
    """Compose prints each `$` doubled; this takes it back."""
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, Mapping):
        return {plain(key): plain(content) for key, content in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def variables(document: Document) -> tuple[str, ...]:
    """The variables that secrets and configs are filled from."""
    parts = [*(document.get("secrets") or {}).values(), *(document.get("configs") or {}).values()]
    return tuple(sorted({part["environment"] for part in parts if (part or {}).get("environment")}))


def wrap(
    document: Document, public: Collection[str], values: Mapping[str, str], warnings: Collection[str] = ()
) -> Composition:
    """What an environment of this project consists of. What it cannot be isolated from is refused before.

    `public` names the services that people open; `values` has what `variables` asks for.
    """
    services: Mapping[str, Document] = document.get("services") or {}
    recipes = {name: _recipe(document, service) for name, service in services.items() if service.get("build")}
    named = {services[name]["image"]: recipe for name, recipe in recipes.items() if services[name].get("image")}
    completed = {
        need
        for service in services.values()
        for need, wait in (service.get("depends_on") or {}).items()
        if wait.get("condition") == _COMPLETED
    }
    workloads = tuple(
        _workload(
            name,
            service,
            services,
            # An image that another service of the project builds is that one, and not a registry's.
            recipes.get(name) or named.get(service.get("image", "")),
            public=name in public,
            completed=name in completed,
        )
        for name, service in services.items()
    )
    used = {mount.volume for work in workloads for mount in work.mounts}
    return Composition(
        workloads=workloads,
        networks={key: value or {} for key, value in (document.get("networks") or {}).items()},
        volumes={key: value or {} for key, value in (document.get("volumes") or {}).items() if key in used},
        secrets=_nameless(document.get("secrets")),
        configs=_nameless(document.get("configs")),
        variables=values,
        notices=(*warnings, *_notices(document)),
    )


def _nameless(parts: Document | None) -> dict[str, Document]:
    return {key: {word: v for word, v in part.items() if word != "name"} for key, part in (parts or {}).items()}


def _notices(document: Document) -> Iterator[str]:
    for name, network in (document.get("networks") or {}).items():
        if (network or {}).get("enable_ipv6"):
            yield f"the network {name} has no IPv6: an environment's subnets are IPv4"
        if (network or {}).get("external"):
            yield f"the external network {name} is not joined: the environment has one of its own in its place"


def _workload(
    name: str,
    service: Document,
    services: Mapping[str, Document],
    recipe: Recipe | None,
    *,
    public: bool,
    completed: bool,
) -> Workload:
    networks = _networks(service)
    definition = {key: value for key, value in service.items() if key not in _TAKEN_OUT and value is not None}
    definition |= {"networks": networks} if networks else {}
    ports = _published(service)
    first = next((port for port in ports if port.protocol == "tcp"), None)
    waits = {need: dict(wait) for need, wait in (service.get("depends_on") or {}).items() if need in services}
    return Workload(
        service=name,
        kind=KIND,
        image=None if recipe else service["image"],
        build=recipe,
        mounts=tuple(dict.fromkeys(_mounts(service))),
        port=first.target if first else None,
        further_ports=tuple(port for port in ports if port is not first),
        public=public,
        needs=tuple(waits),
        limits=limits_of(service),
        composed=Composed(
            definition=definition,
            waits=waits,
            networks=tuple(networks),
            bound=tuple(sorted({*_bound(service, waits)} & services.keys())),
            ends="once" if completed else "always" if _may_end(service) else "",
            may_pull=service.get("pull_policy") != "never",
        ),
    )


def _recipe(document: Document, service: Document) -> Recipe:
    """Tags are left out: they are names that every environment would give to an image of its own."""
    definition = {key: value for key, value in service["build"].items() if key != "tags" and value is not None}
    context = _here(definition.get("context", ""))
    dockerfile = None
    if context is not None and "dockerfile_inline" not in definition:
        dockerfile = context / definition.get("dockerfile", "Dockerfile")
    contexts = definition.get("additional_contexts") or {}
    secrets = {secret["source"] for secret in definition.get("secrets") or ()}
    return Recipe(
        definition=definition,
        context=context,
        dockerfile=dockerfile,
        folders=tuple(folder for each in contexts.values() if (folder := _here(each)) is not None),
        args={key: value for key, value in (definition.get("args") or {}).items() if value is not None},
        secrets={key: part for key, part in _nameless(document.get("secrets")).items() if key in secrets},
        platform=service.get("platform"),
    )


def _here(context: str) -> Path | None:
    """A folder of this machine: Compose has made its path absolute."""
    return Path(context) if context.startswith("/") else None


def _networks(service: Document) -> dict[str, Document]:
    """A service's networks. What it was called by as a container still leads to it."""
    found: dict[str, Document] = {}
    called = service.get("container_name")
    for network, settings in (service.get("networks") or {}).items():
        kept = {key: value for key, value in (settings or {}).items() if value is not None}
        if called:
            kept["aliases"] = list(dict.fromkeys([*(kept.get("aliases") or ()), called]))
        found[network] = kept
    return found or ({} if service.get("network_mode") else {DEFAULT_NETWORK: {}})


def _published(service: Document) -> list[Port]:
    """Each published port of the container, once."""
    ports = (Port(int(port["target"]), port.get("protocol") or "tcp") for port in service.get("ports") or ())
    return list(dict.fromkeys(ports))


def _mounts(service: Document) -> Iterator[Mount]:
    for mount in service.get("volumes") or ():
        if mount.get("type") == "volume" and mount.get("source"):
            yield Mount(mount["source"], mount["target"])


def _bound(service: Document, waits: Mapping[str, Document]) -> Iterator[str]:
    """The services whose container is a part of this one's, and those it is to be restarted with."""
    yield from (need for need, wait in waits.items() if wait.get("restart"))
    yield from (link.partition(":")[0] for link in service.get("links") or ())
    yield from (source.partition(":")[0] for source in service.get("volumes_from") or ())
    for key in ("network_mode", "pid", "ipc"):
        kind, _, other = str(service.get(key) or "").partition(":")
        if kind == "service":
            yield other


def _may_end(service: Document) -> bool:
    """Whether an end with status 0 may be what is meant: nobody calls it, and nothing would start it again."""
    policy = str(service.get("restart") or "no").partition(":")[0]
    elsewhere = ((service.get("deploy") or {}).get("restart_policy") or {}).get("condition", "none")
    return not (policy in _RUNS_ON or elsewhere == "any" or service.get("ports") or service.get("healthcheck"))


def limits_of(service: Document) -> Limits:
    """What a definition itself says that a service may use."""
    deployed = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    memory, cpus = service.get("mem_limit") or deployed.get("memory"), service.get("cpus") or deployed.get("cpus")
    pids = service.get("pids_limit") or deployed.get("pids")
    return Limits(
        int(memory) if memory else None, float(cpus) if cpus else None, int(pids) if pids and int(pids) > 0 else None
    )
