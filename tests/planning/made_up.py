"""A made-up shop, and a daemon made of values: what a plan's steps would leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from envctl import labels
from envctl.blueprint import Blueprint, Image, references
from envctl.identity import Identity
from envctl.observed import Container, Network, Observed, Record, Volume
from envctl.plan import (
    CreateDatabase,
    CreateNetwork,
    CreateTopics,
    CreateVolume,
    Forget,
    Load,
    Plan,
    PrepareImage,
    RemoveContainer,
    Resume,
    Start,
    Step,
)
from envctl.planning.compare import compare
from envctl.planning.data import data_labels
from envctl.planning.ownership import own_labels
from envctl.planning.provision import fact, service_of, topics_fingerprint
from envctl.text import Confidential, Password, PublishedPort, text
from envctl.workload import Build, Database, Mount, Probe, Topics, Workload

IDENTITY = Identity("shop", "main", "refs/heads/main")
SUBNET = "10.213.138.0/25"
Fingerprints = Mapping[Confidential, str]
PASSWORDS: Fingerprints = {Password("db"): "first"}
HEALTH = Probe(("healthy",))

DB = Workload(
    service="db",
    kind="postgres",
    image="postgres:17",
    files={"/run/secrets/db-password": text(Password("db"))},
    mounts=(Mount("db-data", "/var/lib/postgresql/data"),),
    port=5432,
    probe=HEALTH,
    stateful=True,
    database=Database("shop", "postgres", Path("/shop.dump"), "catalogue"),
)
EVENTS = Workload(
    service="events",
    kind="kafka",
    image="apache/kafka:4.1.1",
    environment={"ADVERTISED": text("127.0.0.1:", PublishedPort("events"))},
    mounts=(Mount("events-data", "/var/lib/kafka/data"),),
    port=19092,
    probe=HEALTH,
    stateful=True,
    topics=Topics({"orders": 3}),
)
API = Workload(
    service="api",
    kind="app",
    build=Build(Path("/api"), Path("/api/Dockerfile")),
    hidden={"DATABASE_URL": text("postgresql://postgres:", Password("db"), "@db:5432/shop")},
    port=8000,
    probe=HEALTH,
    needs=("db", "events"),
    before=("migrate",),
)
WEB = Workload(service="web", kind="app", image="caddy:2", port=3000, public=True, probe=HEALTH, needs=("api",))
SHOP = (DB, EVENTS, API, WEB)


def blueprint(
    workloads: Iterable[Workload] = SHOP, *, content: str = "c0ffee", registry: str | None = None
) -> Blueprint:
    """The shop on the branch main."""
    drawn = tuple(workloads)
    return Blueprint(
        identity=IDENTITY,
        labels=own_labels(IDENTITY),
        workloads=drawn,
        images={
            w.service: Image(w.service, (f"shop/{w.service}:{content}",), built=True)
            if w.build
            else Image(w.service, references(w.image or "", registry))
            for w in drawn
        },
        settings={},
    )


def any_port(_: int) -> bool:
    return True


@dataclass
class Daemon:
    """What a daemon would hold after the steps it was given."""

    drawn: Blueprint = field(default_factory=blueprint)
    containers: dict[str, Container] = field(default_factory=dict)  # by name
    network: Network | None = None
    volumes: dict[str, Volume] = field(default_factory=dict)
    images: set[str] = field(default_factory=set)
    loads: int = 0
    busy: tuple[int, ...] = ()

    def observed(self) -> Observed:
        return Observed(
            containers=tuple(self.containers.values()),
            network=self.network,
            volumes=tuple(self.volumes.values()),
            subnets=self.network.subnets if self.network else (),
            images={image: f"sha256:{image}" for image in self.images},
        )

    def plan(
        self,
        drawn: Blueprint | None = None,
        passwords: Fingerprints = PASSWORDS,
        *,
        rebuild: bool = False,
        reload: Iterable[str] = (),
    ) -> Plan:
        """What there is to do."""
        own = {int(c.labels[labels.PORT]) for c in self.containers.values() if c.state == "running" and c.service}
        free: Callable[[int], bool] = lambda port: port not in own and port not in self.busy  # noqa: E731
        return compare(drawn or self.drawn, self.observed(), passwords, free, rebuild=rebuild, reload=tuple(reload))

    def change(self, service: str, **seen: object) -> None:
        """Something happened to a service's container."""
        name = self.drawn.container(service)
        self.containers[name] = replace(self.containers[name], **seen)  # type: ignore[arg-type]

    def stop(self) -> None:
        """Everything stopped, as after a reboot."""
        for workload in self.drawn.workloads:
            self.change(workload.service, state="exited", health=None, exit_code=0)

    def lose(self, service: str) -> None:
        """Somebody removed a service's container."""
        del self.containers[self.drawn.container(service)]

    def lose_volume(self, service: str) -> None:
        """Somebody removed a service's container and its volume."""
        self.lose(service)
        del self.volumes[self.drawn.volume(f"{service}-data")]

    def carry_out(self, plan: Plan, drawn: Blueprint | None = None, passwords: Fingerprints = PASSWORDS) -> None:
        """The whole plan."""
        for effect in self.effects(plan, drawn or self.drawn, passwords):
            effect()

    def effects(self, plan: Plan, drawn: Blueprint, passwords: Fingerprints = PASSWORDS) -> list[Callable[[], None]]:
        """One for each moment at which a run may be killed."""
        done: dict[str, str] = {}

        def effect(step: Step) -> Callable[[], None]:
            return lambda: self._do(step, plan, drawn, done)

        def remember() -> None:
            stores = {step.service for step in plan.stores} | {service_of(key) for key in done}
            facts = {fact("password", s): p for s in sorted(stores) if (p := passwords.get(Password(s)))}
            named = {w.service: w.database.name for w in drawn.workloads if w.database is not None}
            facts |= {fact("database", s): named[s] for s in sorted(stores) if s in named}
            self._record({**self.observed().record.facts, **done, **facts})

        before, after = (*plan.prepare, *plan.stores, *plan.provision), plan.services
        return [*map(effect, before), remember, *map(effect, after)]

    def _record(self, facts: Mapping[str, str]) -> None:
        old = self.observed().record
        if facts == old.facts:
            return
        name = Record(old.number + 1).name(IDENTITY)
        own = {labels.ROLE: "record", **{labels.FACT + key: value for key, value in facts.items()}}
        self.volumes.pop(old.name(IDENTITY), None)
        self.volumes[name] = Volume(name, own)

    def _do(self, step: Step, plan: Plan, drawn: Blueprint, done: dict[str, str]) -> None:  # noqa: C901 – a case each
        match step:
            case PrepareImage(image=image):
                self.images.add(image)
            case RemoveContainer(name=name):
                del self.containers[name]
            case CreateNetwork(name=name, subnet=subnet):
                self.network = Network("n", name, {**drawn.labels, labels.ROLE: "network"}, (subnet,))
            case CreateVolume(name=name):
                assert name not in self.volumes
                self.volumes[name] = Volume(name, {**drawn.labels, **data_labels(drawn, name), labels.ROLE: "data"})
            case Resume(id=container):
                self.containers[container] = replace(self.containers[container], state="running")
            case Forget(service=service):
                facts = self.observed().record.facts
                self._record({key: value for key, value in facts.items() if service_of(key) != service})
            case Start(service=service):
                self._start(service, plan, drawn)
            case Load(service=service):
                self.loads += 1
                done[fact("data", service)] = "a dump"
            case CreateDatabase(service=service, database=database):
                done[fact("database", service)] = database
            case CreateTopics(service=service, partitions=partitions):
                done[fact("topics", service)] = topics_fingerprint(partitions)

    def _start(self, service: str, plan: Plan, drawn: Blueprint) -> None:
        own = {
            **drawn.labels,
            labels.SERVICE: service,
            labels.ROLE: "service",
            labels.DIGEST: plan.digests[service],
            labels.PORT: str(plan.ports[service]),
        }
        name = drawn.container(service)
        self.containers[name] = Container(name, name, own, plan.images[service], "running", "healthy")


def shop(**changed: Workload) -> tuple[Workload, ...]:
    """The shop with some of its services changed."""
    return tuple(changed.get(w.service, w) for w in SHOP)


def running(drawn: Blueprint | None = None) -> Daemon:
    """The shop, up and healthy."""
    daemon = Daemon(drawn or blueprint())
    daemon.carry_out(daemon.plan())
    return daemon


def steps(text_of_plan: str) -> list[str]:
    """The lines of a plan, or of the text that is expected of one."""
    return [line.strip() for line in text_of_plan.strip().splitlines()]
