"""`envctl extend`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from envctl.cli.columns import printable
from envctl.cli.command import Call, Command
from envctl.cli.options import ENVIRONMENT
from envctl.cli.values import lifetime
from envctl.reports.lifetime import Lifetime

Env = Annotated[str | None, typer.Argument(metavar="[ENV]", help="Its name, or PROJECT/NAME; else this branch's.")]


def extend(
    call: Call,
    *,
    named: Env = None,
    time: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="From now on: 8h, 3d; else the ttl of its lease.")
    ] = None,
) -> None:
    """Let an environment live longer.

    At least so long from now on, unless it is removed by hand. Any use of it renews its lease too: `up`,
    `exec`, `run`, `logs -f`, `seed`. It needs neither a checkout nor a stack file.
    """
    wanted = lifetime("--for", time)
    from envctl.ops.find import chosen
    from envctl.ops.lifetime import extend as prolong

    with call.talk() as tell:
        report = prolong(*chosen(call.file, call.called(named), tell), wanted)
    call.answer(report.data(), lifetime_lines(report))


def lifetime_lines(report: Lifetime) -> list[str]:
    """Until when it lives, in the caller's own zone."""
    until = f"{datetime.fromisoformat(report.expires).astimezone():%Y-%m-%d %H:%M}"
    pinned = f"pinned by {printable(report.pinned)}; else " if report.pinned else ""
    return [f"{report.project} / {report.name}: {pinned}until {until}"]


COMMAND = Command(
    name="extend",
    function=extend,
    options=ENVIRONMENT,
    examples=(
        ("envctl extend", "this branch's environment, by the ttl of its lease"),
        ("envctl extend --for 7d", "a week from now at least"),
        ("envctl extend shop/demo --json", "another project's, from anywhere"),
    ),
)
