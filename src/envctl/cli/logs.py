"""`envctl logs`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from envctl.cli.command import Call, Command
from envctl.cli.inspect import BUNDLE
from envctl.cli.options import LOGS
from envctl.cli.output import colourful, wipe_echo, write_json, write_lines
from envctl.errors import Exit
from envctl.reports.logs import LogLine

COLOURS = (
    36,
    33,
    32,
    35,
    34,
    96,
    93,
    92,
    95,
    94,
)  # of the terminal's own palette; none is red, which means an error


def logs(
    call: Call,
    *,
    services: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SERVICE]...", help="Only these; else all. The first may be an environment."),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come, until Ctrl-C.")] = False,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Lines since then: 90s, 10m, 2h, or an RFC 3339 time."),
    ] = None,
    tail: Annotated[
        int | None,
        typer.Option("--tail", metavar="N", min=0, help="At most the last N lines of each service."),
    ] = None,
    bundle: BUNDLE = None,
    timestamps: Annotated[bool, typer.Option("--timestamps", "-t", help="Show when each line was printed.")] = False,
) -> int | None:
    """Print what the services printed.

    Also those of an environment that was removed, as long as its logs are kept: it is named by --env or by
    the first argument. By its name an environment is found without a checkout, too.

    With --json it is a stream: one JSON object a line, {"service", "time", "stream", "text"}; if it
    fails, the last line is the envelope with the error.
    """
    from envctl.ops.logs import logs as read
    from envctl.ops.target import target

    with call.talk() as tell:
        place = target(call.file, call.env, tell, tuple(services or ()), bundle=bundle)
        lines = read(place, place.words, follow=follow, since=since, tail=tail)
    if call.json:
        for line in lines:
            write_json(asdict(line))
        return None
    try:
        for text in _rendered(lines, place.words, timestamps=timestamps, colour=colourful(sys.stdout)):
            write_lines([text])
    except KeyboardInterrupt:
        if not follow:
            raise
        wipe_echo()
        return Exit.INTERRUPTED  # the way to end it, so nothing to explain
    return None


def _rendered(lines: Iterable[LogLine], known: Iterable[str], *, timestamps: bool, colour: bool) -> Iterator[str]:
    """`service  | text`; the column grows when a longer name appears, colours go by first appearance."""
    seen = list(known)
    for line in lines:
        if line.service not in seen:
            seen.append(line.service)
        prefix = f"{line.service:<{max(map(len, seen))}} | "
        if colour:
            prefix = f"\x1b[{COLOURS[seen.index(line.service) % len(COLOURS)]}m{prefix}\x1b[0m"
        yield f"{prefix}{line.time} {line.text}" if timestamps else f"{prefix}{line.text}"


COMMAND = Command(
    name="logs",
    function=logs,
    options=LOGS,
    examples=(
        ("envctl logs -f api worker", "follow two services"),
        ("envctl logs --since 10m --tail 100", "the last lines of the last ten minutes"),
        ("envctl logs db --json", "one JSON object a line"),
        ("envctl logs shop/demo --tail 50", "of another project's, or of one that is gone"),
    ),
)
