"""What the state machine of `gc` stands on: two clients of one daemon, environments, and things of others beside."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from envctl import labels
from envctl.decision import Rules
from envctl.events import nobody
from envctl.identity import Identity
from envctl.lease import Found, lease_of
from envctl.observed import Container, Network, Volume
from envctl.ops import leases
from envctl.ops.gc.reclaim import gc
from envctl.ops.setting import Here
from envctl.planning.names import by_hand, of_branch
from envctl.planning.ownership import own_labels
from envctl.stack import Stack, load
from envctl.world import World
from envctl.world.engine import Engine
from envctl.world.locks import Locks
from envctl.world.shell import Shell
from tests.fakes.engine import FakeEngine
from tests.fakes.hub import Hub, hub
from tests.scenarios.stage import git

REFS = ("refs/heads/feature/a", "refs/heads/feature-a", "refs/heads/Feature/A")  # all fold to the same
IDENTITIES = (*(of_branch("shop", ref) for ref in REFS), by_hand("shop", "one"), of_branch("blog", REFS[0]))
FAR = by_hand("blog", "far")  # its port leads nowhere from here, so whether somebody is connected cannot be told
CLIENTS = 2
NOWHERE = 1  # a port that nobody listens on
Object = Container | Network | Volume


@dataclass(frozen=True)
class Meddled(Locks):
    """Locks with somebody who is a moment quicker: `meddle` is done just before one is taken."""

    meddle: Callable[[str], None]

    @contextmanager
    def hold(self, name: str, command: str, *, wait: bool = True) -> Iterator[None]:
        self.meddle(name)
        with super().hold(name, command, wait=wait):
            yield


@dataclass
class Site:
    """What is made once: a checkout, the remote it was cloned from, and ports that somebody listens on."""

    folder: Path
    hub: Hub
    stacks: dict[str, Stack]
    listeners: dict[Identity, socket.socket]
    commit: str  # that every branch is at

    def environ(self, client: int) -> dict[str, str]:
        """What a client has of its own: nothing but a home, which is empty."""
        home = self.folder / f"client-{client}"
        for folder in (home, home / "run"):
            folder.mkdir(mode=0o700, exist_ok=True)
        mine = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "DOCKER_HOST": "unix:///nowhere.sock"}
        return {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", **self.hub.environ, **mine}

    def push(self, ref: str) -> None:
        """The branch is on the remote, and the checkout knows."""
        self.hub.branches.add(ref)
        tracking = self.folder / "checkout/.git/refs/remotes/origin" / ref.removeprefix("refs/heads/")
        tracking.parent.mkdir(parents=True, exist_ok=True)
        tracking.write_text(self.commit)

    def clear(self) -> None:
        """As it was in the beginning."""
        shutil.rmtree(self.folder / "checkout/.git/refs/remotes", ignore_errors=True)
        self.hub.branches, self.hub.pulls = {"refs/heads/main"}, {}
        self.hub.silent = self.hub.forge_silent = False


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """A site in a folder."""
    with hub() as answering, ExitStack() as sockets:
        checkout, stacks = folder / "checkout", {}
        checkout.mkdir()
        git(checkout, "init", "--quiet", "--initial-branch=main")
        git(checkout, "config", "remote.origin.url", answering.url)
        git(checkout, "commit", "--quiet", "--allow-empty", "--message=all")
        commit = (checkout / ".git/refs/heads/main").read_text()
        for project in {identity.project for identity in (*IDENTITIES, FAR)}:
            (checkout / project).mkdir()
            (checkout / project / "envctl.toml").write_text(
                f'[project]\nname = "{project}"\n[services.web]\nimage = "web"\nport = 80\n[lifetime]\nidle = "48h"\n'
            )
            stacks[project] = load(checkout / project / "envctl.toml", environ={"HOME": str(folder)})
        listeners = {each: sockets.enter_context(socket.create_server(("127.0.0.1", 0))) for each in IDENTITIES}
        yield Site(folder, answering, stacks, listeners, commit)


@dataclass
class Env:
    """What a test knows of an environment that it made. Sockets are the two ends of connections to it."""

    identity: Identity
    connections: list[socket.socket] = field(default_factory=list)
    lock: ExitStack | None = None  # somebody works on it
    held: bool = False  # a container of others that is stopped has its volume
    guest: bool = False  # and one that runs

    def disconnect(self) -> None:
        for end in self.connections:
            end.close()
        self.connections.clear()


class Ground:
    """One daemon with its environments, and others."""

    def __init__(self, site: Site) -> None:
        self.site, self.engine, self.skew = site, FakeEngine(), timedelta()
        self.envs: dict[str, Env] = {}
        self.foreign: list[Object] = []
        self.snapshot_budget = 10**9
        self.meddle: Callable[[str], None] | None = None  # what somebody does just before a lock is taken
        self.clients = [self._client(number) for number in range(CLIENTS)]

    def _client(self, number: int) -> World:
        environ = self.site.environ(number)
        shell, runtime = Shell(environ), self.site.folder / f"client-{number}/run/envctl"
        locks = Meddled(self.site.folder / "locks", shell, nobody, self.meddled)
        engine = cast(Engine, self.engine)
        return World(engine, shell, locks, runtime, nobody, environ, lambda: self.engine.time + self.skew)

    def meddled(self, name: str) -> None:
        if self.meddle is not None:
            self.meddle(name)

    def close(self) -> None:
        """Let go of what outlives a test."""
        for env in self.envs.values():
            env.disconnect()
            if env.lock is not None:
                env.lock.close()

    # Environments

    def up(self, identity: Identity, client: int, ttl: float | None = None, parts: int = 9) -> None:
        """As `up` does it, from the lease to the last container; killed after so many parts."""
        here = Here(self.clients[client], self.site.stacks[identity.project], identity)
        leases.begin(here, ttl)
        self.envs.setdefault(identity.full, Env(identity))
        steps = (self._network, self._volume, self._db, self._web)
        for step in steps[:parts]:
            step(identity)
        if parts >= len(steps):
            leases.made(here)

    def _own(self, identity: Identity, role: str, service: str = "", **more: str) -> dict[str, str]:
        return {**own_labels(identity), labels.ROLE: role, labels.SERVICE: service, **more}

    def _network(self, identity: Identity) -> None:
        if all(network.name != identity.full for network in self.engine.nets):
            self.engine.add_network(identity.full, self._own(identity, "network"))

    def _volume(self, identity: Identity) -> None:
        self.engine.create_volume(f"{identity.full}_db", self._own(identity, "data"))
        self.engine.weights[f"{identity.full}_db"] = 100

    def _db(self, identity: Identity) -> None:
        self._run(identity, "db", volumes=[f"{identity.full}_db"])

    def _web(self, identity: Identity) -> None:
        listener = self.site.listeners.get(identity)
        port = listener.getsockname()[1] if listener else NOWHERE
        self._run(identity, "web", {labels.PORT: str(port)})

    def _run(self, identity: Identity, service: str, more: dict[str, str] | None = None, **having: Any) -> None:
        name = f"{identity.full}_{service}"
        if (there := next((c for c in self.engine.held if c.name == name), None)) is not None:
            self.engine.become(there.id, state="running")
            return
        own = self._own(identity, "service", service, **(more or {}))
        made = self.engine.run(name, own, networks=[identity.full], **having)
        self.engine.printed[made, "stdout"] = [b"2026-03-01T12:00:00Z hello"]

    # What the daemon has

    def containers(self, full: str) -> list[Container]:
        """The environment's, by the names that it gave them."""
        return [c for c in self.engine.held if c.name in (f"{full}_db", f"{full}_web") and c not in self.foreign]

    def rest(self, full: str) -> list[Network | Volume]:
        """Its network and volumes."""
        nets = [n for n in self.engine.nets if n.name == full and n not in self.foreign]
        vols = [v for v in self.engine.vols if v.name.startswith((f"{full}_db", f"{full}__lease-"))]
        return [*nets, *(v for v in vols if v not in self.foreign)]

    def lease(self, full: str) -> Found:
        """The newest."""
        return lease_of(part for part in self.rest(full) if isinstance(part, Volume))

    def left_over(self) -> set[str]:
        """The names of what is neither an environment's, nor of others, nor a bundle, nor built for a snapshot."""
        known = {thing.name for full in self.envs for thing in (*self.containers(full), *self.rest(full))}
        every: tuple[Object, ...] = (*self.engine.held, *self.engine.nets, *self.engine.vols)
        others = [thing for thing in every if thing not in self.foreign and "__bundle-" not in thing.name]
        return {thing.name for thing in others if not thing.name.startswith("envctl-snapshot__")} - known

    # gc

    def gc(self, client: int, rules: Rules, project: str | None, *, dry_run: bool = False) -> dict[str, Any]:
        """Its report."""
        return dict(
            gc(self.clients[client], project, rules, snapshot_budget=self.snapshot_budget, dry_run=dry_run).data()
        )

    def state(self) -> object:
        """All that the daemon has, as far as two runs of the same must agree; of bundles how many there are of each."""
        bundles = sorted(v.labels[labels.ENVIRONMENT] for v in self.engine.vols if _is_bundle(v))
        volumes = {v.name: v.labels for v in self.engine.vols if not _is_bundle(v)}
        return {c.name: c.state for c in self.engine.held}, {n.name for n in self.engine.nets}, volumes, bundles

    def twin(self) -> Ground:
        """Another daemon that has the same, for the same environments."""
        made = Ground(self.site)
        made.engine = self.engine.twin()
        made.skew, made.envs, made.foreign = self.skew, self.envs, self.foreign
        made.snapshot_budget = self.snapshot_budget
        made.clients = [made._client(number) for number in range(CLIENTS)]
        return made


def _is_bundle(volume: Volume) -> bool:
    return volume.labels.get(labels.ROLE) == "bundle"
