"""What envctl does with the Docker Engine, through its client library."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Job
from envctl.observed import Happening, Used
from envctl.world import readings
from envctl.world.client import in_use, refused, speaking
from envctl.world.reader import Reader

_OWNERS = (labels.PROJECT, labels.ENVIRONMENT, labels.SNAPSHOT, labels.POOL)  # the labels that say whose a volume is
_DAY = 86400  # seconds: copying takes as long as it takes
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

    def end_container(self, container: str) -> None:
        """Kill a container's processes, if there are any, and wait for their end. The container stays."""
        from docker.errors import APIError

        try:
            with speaking():
                self.client.kill(container)
        except APIError as error:
            if "is not running" not in str(error.explanation):
                raise refused(f"container {container}", error) from error

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

    def make_helper(self, name: str, job: Job, own: Mapping[str, str]) -> str:
        """Create the container of a job, to be started; its ID."""
        mounts: list[dict[str, Any]] = [
            {
                "Type": "volume",
                "Source": mounted.volume,
                "Target": path,
                "ReadOnly": mounted.read_only,
                "VolumeOptions": {"NoCopy": True, **({"Subpath": mounted.subpath} if mounted.subpath else {})},
            }
            for path, mounted in job.mounts.items()
        ]
        mounts += [{"Type": "bind", "Source": path, "Target": path} for path in job.binds]
        with speaking(f"container {name}"):
            made = self.client.create_container(
                job.image,
                list(job.command),
                name=name,
                entrypoint=list(job.entrypoint) if job.entrypoint is not None else None,
                user=job.user or None,
                environment=dict(job.environment),
                labels=dict(own),
                healthcheck={"test": ["NONE"]},
                host_config={
                    "NetworkMode": job.network,
                    "ExtraHosts": [f"{name}:{address}" for name, address in job.hosts.items()],
                    "Mounts": mounts,
                    "Privileged": job.privileged,
                    **({"UsernsMode": "host"} if job.privileged else {}),  # else refused where users are mapped
                    "ShmSize": job.shared_memory,
                    "LogConfig": {"Type": "local"},  # it is read again, and may quote data: to nobody else's log
                },
            )
        return str(made["Id"])

    def wait_container(self, container: str) -> int:
        """Wait for the end of a container; its status."""
        with speaking(f"container {container}"):
            return int(self.client.wait(container, timeout=_DAY)["StatusCode"])

    def kill_container(self, container: str) -> None:
        """End a container at once, if it runs, and remove it with its anonymous volumes."""
        with speaking(f"container {container}", gone_is_fine=True):
            self.client.remove_container(container, v=True, force=True)

    def put_archive(self, container: str, folder: str, archive: Iterable[bytes]) -> None:
        """Unpack a tar archive in a folder of a container, running or not. Raises EnvctlError(NO_CAPACITY)."""
        with speaking(f"what goes into container {container}"):
            self.client.put_archive(container, folder, iter(archive))

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
