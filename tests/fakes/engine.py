"""A Docker Engine made of values. It does what the real one does: tests/contracts/test_engine.py holds both to it."""

from __future__ import annotations

import io
import json
import tarfile
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any, TypeVar

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Job, Output
from envctl.machine import Daemon
from envctl.observed import Container, Happening, ImageDefaults, Network, Used, Volume
from envctl.world.client import Declined, InUse
from envctl.world.daemon import stopped
from envctl.world.engine import SubnetTaken
from envctl.world.stir import Stir

T = TypeVar("T", Container, Volume)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALIVE = ("running", "paused", "restarting")  # has processes, and so an end in each of its networks
OWNERS = (labels.PROJECT, labels.ENVIRONMENT, labels.SNAPSHOT, labels.POOL)  # whose a volume is, as far as it says so


class Killed(BaseException):
    """The process that asked ends here, as SIGKILL ends one: no `except Exception` sees it."""


def silent() -> EnvctlError:
    """What is raised when the daemon stops answering."""
    return stopped(ConnectionResetError("Connection reset by peer"))


def does_nothing(_: Job) -> Output:
    """What a helper does unless a test says otherwise."""
    return Output(0, ())


@dataclass(frozen=True)
class Break:
    """From this change on nobody is answered. `after`: that one is made, and only its answer is lost."""

    at: int
    failure: Callable[[], BaseException]
    after: bool = False


@dataclass
class FakeEngine:
    """Holds what a daemon would, and answers as it would. All who hold it are clients of one daemon."""

    held: tuple[Container, ...] = ()
    nets: tuple[Network, ...] = ()
    vols: tuple[Volume, ...] = ()
    printed: dict[tuple[str, str], list[bytes]] = field(default_factory=dict)  # (container's ID, stream)
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)  # (container's ID, path)
    tagged: tuple[str, ...] = ()
    labelled: Mapping[str, Mapping[str, str] | None] = field(default_factory=dict)  # by an image's ID; None: it is gone
    asked: list[float | None] = field(default_factory=list)  # since when
    did: list[str] = field(default_factory=list)  # what was paused and resumed, in order
    happened: tuple[Happening, ...] = ()
    images: Mapping[str, str] = field(default_factory=dict)  # reference → ID
    uses: dict[str, Used] = field(default_factory=dict)  # by a container's ID
    execs: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by a container's ID: programs run in it
    weights: dict[str, int] = field(default_factory=dict)  # bytes, by a volume's name or a container's ID
    mounts: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by a container's ID: names of volumes
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by a container's ID: names of networks
    boxes: dict[str, dict[str, str]] = field(default_factory=dict)  # by a container's ID: folder → volume
    stored: dict[str, dict[str, bytes]] = field(default_factory=dict)  # by a volume's name: path in it → content
    jobs: dict[str, Job] = field(default_factory=dict)  # by a helper's ID, also once it is gone
    does: Callable[[Job], Output] = does_nothing  # how a helper's job ends, and what it prints
    options: dict[str, dict[str, str]] = field(default_factory=dict)  # by a volume's name: what its driver was told
    time: datetime = NOON
    changes: int = 0  # since the last break was set
    breaks: Break | None = None
    _broken: bool = False
    _made: int = 0
    _lock: Any = field(default_factory=threading.RLock, repr=False)

    # What tests do to it

    def run(
        self,
        name: str,
        own: Mapping[str, str] | None = None,
        *,
        state: str = "running",
        image: str = "",
        volumes: Iterable[str] = (),
        networks: Iterable[str] = (),
        **seen: Any,
    ) -> str:
        """Make a container of an image (by its ID), whose labels it inherits; its ID."""
        given = {**(self.labelled.get(image) or {}), **(own or {})}
        seen = {"created": self.time.isoformat(), **seen}
        made = Container(id=self._id("c"), name=name, labels=given, image=image, state=state, image_id=image, **seen)
        self.held = (*self.held, made)
        self.mounts[made.id], self.joined[made.id] = tuple(volumes), tuple(networks)
        return made.id

    def add_volume(self, name: str, own: Mapping[str, str]) -> None:
        """A volume that somebody made, whoever it was."""
        place = f"/var/lib/docker/volumes/{name}/_data"
        self.vols = (*self.vols, Volume(name, dict(own), self.time.isoformat(), place))

    def add_network(self, name: str, own: Mapping[str, str], *subnets: str) -> str:
        """A network that somebody made, whoever it was; its ID."""
        made = Network(self._id("n"), name, dict(own), subnets, self.time.isoformat())
        self.nets = (*self.nets, made)
        return made.id

    def twin(self) -> FakeEngine:
        """Another daemon that has the same now."""
        made = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict | list):
                setattr(made, name, deepcopy(value))
        return made

    def become(self, container: str, **seen: Any) -> None:
        """Change what a container is seen to be, such as its `state`."""
        self.held = tuple(replace(c, **seen) if c.id == container else c for c in self.held)

    def move(self, **by: float) -> None:
        """Move the daemon's clock, also back: `hours=-1`."""
        self.time += timedelta(**by)

    def break_off(self, at: int, failure: Callable[[], BaseException] = silent, *, after: bool = False) -> None:
        """Answer so many changes from now on, counted from 1, the last of which fails, and then nobody any more."""
        self.changes, self.breaks, self._broken = 0, Break(at, failure, after), False

    def mend(self) -> bool:
        """Answer again; whether it had come to a break."""
        was, self.breaks, self._broken = self._broken, None, False
        return was

    # What envctl asks of it

    def daemon(self) -> Daemon:
        self._listen()
        return Daemon("28.5.0", "1.51", 8 << 30, "/var/lib/docker", "6.18", self.time.isoformat())

    def now(self) -> datetime:
        self._listen()
        return self.time.replace(microsecond=0)

    def containers(self, *any_of: Mapping[str, str], prefix: str = "") -> tuple[Container, ...]:
        self._listen()
        return tuple(c for c in self.held if _asked(c, any_of, prefix))

    def inspect(self, container: str) -> Container | None:
        self._listen()
        return next((c for c in self.held if container in (c.id, c.name)), None)

    def listed(self, only: Mapping[str, str] | None = None, *, surely: bool = True) -> tuple[Container, ...]:
        self._listen()
        return tuple(c for c in self.held if (_asked(c, [only], "") if only else labels.ENVIRONMENT in c.labels))

    def running_with(self, networks: Collection[str], volumes: Collection[str]) -> tuple[Container, ...]:
        self._listen()
        called, wanted = {n.name for n in self.nets if n.id in networks}, set(volumes)
        alive = (c for c in self.held if c.state in ALIVE)
        return tuple(
            c for c in alive if called & set(self.joined.get(c.id, ())) or wanted & set(self.mounts.get(c.id, ()))
        )

    def networks(self) -> tuple[Network, ...]:
        self._listen()
        return self.nets

    def volumes(self, *any_of: Mapping[str, str], prefix: str = "") -> tuple[Volume, ...]:
        self._listen()
        every = not any_of and not prefix
        found = (v for v in self.vols if _asked(v, any_of, prefix) or (every and labels.ENVIRONMENT in v.labels))
        return tuple(sorted(found, key=lambda volume: volume.name))

    def image(self, reference: str) -> str | None:
        self._listen()
        return self.images.get(reference)

    def tags(self) -> tuple[str, ...]:
        self._listen()
        return self.tagged

    def image_labels(self, image: str) -> Mapping[str, str] | None:
        self._listen()
        return self.labelled.get(image, {})

    def image_defaults(self, reference: str) -> ImageDefaults:
        self._listen()
        return ImageDefaults()

    def create_network(
        self,
        name: str,
        subnet: str,
        own: Mapping[str, str],
        *,
        internal: bool = False,
        options: Mapping[str, str] | None = None,
    ) -> None:
        with self._changing():
            if any(n.name == name for n in self.nets):
                raise _refused(f"network {name}", f"network with name {name} already exists")
            if any(ip_network(subnet).overlaps(ip_network(taken)) for n in self.nets for taken in n.subnets):
                raise SubnetTaken(subnet)
            self.add_network(name, own, subnet)

    def create_volume(
        self, name: str, own: Mapping[str, str], *, driver: str | None = None, options: Mapping[str, str] | None = None
    ) -> Mapping[str, str]:
        with self._changing():
            if all(v.name != name for v in self.vols):
                self.add_volume(name, own)
                self.options[name] = dict(options or {})
            found = next(v for v in self.vols if v.name == name)
        if any(found.labels.get(key) != own[key] for key in OWNERS if key in own):
            raise EnvctlError(Exit.NOT_OURS, f"a volume called {name} is there already, and envctl did not make it")
        return found.labels

    def pause_container(self, container: str) -> None:
        self._turn(container, ("running",), "paused")

    def resume_container(self, container: str) -> None:
        self._turn(container, ("paused",), "running")

    def stop_container(self, container: str) -> None:
        with self._changing():
            self._end(self._there(container).id)

    def end_container(self, container: str) -> None:
        with self._changing():
            self._end(self._there(container).id, 137)

    def start_container(self, container: str) -> None:
        started = ""
        try:
            with self._changing():
                started = self._there(container).id
                self.become(started, state="running", exit_code=None)
        finally:  # also where nobody is told: what was started works
            if started in self.jobs:
                self._work(started)

    def remove_container(self, container: str) -> None:
        with self._changing():
            self._end(container)
        with self._changing():
            self.held = tuple(c for c in self.held if container not in (c.id, c.name))
            self.boxes.pop(container, None)

    def remove_network(self, network: str) -> None:
        with self._changing():
            gone = next((n for n in self.nets if network in (n.id, n.name)), None)
            if gone is None:
                return
            if any(gone.name in self.joined.get(c.id, ()) for c in self.held if c.state in ALIVE):
                raise _in_use(f"network {network}", f"network {gone.name} has active endpoints")
            self.nets = tuple(n for n in self.nets if n.id != gone.id)

    def remove_volume(self, volume: str) -> None:
        with self._changing():
            if any(volume in self.mounts.get(c.id, ()) for c in self.held):
                raise _in_use(f"volume {volume}", "volume is in use")
            self.vols = tuple(v for v in self.vols if v.name != volume)
            self.stored.pop(volume, None)

    def open_execs(self, container: str) -> tuple[str, ...]:
        self._listen()
        return self.execs.get(container, ())

    def sizes(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        self._listen()
        volumes = {v.name: self.weights.get(v.name, 0) for v in self.vols}
        return volumes, {c.id: self.weights.get(c.id, 0) for c in self.held}

    def usage(self, container: str) -> Used | None:
        self._listen()
        return self.uses.get(container)

    def happenings(self, *, since: float | None, until: float | None) -> Iterator[Happening]:
        self.asked += [since, until]
        return iter(self.happened)

    def read_file(self, container: str, path: str) -> bytes | None:
        self._listen()
        volume, folder = self._mounted(container, path)
        if volume is not None:
            return self.stored.get(volume, {}).get(path.removeprefix(f"{folder}/"))
        return self.contents.get((container, path))

    def files(self, container: str, folder: str) -> Mapping[str, bytes]:
        self._listen()
        inside = f"{folder}/"
        found = {path: content for (one, path), content in self.contents.items() if one == container}
        return {p.removeprefix(inside): content for p, content in found.items() if p.startswith(inside)}

    def load_image(self, archive: bytes) -> None:
        with self._changing(), tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            manifest = tar.extractfile("manifest.json")
            assert manifest is not None
            for tag in json.load(manifest)[0]["RepoTags"]:
                self.images = {**self.images, tag: f"sha256:{tag}"}

    def make_box(
        self, name: str, image: str, own: Mapping[str, str], volumes: Mapping[str, str], *, read_only: bool = False
    ) -> str:
        with self._changing():
            if any(c.name == name for c in self.held):
                raise _refused(f"container {name}", f"The container name {name} is already in use")
            if image not in self.images:
                raise _refused(f"container {name}", f"No such image: {image}")
            made = self.run(name, own, state="created", image=self.images[image], volumes=volumes.values())
            self.boxes[made] = dict(volumes)
            return made

    def make_helper(self, name: str, job: Job, own: Mapping[str, str]) -> str:
        made = self.make_box(name, job.image, own, {path: mounted.volume for path, mounted in job.mounts.items()})
        for mounted in job.mounts.values():
            if all(v.name != mounted.volume for v in self.vols):
                self.add_volume(mounted.volume, {})  # as the daemon does with what is not there
        self.jobs[made] = job
        return made

    def wait_container(self, container: str) -> int:
        self._listen()
        found = self._there(container)
        assert found.state not in ALIVE, "who waits for what never ends waits for ever"
        return found.exit_code or 0

    def kill_container(self, container: str) -> None:
        with self._changing():
            self.held = tuple(c for c in self.held if container not in (c.id, c.name))
            self.boxes.pop(container, None)

    def put_archive(self, container: str, folder: str, archive: bytes | Iterable[bytes]) -> None:
        whole = archive if isinstance(archive, bytes) else b"".join(archive)
        with self._changing(), tarfile.open(fileobj=io.BytesIO(whole)) as tar:
            for member in tar:
                content, path = tar.extractfile(member), f"{folder.rstrip('/')}/{member.name}"
                if content is None:
                    continue
                volume, root = self._mounted(container, path)
                if volume is None:
                    self.contents[container, path] = content.read()
                else:
                    self.stored.setdefault(volume, {})[path.removeprefix(f"{root}/")] = content.read()

    @contextmanager
    def stirring(self, own: Mapping[str, str]) -> Iterator[Stir]:
        self._listen()
        yield Stir()

    def logs(
        self, container: str, *, stream: str, follow: bool, since: float | None, tail: int | None
    ) -> Iterator[bytes]:
        self._listen()
        self.asked.append(since)
        every = [(line, of) for (one, of), lines in self.printed.items() if one == container for line in lines]
        every.sort(key=lambda entry: entry[0].partition(b" ")[0])
        last = every if tail is None else every[len(every) - min(tail, len(every)) :]  # of both streams together
        return iter([line for line, of in last if of == stream])

    is_near = False  # it has no programs to talk to: `docker exec` is asked, which a test's shell answers

    # How it does it

    def _listen(self) -> None:
        if self._broken and self.breaks is not None:
            raise self.breaks.failure()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One change, which may be the one that the daemon, or the one who asks, does not survive."""
        with self._lock:
            self._listen()
            self.changes += 1
            self._broken = self.breaks is not None and self.changes >= self.breaks.at
            if self.breaks is not None and not self.breaks.after:
                self._listen()
            yield
            self._listen()

    def _work(self, container: str) -> None:
        """What a helper does from its start to its end: it takes no time."""
        ended = self.does(self.jobs[container])
        stamp = self.time.isoformat().encode()
        self.printed[container, "stdout"] = [stamp + b" " + line.encode() for line in ended.lines]
        self.become(container, state="exited", exit_code=ended.status)

    def _turn(self, container: str, only: tuple[str, ...], state: str) -> None:
        with self._changing():
            found = self._there(container)
            if found.state not in only:
                raise _refused(f"container {container}", f"container {found.id} is not {only[0]}")
            self.did.append(f"{container.removeprefix('id-shop_main_')} {state}")
            self.become(found.id, state=state)

    def _end(self, container: str, code: int = 143) -> None:
        """What a container is when it was stopped; it may be gone."""
        for found in (c for c in self.held if container in (c.id, c.name) and c.state in ALIVE):
            self.become(found.id, state="exited", exit_code=code)

    def _there(self, container: str) -> Container:
        found = next((c for c in self.held if container in (c.id, c.name)), None)
        if found is None:
            raise _refused(f"container {container}", f"No such container: {container}")
        return found

    def _mounted(self, container: str, path: str) -> tuple[str | None, str]:
        """The volume that a path of a box is in, and where that lies; None where it is in none."""
        mounts = self.boxes.get(container, {})
        folder = next((folder for folder in mounts if path.startswith(f"{folder}/")), None)
        return (None, "") if folder is None else (mounts[folder], folder)

    def _id(self, kind: str) -> str:
        with self._lock:
            self._made += 1
            return f"{kind}{self._made:04}"


def _asked(thing: Container | Volume, any_of: Iterable[Mapping[str, str]], prefix: str) -> bool:
    """As the daemon answers: all labels of one of these, or a name that begins so."""
    labelled = any(only.items() <= thing.labels.items() for only in any_of)
    return labelled or (bool(prefix) and thing.name.startswith(prefix))


def _refused(what: str, why: str) -> Declined:
    return Declined(Exit.DOCKER, f"{what}: the Docker Engine refused: {why}", hint="See the daemon's log.")


def _in_use(what: str, why: str) -> InUse:
    return InUse(Exit.DOCKER, f"{what} is in use: {why}", hint="Remove the container that uses it.")
