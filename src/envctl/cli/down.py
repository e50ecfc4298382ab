"""`envctl down`."""

from __future__ import annotations

from typing import Annotated

import typer

from envctl.cli.columns import printable
from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING
from envctl.reports import WentDown


def down(
    call: Call,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would go and what would stay.")] = False,
) -> None:
    """Remove this branch's environment, data included.

    Its containers, volumes and network go, and nothing else. It never asks. Where there is no environment
    it says so and succeeds. What has a name or labels of the environment without being proven to be its own
    is left alone, and named. Where another command works on the environment it waits for its end.
    """
    from envctl.ops.down import down as take_down
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = take_down(here(call.file, call.env, tell), dry_run=dry_run, wait=call.wait)
    call.answer(report.data(), _lines(report), _left(report))


def _lines(report: WentDown) -> list[str]:
    name = f"{report.project} / {report.name}"
    if not report.existed:
        return [f"{name} is not there: nothing to remove"]
    head = f"{name} would go down, removing:" if report.dry_run else f"{name} is down, removed:"
    return [head, *(f"  {printable(thing)}" for thing in report.removed)]


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
    ),
)
