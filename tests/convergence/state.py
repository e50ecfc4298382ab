"""All that an environment is: on the daemon, in its stores, in files and in processes. Two of them compare."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import psycopg
from confluent_kafka.admin import AdminClient

from envctl import labels
from envctl.ops.settings import settings
from envctl.snapshot import marker
from envctl.snapshots.overlay import UPPER
from tests.scenarios.stage import Stage
from tests.scenarios.test_interrupts import left_running

_CHANGING = (
    *(labels.CREATED, labels.DIGEST, labels.PORT, f"{labels.FACT}password"),
    *(labels.RENDERED, labels.PLAN, labels.REMOVED, labels.UNTIL, labels.SIZE, labels.CHECK),
    *(f"{labels.PREFIX}lease.{what}" for what in ("begun", "used", "expires", "made", "failed")),
)
# How data is copied: by whether tests beside this one have a pool.
_BY_CHANCE = (labels.STRATEGY, labels.SUBPATH, labels.POOL, labels.BENEATH)
_SAME = (
    (re.compile(r"[0-9A-Za-z]{32,64}"), "RANDOM"),
    (re.compile(r"\b(1[6-9]|2\d|3[0-2])\d{3}\b"), "PORT"),
    (re.compile(r"10\.213\.\d+\.\d+/25"), "SUBNET"),
    (re.compile(r"__(record|lease|project)-\d+"), r"__\1"),
    (re.compile(r"__bundle-\d{8}T\d{6}(-\d+)?"), "__bundle"),
)

State = dict[str, Any]


def state(stage: Stage, temporary: Path) -> State:
    """What there is of a stage's environment, whatever differs between two that are alike left out."""
    found = {
        "containers": sorted(map(_container, stage.docker.containers.list(all=True, filters=stage.mine()))),
        "volumes": sorted(
            [v.name, _labels(v.attrs["Labels"])]
            for v in stage.docker.volumes.list(filters=stage.mine())
            if v.attrs["Labels"].get(labels.ROLE) != UPPER
        ),
        "networks": [_network(n.attrs) for n in stage.docker.networks.list(filters=stage.mine())],
        "databases": _databases(stage),
        "topics": _topics(stage),
        "files": sorted(
            [str(path.relative_to(stage.runtime)), oct(path.stat().st_mode), path.read_text()]
            for path in stage.runtime.rglob("*")
            if path.is_file() and path.suffix != ".lock"
        ),
        "temporary": sorted(path.name for path in temporary.iterdir()),
        "processes": left_running(stage),
    }
    text = json.dumps(found)
    text = text.replace(str(stage.folder), "FOLDER").replace(str(stage.runtime), "RUNTIME")
    text = text.replace(stage.project, "PROJECT")
    for what, instead in _SAME:
        text = what.sub(instead, text)
    same: State = json.loads(text)
    return same


def difference(expected: Any, found: Any, where: str = "") -> list[str]:
    """Where two states differ, and in what."""
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = sorted({*expected, *found})
        return [d for key in keys for d in difference(expected.get(key), found.get(key), f"{where}/{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [d for number, (one, other) in pairs for d in difference(one, other, f"{where}/{number}")]
    return [] if expected == found else [f"{where}: expected {expected}, found {found}"[:500]]


def _labels(of: dict[str, str] | None) -> dict[str, str]:
    """Our own labels, but for what is new each time."""
    ours = {key: value for key, value in (of or {}).items() if key.startswith(labels.PREFIX)}
    told = {key: value for key, value in ours.items() if not key.startswith(_BY_CHANCE)}
    return {key: "SOMETHING" if key.startswith(_CHANGING) else value for key, value in sorted(told.items())}


def _container(container: Any) -> list[Any]:
    seen = container.attrs
    return [
        container.name,
        seen["State"]["Status"],
        (seen["State"].get("Health") or {}).get("Status", ""),
        seen["State"]["ExitCode"],
        seen["Config"]["Image"],
        _labels(seen["Config"]["Labels"]),
        sorted(seen["Config"]["Env"] or []),
        seen["Config"]["Cmd"],
        sorted([mount["Destination"], mount["Type"], mount.get("Name", "")] for mount in seen["Mounts"] if _own(mount)),
        sorted(seen["NetworkSettings"]["Networks"]),
        str(seen["HostConfig"]["PortBindings"]),
    ]


def _own(mount: dict[str, Any]) -> bool:
    """Whether it is the environment's, and not what a clone lies over: that is there by how data is copied."""
    return not mount.get("Name", "").startswith(marker(""))


def _network(seen: dict[str, Any]) -> list[Any]:
    return [seen["Name"], _labels(seen["Labels"]), [pool["Subnet"] for pool in seen["IPAM"]["Config"]]]


def _running(stage: Stage, kind: str) -> list[Any]:
    wanted = {**stage.mine(), "label": [f"{labels.PROJECT}={stage.project}", f"{labels.KIND}={kind}"]}
    return [c for c in stage.docker.containers.list(filters=wanted) if c.labels[labels.ROLE] == "service"]


def _databases(stage: Stage) -> dict[str, Any]:
    """Every row of every database, asked from the host with the password that `envctl env` says."""
    found: dict[str, Any] = {}
    for container in _running(stage, "postgres"):
        service = container.labels[labels.SERVICE]
        url = settings(stage.here()).variables[f"{service.upper()}_URL"]
        with psycopg.connect(url) as connection:
            names = connection.execute(
                "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
            ).fetchall()
            called = sorted(map(list, names), key=lambda row: str(row).replace(stage.project, "PROJECT"))
            found[service] = [called, _rows(connection)]
    return found


def _rows(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    tables = [name for (name,) in connection.execute(asked)]
    return {name: sorted(str(row) for row in connection.execute(f'SELECT * FROM "{name}"')) for name in tables}


def _topics(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for container in _running(stage, "kafka"):
        client = AdminClient({"bootstrap.servers": f"127.0.0.1:{container.labels[labels.PORT]}"})
        topics = client.list_topics(timeout=30).topics
        found[container.labels[labels.SERVICE]] = {
            name: len(topic.partitions) for name, topic in sorted(topics.items())
        }
    return found
