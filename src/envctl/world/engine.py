"""What envctl does with the Docker Engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Job
from envctl.observed import Happening, Used
from envctl.world import bodies, daemon, readings
from envctl.world.client import is_gone, reaching, refused, speaking, used
from envctl.world.line import Line
from envctl.world.reader import Reader
from envctl.world.shell import Finished

_OWNERS = (labels.PROJECT, labels.ENVIRONMENT, labels.SNAPSHOT, labels.POOL)  # the labels that say whose a volume is
_DAY = 86400.0  # seconds: copying, or stopping a server, takes as long as it takes
_TRIES = 4  # the kernel may fail to freeze processes that are busy starting others


class SubnetTaken(Exception):
    """Somebody else got the subnet since we looked."""


class Engine(Reader):
    """Changes what `Reader` reads. Every method raises EnvctlError(DOCKER) when no daemon answers."""

    def pull(self, reference: str, progress: Callable[[str], None]) -> str | None:
        """Pull an image. Returns why it cannot be had, None when it is there."""
        from docker.errors import DockerException
        from docker.utils import parse_repository_tag

        repository, tag = parse_repository_tag(reference)
        layers: dict[str, tuple[int, int]] = {}
        try:
            with reaching():
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
        asked = {
            "Name": name,
            "Driver": "bridge",
            "IPAM": {"Driver": "default", "Config": [{"Subnet": subnet}]},
            "Labels": dict(own),
            "Internal": internal,
            "Options": dict(options or {}),
        }
        try:
            self._ask(_posted("/networks/create", asked))
        except daemon.Refused as refusal:
            if "overlaps" in refusal.reason:
                raise SubnetTaken(subnet) from refusal
            raise refused(f"network {name}", refusal) from refusal

    def create_volume(
        self, name: str, own: Mapping[str, str], *, driver: str | None = None, options: Mapping[str, str] | None = None
    ) -> Mapping[str, str]:
        """Create a volume, or find ours of that name; the labels it has. Raises EnvctlError(NOT_OURS) where it is
        somebody else's.
        """
        asked = {"Name": name, "Driver": driver or "local", "DriverOpts": dict(options or {}), "Labels": dict(own)}
        made = self._made(f"volume {name}", _posted("/volumes/create", asked))
        found: Mapping[str, str] = made.get("Labels") or {}
        if any(found.get(key) != own[key] for key in _OWNERS if key in own):
            raise EnvctlError(
                Exit.NOT_OURS,
                f"a volume called {name} is there already, and envctl did not make it",
                unchanged="What is in it was not touched.",
                hint=f"Rename or remove it (`docker volume inspect {name}` shows whose it is).",
            )
        return found

    def pause_container(self, container: str) -> None:
        """Freeze a container's processes."""
        for _ in range(_TRIES - 1):
            with suppress(daemon.Refused):
                self._ask(_told(container, "pause"))
                return
        self._done(f"container {container}", _told(container, "pause"))

    def resume_container(self, container: str) -> None:
        """Let a paused container go on."""
        self._done(f"container {container}", _told(container, "unpause"))

    def stop_container(self, container: str) -> None:
        """Stop a container, with as much grace as it was made with."""
        self._done(f"container {container}", _told(container, "stop"))

    def end_container(self, container: str) -> None:
        """Kill a container's processes, if there are any, and wait for their end. The container stays."""
        try:
            self._ask(_told(container, "kill"))
        except daemon.Refused as refusal:
            if "is not running" not in refusal.reason:
                raise refused(f"container {container}", refusal) from refusal

    def start_container(self, container: str) -> None:
        """Start a container that is there. Why the daemon cannot is kept with the container."""
        self._done(f"container {container}", _told(container, "start"))

    def remove_container(self, container: str) -> None:
        """Stop a container, with as much grace as it was made with, and remove it with its anonymous volumes."""
        self._done(f"container {container}", _told(container, "stop"), gone_is_fine=True)
        self.kill_container(container)

    def kill_container(self, container: str) -> None:
        """End a container at once, if it runs, and remove it with its anonymous volumes."""
        request = daemon.Request("DELETE", _path("containers", container), {"v": "1", "force": "1"})
        self._done(f"container {container}", request, gone_is_fine=True)

    def remove_network(self, network: str) -> None:
        """Remove a network by ID. Raises InUse."""
        self._removed(f"network {network}", _path("networks", network))

    def remove_volume(self, volume: str) -> None:
        """Remove a volume and what is in it. Raises InUse."""
        self._removed(f"volume {volume}", _path("volumes", volume))

    def usage(self, container: str) -> Used | None:
        """What a container uses, measured over about a second; None when it is gone."""
        seen = self._read(f"{_path('containers', container)}/json")
        stats = self._read(f"{_path('containers', container)}/stats", stream="0")
        if seen is None or stats is None:
            return None
        return readings.used(stats, seen["HostConfig"].get("Memory") or None)

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

    def load_image(self, archive: bytes) -> None:
        """Add an image as `docker save` writes it."""
        with speaking("image"):
            for _ in self.client.load_image(archive):  # type: ignore[no-untyped-call]
                pass

    def make_box(
        self, name: str, image: str, own: Mapping[str, str], volumes: Mapping[str, str], *, read_only: bool = False
    ) -> str:
        """Create a container that is never started, with volumes (by where they lie in it); its ID."""
        return self._container(name, bodies.box(image, own, volumes, read_only=read_only))

    def make_helper(self, name: str, job: Job, own: Mapping[str, str]) -> str:
        """Create the container of a job, to be started; its ID."""
        return self._container(name, bodies.helper(job, own))

    def wait_container(self, container: str) -> int:
        """Wait for the end of a container; its status."""
        return int(self._made(f"container {container}", _told(container, "wait"))["StatusCode"])

    def put_archive(self, container: str, folder: str, archive: bytes | Iterable[bytes]) -> None:
        """Unpack a tar archive in a folder of a container, running or not. Raises EnvctlError(NO_CAPACITY)."""
        what, path = f"what goes into container {container}", f"{_path('containers', container)}/archive"
        if isinstance(archive, bytes):
            self._done(what, daemon.Request("PUT", path, {"path": folder}, archive, "application/x-tar"))
            return
        with speaking(what):
            self.client.put_archive(container, folder, iter(archive))

    def execute(self, container: str, argv: Sequence[str], user: str, said: bytes) -> Finished:
        """Run a program in a container to its end, and tell it `said`, a few lines. For a daemon that is near."""
        what = f"{argv[0]} in container {container}"
        streams = {f"Attach{stream}": True for stream in ("Stdin", "Stdout", "Stderr")}
        asked = {**streams, "Cmd": list(argv), "User": user}
        made = self._made(what, _posted(f"{_path('containers', container)}/exec", asked))
        path = _path("exec", made["Id"])
        begin = _posted(f"{path}/start", {"Detach": False, "Tty": False})
        try:
            output = daemon.talk(self._host, begin, said)
        except OSError as error:
            raise daemon.stopped(error) from error
        except daemon.Refused as refusal:
            raise refused(what, refusal) from refusal
        ended = self._read(f"{path}/json") or {}
        out, err = (b"".join(readings.frames(output, number)) for number in (1, 2))
        return Finished(ended.get("ExitCode") or 0, out, err)

    def connect(self, container: str) -> Line:
        """Connect to a container that is going to be started and listens. For a daemon that is near."""
        query = {"stream": "1", "stdin": "1", "stdout": "1"}
        request = daemon.Request("POST", f"{_path('containers', container)}/attach", query, patience=_DAY)
        return Line(self._host, request)

    def logs(
        self, container: str, *, stream: str, follow: bool, since: float | None, tail: int | None
    ) -> Iterator[bytes]:
        """One stream (`stdout` or `stderr`) of a container's log, each line led by its RFC 3339 time."""
        if not follow:
            yield from self._logged(container, stream, since, tail)
            return
        with speaking(f"container {container}", gone_is_fine=True):
            chunks = self.client.logs(
                container,
                stdout=stream == "stdout",
                stderr=stream == "stderr",
                stream=True,
                follow=True,
                timestamps=True,
                since=since,
                tail="all" if tail is None else tail,
            )
            yield from readings.whole_lines(chunks)

    def _logged(self, container: str, stream: str, since: float | None, tail: int | None) -> Iterator[bytes]:
        path = _path("containers", container)
        query = {stream: "1", "timestamps": "1", "tail": "all" if tail is None else str(tail)}
        query |= {} if since is None else {"since": f"{since:.9f}"}
        seen = self._read(f"{path}/json") or {}
        content = self._done(f"container {container}", daemon.Request("GET", f"{path}/logs", query), gone_is_fine=True)
        whole = [content] if (seen.get("Config") or {}).get("Tty") else readings.frames(content)
        yield from readings.whole_lines(whole)

    def _container(self, name: str, asked: Mapping[str, Any]) -> str:
        """Create a container; its ID."""
        return str(self._made(f"container {name}", _posted("/containers/create", asked, name=name))["Id"])

    def _made(self, what: str, request: daemon.Request) -> Any:
        """What the daemon says of what it made."""
        try:
            return json.loads(self._done(what, request))
        except ValueError as error:
            raise daemon.stopped(daemon.broken_off()) from error

    def _done(self, what: str, request: daemon.Request, *, gone_is_fine: bool = False) -> bytes:
        try:
            return self._ask(request)
        except daemon.Refused as refusal:
            if gone_is_fine and is_gone(refusal):
                return b""
            raise refused(what, refusal) from refusal

    def _removed(self, what: str, path: str) -> None:
        try:
            self._ask(daemon.Request("DELETE", path))
        except daemon.Refused as refusal:
            if not is_gone(refusal):
                raise used(what, refusal) from refusal


def _path(kind: str, name: str) -> str:
    return f"/{kind}/{quote(name, safe='')}"


def _told(container: str, word: str) -> daemon.Request:
    """What is done to a container that is there, and answered once it is done."""
    return daemon.Request("POST", f"{_path('containers', container)}/{word}", patience=_DAY)


def _posted(path: str, asked: Mapping[str, Any], **query: str) -> daemon.Request:
    return daemon.Request("POST", path, query, json.dumps(asked).encode(), patience=_DAY)
