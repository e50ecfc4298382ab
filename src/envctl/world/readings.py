"""What the Engine's API says, in our nouns. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from envctl.observed import Check, Container, Happening, Network, Used, Volume

_HEAD = 8  # bytes
_SECOND = 1_000_000_000
_HEALTH = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)$")  # of `Up 3 minutes (healthy)`
_NEVER = "0001-01-02"  # the daemon says the year 1 of what did not happen
_EXIT = re.compile(r"Exited \((\d+)\)")  # of `Exited (1) 3 minutes ago`


def used(stats: Mapping[str, Any], memory_limit: int | None) -> Used:
    """A sample of `stats`. Memory is what `docker stats` shows: without the cache that nobody reads any more."""
    memory = stats.get("memory_stats") or {}
    details = memory.get("stats") or {}
    cache = details.get("total_inactive_file", details.get("inactive_file", 0))  # cgroup v1, v2
    usage = memory.get("usage", 0)
    pids = (stats.get("pids_stats") or {}).get("current", 0)
    return Used(_cpu(stats), max(0, usage - cache), memory_limit, pids)


def _cpu(stats: Mapping[str, Any]) -> float:
    """Percent of one processor between the sample's two readings."""
    now, before = stats.get("cpu_stats") or {}, stats.get("precpu_stats") or {}
    spent = _total(now) - _total(before)
    passed = now.get("system_cpu_usage", 0) - before.get("system_cpu_usage", 0)  # of all processors together
    return round(spent / passed * now.get("online_cpus", 1) * 100, 2) if spent > 0 and passed > 0 else 0.0


def _total(reading: Mapping[str, Any]) -> int:
    return int((reading.get("cpu_usage") or {}).get("total_usage", 0))


def happening(event: Mapping[str, Any]) -> Happening:
    """One of `events`."""
    actor = event.get("Actor") or {}
    attributes = actor.get("Attributes") or {}
    kind = str(event.get("Type", ""))
    name = attributes.get("name") or actor.get("ID", "")  # a volume has no other name than its ID
    return Happening(_moment(int(event.get("timeNano", 0))), kind, str(event.get("Action", "")), name, attributes)


def _moment(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, _SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def container(raw: dict[str, Any]) -> Container:
    """One of `inspect`."""
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
        created=raw.get("Created") or "",
        environment=dict(entry.split("=", 1) for entry in config.get("Env") or () if "=" in entry),
        finished_at=ended if (ended := state.get("FinishedAt") or "") > _NEVER else None,
        checks=tuple(_check(run) for run in health.get("Log") or ()),
    )


def _check(run: Mapping[str, Any]) -> Check:
    return Check(run.get("Start") or "", run.get("End") or "", run.get("ExitCode") or 0, run.get("Output") or "")


def _health(health: Mapping[str, Any]) -> str | None:
    """Pausing a container makes Docker call it unhealthy, until the first check after it goes on. A container that
    really is has failed its checks at least once.
    """
    said = health.get("Status")
    if said == "unhealthy" and health.get("FailingStreak") == 0:
        checks = health.get("Log") or []
        return "healthy" if checks and checks[-1].get("ExitCode") == 0 else "starting"
    return None if said in (None, "none") else str(said)


def listed(raw: dict[str, Any]) -> Container:
    """One of the list of containers, which says less."""
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
        created=_moment(int(raw.get("Created") or 0) * _SECOND),
    )


def network(raw: dict[str, Any]) -> Network:
    """One of the list of networks."""
    pools = (raw.get("IPAM") or {}).get("Config") or []
    subnets = tuple(pool["Subnet"] for pool in pools if pool.get("Subnet"))
    return Network(raw["Id"], raw["Name"], raw.get("Labels") or {}, subnets, raw.get("Created") or "")


def volume(raw: Mapping[str, Any]) -> Volume:
    """One of the list of volumes."""
    return Volume(
        raw["Name"], raw.get("Labels") or {}, raw.get("CreatedAt") or "", mountpoint=raw.get("Mountpoint") or ""
    )


def is_own_check(config: Mapping[str, Any], process: Mapping[str, Any]) -> bool:
    """Whether a program in a container is its health check; `config` is the container's, `process` an exec's."""
    test = (config.get("Healthcheck") or {}).get("Test") or []
    shell = config.get("Shell") or ["/bin/sh", "-c"]
    words = [*shell, *test[1:]] if test[:1] == ["CMD-SHELL"] else test[1:]
    return bool(words) and words == [process.get("entrypoint"), *(process.get("arguments") or [])]


def only_file(archive: bytes) -> bytes | None:
    """The content of an archive's first file; None when it has none. Raises ValueError for half an archive."""
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


def all_files(archive: bytes) -> dict[str, bytes]:
    """What is in an archive's files, by their names without folders. Raises ValueError for half an archive."""
    import io
    import tarfile

    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            opened = ((member.name, tar.extractfile(member)) for member in tar)
            return {name.rpartition("/")[2]: file.read() for name, file in opened if file is not None}
    except tarfile.ReadError as error:
        raise ValueError(str(error)) from error


def frames(content: bytes, stream: int = 0) -> Iterator[bytes]:
    """What a log holds: of all streams that were asked for, or of one (1: stdout, 2: stderr).

    Each piece has a head of eight bytes: the first says of which stream, the last four how long (the Engine's API,
    "attach to a container"). Half a piece is what there is of it.
    """
    place = 0
    while len(content) >= (begins := place + _HEAD):
        number, place = content[place], begins + int.from_bytes(content[place + 4 : begins])
        if stream in (0, number):
            yield content[begins:place]


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines of a log: the daemon cuts long ones into pieces."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest
