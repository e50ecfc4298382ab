"""What envctl does with the Docker Engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Job
from envctl.observed import Used
from envctl.world import bodies, daemon, readings
from envctl.world.client import is_gone, reaching, refused, speaking, used
from envctl.world.talker import Talker, place, posted, told

_OWNERS = (labels.PROJECT, labels.ENVIRONMENT, labels.SNAPSHOT, labels.POOL)  # the labels that say whose a volume is
_TRIES = 4  # the kernel may fail to freeze processes that are busy starting others


class SubnetTaken(Exception):
    """Somebody else got the subnet since we looked."""


class Engine(Talker):
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
            self._ask(posted("/networks/create", asked))
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
        made = self._made(f"volume {name}", posted("/volumes/create", asked))
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
                self._ask(told(container, "pause"))
                return
        self._done(f"container {container}", told(container, "pause"))

    def resume_container(self, container: str) -> None:
        """Let a paused container go on."""
        self._done(f"container {container}", told(container, "unpause"))

    def stop_container(self, container: str) -> None:
        """Stop a container, with as much grace as it was made with."""
        self._done(f"container {container}", told(container, "stop"))

    def end_container(self, container: str) -> None:
        """Kill a container's processes, if there are any, and wait for their end. The container stays."""
        try:
            self._ask(told(container, "kill"))
        except daemon.Refused as refusal:
            if "is not running" not in refusal.reason:
                raise refused(f"container {container}", refusal) from refusal

    def start_container(self, container: str) -> None:
        """Start a container that is there. Why the daemon cannot is kept with the container."""
        self._done(f"container {container}", told(container, "start"))

    def remove_container(self, container: str) -> None:
        """Stop a container, with as much grace as it was made with, and remove it with its anonymous volumes."""
        self._done(f"container {container}", told(container, "stop"), gone_is_fine=True)
        self.kill_container(container)

    def kill_container(self, container: str) -> None:
        """End a container at once, if it runs, and remove it with its anonymous volumes; return once it is gone."""
        path, what = place("containers", container), f"container {container}"
        try:
            self._ask(daemon.Request("DELETE", path, {"v": "1", "force": "1"}))
        except daemon.Refused as refusal:
            if not is_gone(refusal):
                raise refused(what, refusal) from refusal
            # Somebody else may be at it: until that is done, its volumes are in use.
            self._done(what, daemon.Request("POST", f"{path}/wait", {"condition": "removed"}), gone_is_fine=True)

    def remove_network(self, network: str) -> None:
        """Remove a network by ID. Raises InUse."""
        self._removed(f"network {network}", place("networks", network))

    def remove_volume(self, volume: str) -> None:
        """Remove a volume and what is in it. Raises InUse."""
        self._removed(f"volume {volume}", place("volumes", volume))

    def usage(self, container: str) -> Used | None:
        """What a container uses, measured over about a second; None when it is gone."""
        seen = self._read(f"{place('containers', container)}/json")
        stats = self._read(f"{place('containers', container)}/stats", stream="0")
        if seen is None or stats is None:
            return None
        return readings.used(stats, seen["HostConfig"].get("Memory") or None)

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
        return int(self._made(f"container {container}", told(container, "wait"))["StatusCode"])

    def put_archive(self, container: str, folder: str, archive: bytes | Iterable[bytes]) -> None:
        """Unpack a tar archive in a folder of a container, running or not. Raises EnvctlError(NO_CAPACITY)."""
        what, path = f"what goes into container {container}", f"{place('containers', container)}/archive"
        if isinstance(archive, bytes):
            self._done(what, daemon.Request("PUT", path, {"path": folder}, archive, "application/x-tar"))
        elif self.is_near:
            self._sent(what, daemon.Request("PUT", path, {"path": folder}, kind="application/x-tar"), archive)
        else:
            with speaking(what):
                self.client.put_archive(container, folder, iter(archive))

    def _container(self, name: str, asked: Mapping[str, Any]) -> str:
        """Create a container; its ID."""
        return str(self._made(f"container {name}", posted("/containers/create", asked, name=name))["Id"])

    def _removed(self, what: str, path: str) -> None:
        try:
            self._ask(daemon.Request("DELETE", path))
        except daemon.Refused as refusal:
            if not is_gone(refusal):
                raise used(what, refusal) from refusal
