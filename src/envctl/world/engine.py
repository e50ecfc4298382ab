"""The Docker Engine's API, reduced to what envctl does with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.machine import Daemon
from envctl.observed import Container, Happening, ImageDefaults, Network, Used, Volume
from envctl.world import daemon, readings
from envctl.world.client import connect, far_moment, in_use, read_far, refused, speaking

if TYPE_CHECKING:
    from docker import APIClient

T = TypeVar("T")

_TRIES = 4  # the kernel may fail to freeze processes that are busy starting others


class SubnetTaken(Exception):
    """Somebody else got the subnet since we looked."""


class Engine:
    """Connects on first use. Every method raises EnvctlError(DOCKER) when no daemon answers."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._host = daemon.daemon_host(environ)
        self._answered = False
        self._client: APIClient | None = None

    @property
    def _is_local(self) -> bool:
        return self._host.startswith(daemon.SOCKET)

    @property
    def client(self) -> APIClient:
        """The client library's connection, for all that is more than reading."""
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
        try:
            answer = daemon.read(self._host, path, query) if self._is_local else read_far(self.client, path, query)
        except OSError as error:
            raise daemon.stopped(error) if self._answered else daemon.nobody(self._host, error) from error
        self._answered = True
        try:
            return parse(answer)
        except ValueError as error:
            raise daemon.stopped(daemon.broken_off()) from error

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
        )

    def now(self) -> datetime:
        """What time it is for the daemon, to the second: the one clock of all its clients."""
        try:
            return daemon.moment(self._host) if self._is_local else far_moment(self.client)
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

    def pull(self, reference: str, progress: Callable[[str], None]) -> str | None:
        """Pull an image. Returns why it cannot be had, None when it is there."""
        from docker.errors import DockerException
        from docker.utils import parse_repository_tag

        repository, tag = parse_repository_tag(reference)
        layers: dict[str, tuple[int, int]] = {}
        try:
            with speaking():
                for event in self.client.pull(repository, tag or "latest", stream=True, decode=True):
                    if error := event.get("error"):
                        return str(error)
                    detail = event.get("progressDetail") or {}
                    if event.get("status") == "Downloading" and detail.get("total"):
                        layers[event["id"]] = (detail["current"], detail["total"])
                        done, total = (sum(amounts) for amounts in zip(*layers.values(), strict=True))
                        progress(f"pulling {done * 100 // total} %")
        except DockerException as error:  # also what only the client complains of, such as a credential helper
            return str(getattr(error, "explanation", None) or error)
        return None

    def create_network(
        self,
        name: str,
        subnet: str,
        own: Mapping[str, str],
        *,
        internal: bool = False,
        options: Mapping[str, str] | None = None,
    ) -> None:
        """Create a bridge network. Raises SubnetTaken when the subnet overlaps another network's."""
        from docker.errors import APIError
        from docker.types import IPAMConfig, IPAMPool

        ipam = IPAMConfig(pool_configs=[IPAMPool(subnet=subnet)])
        try:
            with speaking():
                self.client.create_network(
                    name, driver="bridge", ipam=ipam, labels=dict(own), internal=internal, options=dict(options or {})
                )
        except APIError as error:
            if "overlaps" in str(error.explanation):
                raise SubnetTaken(subnet) from error
            raise refused(f"network {name}", error) from error

    def create_volume(
        self, name: str, own: Mapping[str, str], *, driver: str | None = None, options: Mapping[str, str] | None = None
    ) -> Mapping[str, str]:
        """Create a volume, or find ours of that name; the labels it has. Raises EnvctlError(NOT_OURS) where it is
        somebody else's.
        """
        with speaking(f"volume {name}"):
            made = self.client.create_volume(name, driver, dict(options or {}) or None, labels=dict(own))
            found: Mapping[str, str] = made.get("Labels") or {}
        if any(found.get(key) != own[key] for key in (labels.PROJECT, labels.ENVIRONMENT)):
            raise EnvctlError(
                Exit.NOT_OURS,
                f"a volume called {name} is there already, and envctl did not make it",
                unchanged="What is in it was not touched.",
                hint=f"Rename or remove it (`docker volume inspect {name}` shows whose it is).",
            )
        return found

    def pause_container(self, container: str) -> None:
        """Freeze a container's processes."""
        from docker.errors import APIError

        for _ in range(_TRIES):
            with suppress(APIError), speaking():
                return self.client.pause(container)
        with speaking(f"container {container}"):
            return self.client.pause(container)

    def resume_container(self, container: str) -> None:
        """Let a paused container go on."""
        with speaking(f"container {container}"):
            self.client.unpause(container)

    def stop_container(self, container: str) -> None:
        """Stop a container, with as much grace as it was made with."""
        with speaking(f"container {container}"):
            self.client.stop(container)

    def start_container(self, container: str) -> None:
        """Start a container that is there. Why the daemon cannot is kept with the container."""
        with speaking(f"container {container}"):
            self.client.start(container)

    def remove_container(self, container: str) -> None:
        """Stop a container, with as much grace as it was made with, and remove it with its anonymous volumes."""
        with speaking(f"container {container}", gone_is_fine=True):
            self.client.stop(container)
        with speaking(f"container {container}", gone_is_fine=True):
            self.client.remove_container(container, v=True, force=True)

    def remove_network(self, network: str) -> None:
        """Remove a network by ID. Raises InUse."""
        with speaking(f"network {network}", gone_is_fine=True), in_use(f"network {network}"):
            self.client.remove_network(network)

    def remove_volume(self, volume: str) -> None:
        """Remove a volume and what is in it. Raises InUse."""
        with speaking(f"volume {volume}", gone_is_fine=True), in_use(f"volume {volume}"):
            self.client.remove_volume(volume)

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

    def usage(self, container: str) -> Used | None:
        """What a container uses, measured over about a second; None when it is gone."""
        from docker.errors import NotFound

        try:
            with speaking():
                limit = self.client.inspect_container(container)["HostConfig"].get("Memory") or None
                return readings.used(self.client.stats(container, stream=False), limit)
        except NotFound:
            return None

    def happenings(self, *, since: float | None, until: float | None) -> Iterator[Happening]:
        """Events of containers, networks and volumes as they come, from now or from `since`, to `until` if ever."""
        with speaking("events"):
            found = self.client.events(  # type: ignore[call-overload]  # a fraction of a second is a text
                since=None if since is None else f"{since:.9f}",
                until=None if until is None else f"{until:.9f}",
                filters={"type": ["container", "network", "volume"]},
                decode=True,
            )
            yield from map(readings.happening, found)

    def read_file(self, container: str, path: str) -> bytes | None:
        """A small file of a container, running or not; None when it cannot be had."""
        try:
            return self._parsed(readings.only_file, f"/containers/{quote(container, safe='')}/archive", {"path": path})
        except daemon.Refused:
            return None

    def load_image(self, archive: bytes) -> None:
        """Add an image as `docker save` writes it."""
        with speaking("image"):
            for _ in self.client.load_image(archive):  # type: ignore[no-untyped-call]
                pass

    def make_box(
        self, name: str, image: str, own: Mapping[str, str], volumes: Mapping[str, str], *, read_only: bool = False
    ) -> str:
        """Create a container that is never started, with volumes (by where they lie in it); its ID."""
        mounts = [
            {
                "Type": "volume",
                "Source": volume,
                "Target": path,
                "ReadOnly": read_only,
                "VolumeOptions": {"NoCopy": True},
            }
            for path, volume in volumes.items()
        ]
        with speaking(f"container {name}"):
            made = self.client.create_container(
                image, ["never"], name=name, labels=dict(own), host_config={"NetworkMode": "none", "Mounts": mounts}
            )
        return str(made["Id"])

    def put_archive(self, container: str, folder: str, archive: Iterable[bytes]) -> None:
        """Unpack a tar archive in a folder of a container, running or not. Raises EnvctlError(NO_CAPACITY)."""
        with speaking(f"what goes into container {container}"):
            self.client.put_archive(container, folder, iter(archive))

    def files(self, container: str, folder: str) -> Mapping[str, bytes]:
        """The small files of a folder of a container, running or not, by their names; none when it cannot be had."""
        try:
            return self._parsed(
                readings.all_files, f"/containers/{quote(container, safe='')}/archive", {"path": folder}
            )
        except daemon.Refused:
            return {}

    def logs(
        self, container: str, *, stream: str, follow: bool, since: float | None, tail: int | None
    ) -> Iterator[bytes]:
        """One stream (`stdout` or `stderr`) of a container's log, each line led by its RFC 3339 time."""
        with speaking(f"container {container}", gone_is_fine=True):
            yield from readings.whole_lines(
                self.client.logs(
                    container,
                    stdout=stream == "stdout",
                    stderr=stream == "stderr",
                    stream=True,
                    follow=follow,
                    timestamps=True,
                    since=since,
                    tail="all" if tail is None else tail,
                )
            )


def _filters(any_of: Iterable[Mapping[str, str]], prefix: str) -> list[str]:
    """One question for each alternative: the daemon knows no `or`."""
    asked = [_asked(label=[f"{key}={value}" for key, value in only.items()]) for only in any_of]
    return [*asked, _asked(name=[f"^/?{re.escape(prefix)}"])] if prefix else asked


def _asked(**wanted: list[str]) -> str:
    return json.dumps(wanted)
