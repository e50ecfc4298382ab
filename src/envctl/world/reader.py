"""What the Docker Engine tells, reduced to what envctl asks it. From a socket it is read without a client library."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from envctl import labels
from envctl.machine import Daemon
from envctl.observed import Container, ImageDefaults, Network, Volume
from envctl.world import daemon, readings
from envctl.world.client import ask_far, connect, far_moment

if TYPE_CHECKING:
    from docker import APIClient

T = TypeVar("T")


class Reader:
    """Connects on first use. Every method raises EnvctlError(DOCKER) when no daemon answers."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._host = daemon.daemon_host(environ)
        self._answered = False
        self._client: APIClient | None = None

    @property
    def is_near(self) -> bool:
        """Whether the daemon listens on a socket of this machine, where no client library is needed."""
        return self._host.startswith(daemon.SOCKET)

    @property
    def client(self) -> APIClient:
        """The client library's connection, for what comes or goes piece by piece, and for daemons far away."""
        if self._client is None:
            self._client = connect(self._environ, self._host)
        return self._client

    def _read(self, path: str, **query: str) -> Any:
        """What the API has at a path; None where that is nothing."""
        try:
            return self._parsed(json.loads, path, query)
        except daemon.Refused as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND:
                return None
            raise daemon.turned_down(self._host, refusal) from refusal

    def _parsed(self, parse: Callable[[bytes], T], path: str, query: Mapping[str, str]) -> T:
        """What is made of an answer; a ValueError says that half of it is missing."""
        answer = self._ask(daemon.Request("GET", path, query))
        try:
            return parse(answer)
        except ValueError as error:
            raise daemon.stopped(daemon.broken_off()) from error

    def _ask(self, request: daemon.Request) -> bytes:
        """The body of the daemon's answer. Raises daemon.Refused."""
        try:
            answer = daemon.ask(self._host, request) if self.is_near else ask_far(self.client, request)
        except OSError as error:
            raise daemon.stopped(error) if self._answered else daemon.nobody(self._host, error) from error
        self._answered = True
        return answer

    def daemon(self) -> Daemon:
        """What the daemon says about itself and its machine."""
        said = self._read("/info")
        return Daemon(
            version=said.get("ServerVersion") or "",
            api=str(self._read("/version")["ApiVersion"]),
            memory=said.get("MemTotal") or 0,
            root=said.get("DockerRootDir") or "",
            kernel=said.get("KernelVersion") or "",
            clock=said.get("SystemTime") or "",
            pools=tuple(pool["Base"] for pool in said.get("DefaultAddressPools") or []),
            name=said.get("Name") or "",
            selinux=any("selinux" in option for option in said.get("SecurityOptions") or []),
        )

    def now(self) -> datetime:
        """What time it is for the daemon, to the second: the one clock of all its clients."""
        try:
            return daemon.moment(self._host) if self.is_near else far_moment(self.client)
        except OSError as error:
            raise daemon.nobody(self._host, error) from error

    def containers(self, *any_of: Mapping[str, str], prefix: str = "") -> tuple[Container, ...]:
        """Containers with all labels of one of these, or whose name begins so, in whatever state."""
        listings = [self._read("/containers/json", all="1", filters=asked) for asked in _filters(any_of, prefix)]
        ids = dict.fromkeys(raw["Id"] for found in listings for raw in found)
        seen = (self.inspect(one) for one in ids)
        return tuple(container for container in seen if container is not None)

    def inspect(self, container: str) -> Container | None:
        """One container by ID or name; None when it is gone."""
        raw = self._read(f"/containers/{quote(container, safe='')}/json")
        return None if raw is None else readings.container(raw)

    def listed(self, only: Mapping[str, str] | None = None, *, surely: bool = True) -> tuple[Container, ...]:
        """Containers with all these labels, or with ours when none are named: few details, but a single question.

        Whose health nobody will ask for need not be known surely.
        """
        (asked,) = _filters([only], "") if only else [_asked(label=[labels.ENVIRONMENT])]
        found = self._read("/containers/json", all="1", filters=asked)
        return tuple(self._surely(c) if surely else c for c in map(readings.listed, found))

    def running_with(self, networks: Collection[str], volumes: Collection[str]) -> tuple[Container, ...]:
        """Whoever's containers have processes now in one of these networks (by ID), or have one of these volumes."""
        alive = ["running", "paused", "restarting"]
        asked = [
            _asked(status=alive, **{kind: list(of)}) for kind, of in (("network", networks), ("volume", volumes)) if of
        ]
        found = (raw for filters in asked for raw in self._read("/containers/json", filters=filters))
        return tuple({raw["Id"]: readings.listed(raw) for raw in found}.values())

    def _surely(self, container: Container) -> Container:
        """A list calls what was paused a while ago unhealthy, and only a closer look can tell."""
        return (self.inspect(container.id) or container) if container.health == "unhealthy" else container

    def networks(self) -> tuple[Network, ...]:
        """Every network of the daemon."""
        return tuple(readings.network(raw) for raw in self._read("/networks"))

    def volumes(self, *any_of: Mapping[str, str], prefix: str = "") -> tuple[Volume, ...]:
        """Volumes with all labels of one of these, or whose name begins so; those with our label if neither is said."""
        wanted = _filters(any_of, prefix) or [_asked(label=[labels.ENVIRONMENT])]
        listings = [self._read("/volumes", filters=asked)["Volumes"] or [] for asked in wanted]
        found = {raw["Name"]: readings.volume(raw) for listing in listings for raw in listing}
        return tuple(found[name] for name in sorted(found))

    def image(self, reference: str) -> str | None:
        """The ID of an image; None when the daemon does not have it."""
        raw = self._read(f"/images/{quote(reference, safe='/:@')}/json")
        return None if raw is None else str(raw["Id"])

    def tags(self) -> tuple[str, ...]:
        """Every reference of an image that the daemon has."""
        return tuple(tag for raw in self._read("/images/json") for tag in raw.get("RepoTags") or ())

    def image_labels(self, image: str) -> Mapping[str, str] | None:
        """The labels that an image gives its containers; None when it is gone."""
        config = self._image_config(image)
        return None if config is None else config.get("Labels") or {}

    def image_defaults(self, reference: str) -> ImageDefaults:
        """How an image starts; nothing is said of one that is gone."""
        config = self._image_config(reference) or {}
        return ImageDefaults(
            entrypoint=tuple(config.get("Entrypoint") or ()),
            command=tuple(config.get("Cmd") or ()),
            environment=dict(entry.split("=", 1) for entry in config.get("Env") or () if "=" in entry),
            health=tuple((config.get("Healthcheck") or {}).get("Test") or ()),
            shell=tuple(config.get("Shell") or ()),
        )

    def _image_config(self, reference: str) -> dict[str, Any] | None:
        raw = self._read(f"/images/{quote(reference, safe='/:@')}/json")
        return None if raw is None else raw.get("Config") or {}

    def open_execs(self, container: str) -> tuple[str, ...]:
        """The programs that somebody runs in a container beside its own; its health check is none of them."""
        raw = self._read(f"/containers/{quote(container, safe='')}/json") or {}
        seen = [self._read(f"/exec/{quote(one, safe='')}/json") or {} for one in raw.get("ExecIDs") or ()]
        running = [one["ProcessConfig"] for one in seen if one.get("Running")]
        own = raw.get("Config") or {}
        return tuple(str(process["entrypoint"]) for process in running if not readings.is_own_check(own, process))

    def sizes(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Bytes on the daemon's disk: of each volume by its name, and of what each container wrote by its ID. Slow."""
        said = self._read("/system/df")
        volumes = {
            raw["Name"]: max(0, (raw.get("UsageData") or {}).get("Size", 0)) for raw in said.get("Volumes") or ()
        }
        return volumes, {raw["Id"]: raw.get("SizeRw") or 0 for raw in said.get("Containers") or ()}

    def read_file(self, container: str, path: str) -> bytes | None:
        """A small file of a container, running or not; None when it cannot be had."""
        try:
            return self._parsed(readings.only_file, f"/containers/{quote(container, safe='')}/archive", {"path": path})
        except daemon.Refused:
            return None

    def files(self, container: str, folder: str) -> Mapping[str, bytes]:
        """The small files of a folder of a container, running or not, by their names; none when it cannot be had."""
        try:
            return self._parsed(
                readings.all_files, f"/containers/{quote(container, safe='')}/archive", {"path": folder}
            )
        except daemon.Refused:
            return {}


def _filters(any_of: Iterable[Mapping[str, str]], prefix: str) -> list[str]:
    """One question for each alternative: the daemon knows no `or`."""
    asked = [_asked(label=[f"{key}={value}" for key, value in only.items()]) for only in any_of]
    return [*asked, _asked(name=[f"^/?{re.escape(prefix)}"])] if prefix else asked


def _asked(**wanted: list[str]) -> str:
    return json.dumps(wanted)
