"""What the Engine's API says of use and events, in our nouns. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from envctl.observed import Happening, Used

_SECOND = 1_000_000_000


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
