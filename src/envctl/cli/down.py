"""`envctl down`."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Annotated

import typer

from envctl.cli.columns import printable
from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING
from envctl.reports.down import WentDown


def down(
    call: Call,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would go and what would stay.")] = False,
    no_bundle: Annotated[bool, typer.Option("--no-bundle", help="Keep nothing of it: no logs, no state.")] = False,
) -> None:
    """Remove this branch's environment, data included.

    Its containers, volumes and network go, and nothing else. It never asks. Where there is no environment
    it says so and succeeds. What has a name or labels of the environment without being proven to be its own
    is left alone, and named. Where another command works on the environment it waits for its end.

    Its logs and its last state are packed before, and kept as long as `[lifetime] keep_logs` says: `envctl logs`
    and `envctl inspect` go on to show them, `envctl ls --removed` lists them.
    """
    from envctl.ops.down import down as take_down
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = take_down(here(call.file, call.env, tell), dry_run=dry_run, wait=call.wait, keep=not no_bundle)
    call.answer(report.data(), _lines(report), [*_kept(report), *_left(report)])


def _lines(report: WentDown) -> list[str]:
    name = f"{report.project} / {report.name}"
    if not report.existed:
        return [f"{name} is not there: nothing to remove"]
    head = f"{name} would go down, removing:" if report.dry_run else f"{name} is down, removed:"
    return [head, *(f"  {printable(thing)}" for thing in report.removed)]


def _kept(report: WentDown) -> list[str]:
    """Where its logs are now, or why they are nowhere."""
    if report.complaint:
        return [f"its logs and state are not kept: {printable(report.complaint)}"]
    if report.bundle is None or report.until is None:
        return []
    shows = shlex.join(("envctl", "logs", "--env", report.name))
    until = datetime.fromisoformat(report.until).astimezone()
    return [f"its logs are kept until {until:%Y-%m-%d %H:%M}: `{shows}` shows them"]


def _left(report: WentDown) -> list[str]:
    """What looks like the environment's and is somebody else's."""
    return [f"left alone: {thing.what} {printable(thing.name)}: {printable(thing.why)}" for thing in report.left]


COMMAND = Command(
    name="down",
    function=down,
    options=CHANGING,
    examples=(
        ("envctl down", "this branch's environment"),
        ("envctl down --env demo", "the one of that name"),
        ("envctl down --dry-run", "what would go; changes nothing"),
        ("envctl down --no-bundle", "and keep no logs of it"),
    ),
)
