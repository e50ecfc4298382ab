"""The story of `logs`."""

from __future__ import annotations

import heapq
import queue
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container
from envctl.ops.bundles.printed import printed
from envctl.ops.leases import in_use
from envctl.ops.moments import moment
from envctl.ops.observe import running_here
from envctl.ops.setting import Here
from envctl.ops.target import Target
from envctl.reports.logs import LogLine

_STREAMS = ("stdout", "stderr")


def logs(
    here: Here | Target,
    services: Sequence[str],
    *,
    follow: bool = False,
    since: str | None = None,
    tail: int | None = None,
) -> Iterator[LogLine]:
    """What services printed, in the order of time; with `follow` also what they print from now on.

    `since` is a time (RFC 3339) or how long ago (`90s`, `10m`, `1h30m`); `tail` lines of each service. Of an
    environment that is gone it is what was kept of it.
    """
    began = _since(since)
    if isinstance(here, Target) and here.contents is not None:
        merged = printed(here.contents, services, follow=follow, since=began, tell=here.world.tell)
        return merged if tail is None else _last(merged, tail)
    containers = _chosen(here, services)
    streams = [_lines(here, c, s, follow=follow, since=began, tail=tail) for c in containers for s in _STREAMS]
    if follow:
        return _while_used(here, _as_they_come(streams))
    merged = heapq.merge(*streams, key=lambda line: line.time)
    return merged if tail is None else _last(merged, tail)


def _while_used(here: Here | Target, lines: Iterator[LogLine]) -> Iterator[LogLine]:
    """Who follows an environment uses it."""
    with in_use(here.world, here.identity):
        yield from lines


def _chosen(here: Here | Target, services: Sequence[str]) -> list[Container]:
    containers = [c for c in running_here(here.world, here.identity).containers if c.service]
    known = {c.service for c in containers}
    if unknown := [name for name in services if name not in known]:
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"no service {', '.join(unknown)} in the environment {here.identity.name}",
            hint=f"There are: {', '.join(sorted(known))}.",
        )
    chosen = [c for c in containers if not services or c.service in services]
    return sorted(chosen, key=lambda c: c.labels.get(labels.ROLE) == "service")  # one-shots first


def _since(text: str | None) -> float | None:
    """Seconds since the epoch; None for the whole log."""
    began = 0.0 if text is None else moment(text, "--since")
    return began if began > 0 else None


def _lines(
    here: Here | Target, container: Container, stream: str, *, follow: bool, since: float | None, tail: int | None
) -> Iterator[LogLine]:
    raw = here.world.engine.logs(container.id, stream=stream, follow=follow, since=since, tail=tail)
    for line in raw:
        time, _, text = line.decode("utf-8", "replace").partition(" ")
        yield LogLine(container.service, time, stream, text.rstrip("\r"))


def _last(lines: Iterator[LogLine], count: int) -> Iterator[LogLine]:
    """The last lines of each service, whichever of its streams they are from."""
    kept: dict[str, deque[LogLine]] = defaultdict(lambda: deque(maxlen=count))
    for line in lines:
        kept[line.service].append(line)
    return heapq.merge(*kept.values(), key=lambda line: line.time)


def _as_they_come(streams: list[Iterator[LogLine]]) -> Iterator[LogLine]:
    """Lines of all streams until the last one ends."""
    lines: queue.Queue[LogLine | EnvctlError | None] = queue.Queue()

    def pump(stream: Iterator[LogLine]) -> None:
        try:
            for line in stream:
                lines.put(line)
        except EnvctlError as error:
            lines.put(error)
        finally:
            lines.put(None)

    for stream in streams:
        threading.Thread(target=pump, args=(stream,), daemon=True).start()
    open_streams = len(streams)
    while open_streams:
        line = lines.get()
        if isinstance(line, EnvctlError):
            raise line
        if line is None:
            open_streams -= 1
        else:
            yield line
