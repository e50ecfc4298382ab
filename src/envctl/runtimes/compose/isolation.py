"""What of a Compose project cannot be had once for each environment. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from envctl import labels

Document = Mapping[str, Any]

_OWN_FILE = "change it in a file of your own that `compose` in envctl.toml names after this one"
_SHARED = "two environments would share it"
_FIXED_BRIDGE = "com.docker.network.bridge.name"


@dataclass(frozen=True)
class Refusal:
    """One key that breaks isolation: where, why, what to do."""

    at: str
    message: str
    hint: str = _OWN_FILE


def refusals(document: Document) -> list[Refusal]:
    """Everything of a project that keeps its environments from being isolated."""
    found: list[Refusal] = []
    for name, service in document.get("services", {}).items():
        found += _service(f"services.{name}", service)
    for name, network in (document.get("networks") or {}).items():
        found += _network(f"networks.{name}", name, network or {})
    for name, volume in (document.get("volumes") or {}).items():
        found += _volume(f"volumes.{name}", name, volume or {})
    return found


def _service(at: str, service: Document) -> Iterator[Refusal]:
    yield from _namespaces(at, service)
    if service.get("external_links"):
        yield Refusal(f"{at}.external_links", "containers outside cannot be reached from an environment's own network")
    for network, settings in (service.get("networks") or {}).items():
        for key in ("ipv4_address", "ipv6_address"):
            if (settings or {}).get(key):
                where = f"{at}.networks.{network}.{key}"
                hint = f"services reach each other by name; {_OWN_FILE}"
                yield Refusal(where, "a fixed address: every environment has a subnet of its own", hint)
    yield from _copies(at, service)
    for label in service.get("labels") or {}:
        if label.startswith(labels.PREFIX):
            yield Refusal(f"{at}.labels", f"{label}: labels that begin with {labels.PREFIX} are envctl's own")


def _namespaces(at: str, service: Document) -> Iterator[Refusal]:
    """What it shares with the host or with a container that is not of the project."""
    mode = str(service.get("network_mode") or "")
    if mode == "host":
        hint = f"publish its ports instead (`ports`); {_OWN_FILE}"
        yield Refusal(f"{at}.network_mode", f"with the host's network its ports are the host's: {_SHARED}", hint)
    elif mode not in ("", "none") and not mode.startswith("service:"):
        yield Refusal(f"{at}.network_mode", f"{mode} is shared with containers that are not this environment's")
    sources = [("volumes_from", source) for source in service.get("volumes_from") or ()]
    for key, source in (*((key, str(service.get(key) or "")) for key in ("pid", "ipc")), *sources):
        if source.startswith("container:"):
            yield Refusal(f"{at}.{key}", f"{source} is not this environment's")


def _copies(at: str, service: Document) -> Iterator[Refusal]:
    deploy = service.get("deploy") or {}
    for key, copies in (("scale", service.get("scale")), ("deploy.replicas", deploy.get("replicas"))):
        if copies not in (None, 1):
            message = f"{copies} containers; an environment runs exactly one of each service"
            yield Refusal(f"{at}.{key}", message, f"write 1, or put the service into a profile; {_OWN_FILE}")


def _network(at: str, name: str, network: Document) -> Iterator[Refusal]:
    if network.get("external"):
        return  # the environment has its own in its place, and a notice says so
    yield from _name(at, name)
    if network.get("driver") not in (None, "", "bridge"):
        yield Refusal(f"{at}.driver", f"{network['driver']} networks reach beyond the environment")
    ipam = network.get("ipam") or {}
    if ipam.get("config"):
        hint = f"leave `ipam` out: envctl chooses a free subnet; {_OWN_FILE}"
        yield Refusal(f"{at}.ipam.config", "a fixed subnet, which only one environment could have", hint)
    if ipam.get("driver") not in (None, "", "default"):
        yield Refusal(f"{at}.ipam.driver", f"{ipam['driver']}: envctl chooses the subnets itself")
    if _FIXED_BRIDGE in (network.get("driver_opts") or {}):
        yield Refusal(f"{at}.driver_opts", f"{_FIXED_BRIDGE} is a fixed name, which only one environment could have")


def _volume(at: str, name: str, volume: Document) -> Iterator[Refusal]:
    yield from _name(at, name)
    if volume.get("external"):
        hint = f"declare it without `external`, then each environment has its own; {_OWN_FILE}"
        yield Refusal(f"{at}.external", f"a volume that is not this project's: {_SHARED}", hint)


def _name(at: str, name: str) -> Iterator[Refusal]:
    if name.startswith("_"):
        yield Refusal(at, "names that begin with _ are envctl's own")
