"""The logs in a bundle, as `logs` shows them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from envctl.errors import EnvctlError, Exit
from envctl.events import Event, Tell, nobody
from envctl.ops.bundles.find import Contents
from envctl.remains import Part
from envctl.reports.logs import LogLine

_PARTS = 3  # of a line: when it was printed, on which stream, the text
_PRECISE = len("2026-01-31T08:00:00.000000")


def printed(
    contents: Contents,
    services: Sequence[str],
    *,
    follow: bool = False,
    since: float | None = None,
    tell: Tell = nobody,
) -> Iterator[LogLine]:
    """What services had printed until they were removed, in the order of time; of which not all is kept is told.

    Raises EnvctlError: NOT_FOUND for a service that was not there, USAGE for who would follow it.
    """
    name, parts = contents.bundle.identity.name, contents.remains.services
    if follow:
        raise EnvctlError(
            Exit.USAGE,
            f"{name} is gone, so nothing more will be printed",
            unchanged="Nothing was changed.",
            hint="Leave `-f` away to see what it printed.",
        )
    known = {part.service for part in parts}
    if unknown := [service for service in services if service not in known]:
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"no service {', '.join(unknown)} in what is kept of {name}",
            hint=f"There are: {', '.join(sorted(known))}.",
        )
    chosen = [part for part in parts if not services or part.service in services]
    ordered = sorted(chosen, key=lambda part: part.role == "service")  # one-shots first
    first = f"{datetime.fromtimestamp(since, UTC):%Y-%m-%dT%H:%M:%S.%f}" if since is not None else ""
    for part in ordered:
        if part.log:
            called = f"{part.service} ({part.role})" if part.role == "before" else part.service
            tell(Event(called, f"its log: {part.log}", "info"))
    streams = [_lines(part, contents.files.get(part.log_file, b""), first) for part in ordered]
    return heapq.merge(*streams, key=lambda line: line.time)


def _lines(part: Part, log: bytes, first: str) -> Iterator[LogLine]:
    for line in log.split(b"\n"):
        words = line.decode("utf-8", "replace").split(" ", _PARTS - 1)
        if len(words) == _PARTS and words[0][:_PRECISE] >= first:
            time, stream, text = words
            yield LogLine(part.service, time, stream, text.rstrip("\r"))
