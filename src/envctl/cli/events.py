"""`envctl events`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from envctl.cli.columns import printable
from envctl.cli.command import Call, Command
from envctl.cli.output import wipe_echo, write_json, write_lines
from envctl.errors import Exit
from envctl.reports.events import DaemonEvent

_WHEN = "90s, 10m, 2h ago, or an RFC 3339 time."


def events(
    call: Call,
    *,
    since: Annotated[
        str | None, typer.Option("--since", metavar="WHEN", help=f"Also what happened since then: {_WHEN}")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="WHEN", help=f"End then, not with Ctrl-C: {_WHEN}")
    ] = None,
) -> int | None:
    """Print what happens to this branch's environment.

    As it happens, whoever does it: containers created, started, signalled, paused, resumed, healthy,
    unhealthy, out of memory, exited, removed; networks and volumes created and removed. It may begin before
    the environment is there.

    With --json it is a stream: one JSON object a line, {"time", "service", "what", "kind", "name",
    "detail"}; if it fails, the last line is the envelope with the error.
    """
    from envctl.ops.events import events as listen
    from envctl.ops.setting import here

    with call.talk() as tell:
        setting = here(call.file, call.env, tell)
    try:
        for event in listen(setting, since=since, until=until):
            if call.json:
                write_json(asdict(event))
            else:
                write_lines([_line(event)])
    except KeyboardInterrupt:
        if call.json or until is not None:
            raise
        wipe_echo()
        return Exit.INTERRUPTED  # the way to end it, so nothing to explain
    return None


def _line(event: DaemonEvent) -> str:
    about = event.service or f"{event.kind} {event.name}"
    return printable(f"{event.time}  {about}  {event.what}" + (f" ({event.detail})" if event.detail else ""))


COMMAND = Command(
    name="events",
    function=events,
    examples=(
        ("envctl events", "as they come, until Ctrl-C"),
        ("envctl events --since 10m --until 0s", "the last ten minutes"),
        ("envctl events --json", "one JSON object a line"),
    ),
)
