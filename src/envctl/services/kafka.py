"""kafka: one broker without ZooKeeper (KRaft), made to start quickly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from envctl.services.base import Complaint, Service, numbers, reached
from envctl.services.fields import Image, Setting, Size, Version, named, refuse
from envctl.services.references import Told
from envctl.text import PublishedPort, Text, text
from envctl.units import MIB
from envctl.workload import Address, Derived, Format, Freezing, Mount, Probe, Topics, Workload

INNER, HOST, CONTROLLER = 9092, 19092, 9093
CLUSTER = "ZW52Y3RsLWNsdXN0ZXItMQ"  # any 16 bytes do: a broker of one knows no other cluster
VOLUME = "/var/lib/kafka/data"
# What envctl decides. The log is one folder deeper: a broker refuses the lost+found of a volume's root.
LISTENERS = {
    "node.id": "1",
    "process.roles": "broker,controller",
    "controller.quorum.voters": f"1@127.0.0.1:{CONTROLLER}",
    "controller.listener.names": "CONTROLLER",
    "listeners": f"INTERNAL://0.0.0.0:{INNER},HOST://0.0.0.0:{HOST},CONTROLLER://127.0.0.1:{CONTROLLER}",
    "listener.security.protocol.map": "INTERNAL:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "INTERNAL",
    "log.dirs": f"{VOLUME}/logs",
}
OURS = frozenset({*LISTENERS, "advertised.listeners", "log.dir", "broker.id"})
# One broker cannot keep three copies; one partition of the internal topics starts faster than fifty.
SINGLE = {
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "group.initial.rebalance.delay.ms": "0",
}
# A broker takes the mark away once it has read its logs, and leaves it there only when it has closed them all.
CHECK = """set -eu
at=$1/logs
[ -e "$at/meta.properties" ] || { echo "it holds no data of a broker" >&2; exit 1; }
[ -e "$at/.kafka_cleanshutdown" ] || { echo "its broker was not shut down cleanly" >&2; exit 1; }
"""
INTERNAL = frozenset({"__consumer_offsets", "__transaction_state", "__cluster_metadata", "__share_group_state"})


def _topic(value: str) -> str:
    if value in {".", ".."} or value in INTERNAL:
        raise refuse(f"{value} is a name that Kafka keeps for itself")
    return named(r"[A-Za-z0-9._-]{1,249}", "a topic (1–249 of a–z, A–Z, 0–9, . _ -)")(value)


def _partitions(value: int) -> int:
    if not 1 <= value <= 1000:  # noqa: PLR2004  # more takes a single broker minutes
        raise refuse(f"{value} is not a number of partitions (1–1000)")
    return value


Topic = Annotated[str, AfterValidator(_topic)]
Partitions = Annotated[int, AfterValidator(_partitions), Field(json_schema_extra={"minimum": 1, "maximum": 1000})]
Key = Annotated[str, AfterValidator(named(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", "the name of a broker setting"))]


def variable(key: str) -> str:
    """The image's variable for a broker setting: `log.retention.ms` → KAFKA_LOG_RETENTION_MS."""
    return "KAFKA_" + key.replace("_", "__").replace("-", "___").replace(".", "_").upper()


class Kafka(Service):
    """A Kafka broker (KRaft, no ZooKeeper). Topics that are listed exist before anything that needs the
    broker starts; another is made at its first use, unless `config` turns `auto.create.topics.enable` off.
    """

    kind: Literal["kafka"] = Field(description="`kafka`")
    version: Version = Field(
        default="4.1.1", description="Version of the image: `apache/kafka:VERSION`.", examples=["4.1.1"]
    )
    image: Image | None = Field(
        default=None,
        description="Another image with the contract of the official one.",
        examples=["registry.example.com/kafka:4.1.1"],
    )
    topics: dict[Topic, Partitions] = Field(
        default={},
        description="Topics that must exist, and how many partitions they have.",
        examples=[{"orders": 3}],
    )
    data: str | None = Field(
        default=None,
        description="The `[data.NAME]` that a new broker's topics are filled from: messages made of a database's rows.",
        examples=["messages"],
    )
    heap: Size = Field(default=384 * MIB, description="Java heap of the broker.", examples=["1GiB"])
    config: dict[Key, Setting] = Field(
        default={},
        description="Settings of the broker, as in server.properties. Keys hold dots: write them in quotes.",
        examples=[{"auto.create.topics.enable": False}],
    )

    @property
    def listens(self) -> int:
        """The port inside the network."""
        return INNER

    def complaints(self, name: str, project: str) -> Iterator[Complaint]:
        """No two topics with one name in the metrics, and no setting that envctl decides."""
        seen: dict[str, str] = {}
        for topic in self.topics:
            other = seen.setdefault(topic.replace(".", "_"), topic)
            if other != topic:
                yield Complaint(("topics", topic), f"Kafka cannot tell it from {other}: . and _ are one to it")
        for key in self.config:
            if key.lower() in OURS:
                yield Complaint(("config", key), "is decided by envctl", "leave it out")

    def volumes_of(self, name: str) -> tuple[str, ...]:
        """One volume for its data."""
        return (f"{name}-data",)

    @property
    def _broker(self) -> dict[str, str]:
        return {**SINGLE, **self.config, **LISTENERS}

    def _environment(self, name: str) -> dict[str, Text]:
        return {
            **{variable(key): text(value) for key, value in self._broker.items()},
            variable("advertised.listeners"): text(f"INTERNAL://{name}:{INNER},HOST://127.0.0.1:", PublishedPort(name)),
            "CLUSTER_ID": text(CLUSTER),
            "KAFKA_HEAP_OPTS": text(f"-Xmx{self.heap // 1024}k"),
            "KAFKA_JVM_PERFORMANCE_OPTS": text("-XX:+UseSerialGC -XX:TieredStopAtLevel=1"),
        }

    def workload(self, name: str, project: str, root: Path, told: Told) -> Workload:
        """The broker: one listener for the network, one for the host, each advertised as it is reached."""
        return Workload(
            service=name,
            kind=self.kind,
            image=self.image or f"apache/kafka:{self.version}",
            environment=self._environment(name),
            mounts=tuple(Mount(volume, VOLUME) for volume in self.volumes_of(name)),
            port=HOST,
            inner_port=INNER,
            # Its command-line tools start a JVM each; a connection tells as much.
            probe=Probe(("bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{INNER}"), 120.0),
            needs=self.needs,
            stateful=True,
            format=Format(
                numbers(self.version, self.image, said="version" in self.model_fields_set, count=2), reads_older=True
            ),
            topics=Topics(dict(self.topics)),
            derived=Derived(self.data) if self.data else None,
            freezing=Freezing(
                CHECK,
                slow_start=True,
                shaped_by=(f"cluster={CLUSTER}", *(f"{key}={value}" for key, value in sorted(self._broker.items()))),
            ),
            stop_grace=30.0,
        )

    def settings(self, name: str, project: str, at: Address) -> Mapping[str, Text]:
        """kafka://HOST:PORT and its parts; `brokers` is what clients call bootstrap servers."""
        told = reached("kafka", at)
        return {**told, "brokers": told["address"]}
