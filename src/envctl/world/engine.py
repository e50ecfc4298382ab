"""The Docker Engine's API, reduced to what envctl does with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.machine import Daemon
from envctl.observed import Container, Happening, ImageDefaults, Network, Used, Volume
from envctl.world import daemon
from envctl.world.machine import full_disk
from envctl.world.readings import happening, used

if TYPE_CHECKING:
    from docker import APIClient
    from docker.errors import APIError

T = TypeVar("T")

_TRIES = 4  # the kernel may fail to freeze processes that are busy starting others

_HEALTH = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)$")  # of `Up 3 minutes (healthy)`
_EXIT = re.compile(r"Exited \((\d+)\)")  # of `Exited (1) 3 minutes ago`


class SubnetTaken(Exception):
    """Somebody else got the subnet since we looked."""


class InUse(EnvctlError):
    """A container that is there uses it, so the daemon does not remove it."""


class Engine:
    """Connects on first use. Every method raises EnvctlError(DOCKER) when no daemon answers."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._host = daemon.daemon_host(environ)
        self._answered = False
        self._client: APIClient | None = None

    @property
    def client(self) -> APIClient:
        """The client library's connection, for all that is more than reading."""
        if self._client is None:
            self._client = _connect(self._environ, self._host)
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
            if self._host.startswith(daemon.SOCKET):
                answer = daemon.read(self._host, path, query)
            else:
                answer = _read_far(self.client, path, query)
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

    def containers(self, *any_of: Mapping[str, str], prefix: str = "") -> tuple[Container, ...]:
        """Containers with all labels of one of these, or whose name begins so, in whatever state."""
        listings = [self._read("/containers/json", all="1", filters=asked) for asked in _filters(any_of, prefix)]
        ids = dict.fromkeys(raw["Id"] for found in listings for raw in found)
        seen = (self.inspect(one) for one in ids)
        return tuple(container for container in seen if container is not None)

    def inspect(self, container: str) -> Container | None:
        """One container by ID or name; None when it is gone."""
        raw = self._read(f"/containers/{quote(container, safe='')}/json")
        return None if raw is None else _container(raw)

    def listed(self, only: Mapping[str, str] | None = None) -> tuple[Container, ...]:
        """Containers with all these labels, or with ours when none are named: few details, but a single question."""
        (asked,) = _filters([only], "") if only else [_asked(label=[labels.ENVIRONMENT])]
        found = self._read("/containers/json", all="1", filters=asked)
        return tuple(self._surely(_listed(raw)) for raw in found)

    def _surely(self, container: Container) -> Container:
        """A list calls what was paused a while ago unhealthy, and only a closer look can tell."""
        return (self.inspect(container.id) or container) if container.health == "unhealthy" else container

    def networks(self) -> tuple[Network, ...]:
        """Every network of the daemon."""
        return tuple(_network(raw) for raw in self._read("/networks"))

    def volumes(self, *any_of: Mapping[str, str], prefix: str = "") -> tuple[Volume, ...]:
        """Volumes with all labels of one of these, or whose name begins so; those with our label if neither is said."""
        wanted = _filters(any_of, prefix) or [_asked(label=[labels.ENVIRONMENT])]
        listings = [self._read("/volumes", filters=asked)["Volumes"] or [] for asked in wanted]
        found = {raw["Name"]: raw.get("Labels") or {} for listing in listings for raw in listing}
        return tuple(Volume(name, own) for name, own in sorted(found.items()))

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
            with _speaking():
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
            with _speaking():
                self.client.create_network(
                    name, driver="bridge", ipam=ipam, labels=dict(own), internal=internal, options=dict(options or {})
                )
        except APIError as error:
            if "overlaps" in str(error.explanation):
                raise SubnetTaken(subnet) from error
            raise _refused(f"network {name}", error) from error

    def create_volume(
        self, name: str, own: Mapping[str, str], *, driver: str | None = None, options: Mapping[str, str] | None = None
    ) -> None:
        """Create a volume, or find ours of that name. Raises EnvctlError(NOT_OURS) where it is somebody else's."""
        with _speaking(f"volume {name}"):
            made = self.client.create_volume(name, driver, dict(options or {}) or None, labels=dict(own))
            found = made.get("Labels") or {}
        if any(found.get(key) != own[key] for key in (labels.PROJECT, labels.ENVIRONMENT)):
            raise EnvctlError(
                Exit.NOT_OURS,
                f"a volume called {name} is there already, and envctl did not make it",
                unchanged="What is in it was not touched.",
                hint=f"Rename or remove it (`docker volume inspect {name}` shows whose it is).",
            )

    def pause_container(self, container: str) -> None:
        """Freeze a container's processes."""
        from docker.errors import APIError

        for _ in range(_TRIES):
            with suppress(APIError), _speaking():
                return self.client.pause(container)
        with _speaking(f"container {container}"):
            return self.client.pause(container)

    def resume_container(self, container: str) -> None:
        """Let a paused container go on."""
        with _speaking(f"container {container}"):
            self.client.unpause(container)

    def stop_container(self, container: str) -> None:
        """Stop a container, with as much grace as it was made with."""
        with _speaking(f"container {container}"):
            self.client.stop(container)

    def start_container(self, container: str) -> None:
        """Start a container that is there. Why the daemon cannot is kept with the container."""
        with _speaking(f"container {container}"):
            self.client.start(container)

    def remove_container(self, container: str) -> None:
        """Stop a container, with as much grace as it was made with, and remove it with its anonymous volumes."""
        with _speaking(f"container {container}", gone_is_fine=True):
            self.client.stop(container)
        with _speaking(f"container {container}", gone_is_fine=True):
            self.client.remove_container(container, v=True, force=True)

    def remove_network(self, network: str) -> None:
        """Remove a network by ID. Raises InUse."""
        with _speaking(f"network {network}", gone_is_fine=True), _in_use(f"network {network}"):
            self.client.remove_network(network)

    def remove_volume(self, volume: str) -> None:
        """Remove a volume and what is in it. Raises InUse."""
        with _speaking(f"volume {volume}", gone_is_fine=True), _in_use(f"volume {volume}"):
            self.client.remove_volume(volume)

    def usage(self, container: str) -> Used | None:
        """What a container uses, measured over about a second; None when it is gone."""
        from docker.errors import NotFound

        try:
            with _speaking():
                limit = self.client.inspect_container(container)["HostConfig"].get("Memory") or None
                return used(self.client.stats(container, stream=False), limit)
        except NotFound:
            return None

    def happenings(self, *, since: float | None, until: float | None) -> Iterator[Happening]:
        """Events of containers, networks and volumes as they come, from now or from `since`, to `until` if ever."""
        with _speaking("events"):
            found = self.client.events(  # type: ignore[call-overload]  # a fraction of a second is a text
                since=None if since is None else f"{since:.9f}",
                until=None if until is None else f"{until:.9f}",
                filters={"type": ["container", "network", "volume"]},
                decode=True,
            )
            yield from map(happening, found)

    def read_file(self, container: str, path: str) -> bytes | None:
        """A small file of a container, running or not; None when it cannot be had."""
        try:
            return self._parsed(_only_file, f"/containers/{quote(container, safe='')}/archive", {"path": path})
        except daemon.Refused:
            return None

    def logs(
        self, container: str, *, stream: str, follow: bool, since: float | None, tail: int | None
    ) -> Iterator[bytes]:
        """One stream (`stdout` or `stderr`) of a container's log, each line led by its RFC 3339 time."""
        with _speaking(f"container {container}", gone_is_fine=True):
            yield from _lines(
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


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines of a log: the daemon cuts long ones into pieces."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest


def _filters(any_of: Iterable[Mapping[str, str]], prefix: str) -> list[str]:
    """One question for each alternative: the daemon knows no `or`."""
    asked = [_asked(label=[f"{key}={value}" for key, value in only.items()]) for only in any_of]
    return [*asked, _asked(name=[f"^/?{re.escape(prefix)}"])] if prefix else asked


def _asked(**wanted: list[str]) -> str:
    return json.dumps(wanted)


def _container(raw: dict[str, Any]) -> Container:
    state, config = raw["State"], raw["Config"]
    health = state.get("Health") or {}
    log = health.get("Log") or [{}]
    return Container(
        id=raw["Id"],
        name=raw["Name"].removeprefix("/"),
        labels=config.get("Labels") or {},
        image=config.get("Image", ""),
        state=state["Status"],
        health=_health(health),
        exit_code=state.get("ExitCode") if state["Status"] in ("exited", "dead") else None,
        oom_killed=bool(state.get("OOMKilled")),
        error=state.get("Error", ""),
        started_at=state.get("StartedAt") if state["Status"] != "created" else None,
        restarts=raw.get("RestartCount") or 0,
        health_output=(log[-1].get("Output") or "").strip(),
        memory=(raw.get("HostConfig") or {}).get("Memory") or None,
        image_id=raw["Image"],
    )


def _health(health: Mapping[str, Any]) -> str | None:
    """Pausing a container makes Docker call it unhealthy, until the first check after it goes on. A container that
    really is has failed its checks at least once.
    """
    said = health.get("Status")
    if said == "unhealthy" and health.get("FailingStreak") == 0:
        checks = health.get("Log") or []
        return "healthy" if checks and checks[-1].get("ExitCode") == 0 else "starting"
    return None if said in (None, "none") else str(said)


def _listed(raw: dict[str, Any]) -> Container:
    status = raw.get("Status", "")
    return Container(
        id=raw["Id"],
        name=(raw.get("Names") or ["/"])[0].removeprefix("/"),
        labels=raw.get("Labels") or {},
        image=raw.get("Image", ""),
        state=raw.get("State", ""),
        health=found[1] if (found := _HEALTH.search(status)) else None,
        exit_code=int(found[1]) if (found := _EXIT.match(status)) else None,
        image_id=raw.get("ImageID", ""),
    )


def _network(raw: dict[str, Any]) -> Network:
    pools = (raw.get("IPAM") or {}).get("Config") or []
    subnets = tuple(pool["Subnet"] for pool in pools if pool.get("Subnet"))
    return Network(raw["Id"], raw["Name"], raw.get("Labels") or {}, subnets)


def _only_file(archive: bytes) -> bytes | None:
    import io
    import tarfile

    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                if (file := tar.extractfile(member)) is not None:
                    return file.read()
    except tarfile.ReadError as error:
        raise ValueError(str(error)) from error
    return None


def _connect(environ: Mapping[str, str], host: str) -> APIClient:
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(environment={**environ, "DOCKER_HOST": host}, version="auto", timeout=120).api
    except DockerException as error:
        raise daemon.nobody(host, error) from error
    if _number(client.api_version) < _number(daemon.API):
        raise daemon.too_old(host, str(client.api_version))
    return client


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in str(version).split("."))


def _read_far(client: APIClient, path: str, query: Mapping[str, str]) -> bytes:
    """What daemon.read() does, of a daemon that has no socket on this machine."""
    answer = client.get(f"{client.base_url}/v{daemon.API}{path}", params=dict(query), timeout=client.timeout)
    if answer.status_code != HTTPStatus.OK:
        raise daemon.refused(answer.status_code, answer.content)
    return answer.content


def _refused(what: str, error: APIError) -> EnvctlError:
    return full_disk(f"{what} could not be made", str(error.explanation or error)) or EnvctlError(
        Exit.DOCKER,
        f"{what}: the Docker Engine refused: {error.explanation or error}",
        hint="Nothing else was tried. See `docker info` and the daemon's log.",
    )


@contextmanager
def _in_use(what: str) -> Iterator[None]:
    from docker.errors import APIError

    try:
        yield
    except APIError as error:
        if "in use" in str(error.explanation) or "active endpoints" in str(error.explanation):
            raise InUse(
                Exit.DOCKER, f"{what} is in use: {error.explanation}", hint="Remove the container that uses it."
            ) from error
        raise


@contextmanager
def _speaking(what: str = "", *, gone_is_fine: bool = False) -> Iterator[None]:
    """Turns what the client library raises into our errors; without `what`, API errors are the caller's to handle."""
    from docker.errors import APIError, NotFound
    from requests.exceptions import ConnectionError as Unreachable
    from requests.exceptions import Timeout

    try:
        yield
    except NotFound:
        if not gone_is_fine:
            raise
    except APIError as error:
        in_progress = error.status_code == HTTPStatus.CONFLICT and "already in progress" in str(error.explanation)
        if gone_is_fine and in_progress:
            return
        if not what:
            raise
        raise _refused(what, error) from error
    except (Unreachable, Timeout) as error:
        raise daemon.stopped(error) from error
