"""`envctl ls`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from envctl.cli.columns import age, columns, short
from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.reports import Listing

HEADER = ("NAME", "PROJECT", "BRANCH", "STATE", "RUNNING", "AGE")


def ls(
    call: Call,
    *,
    project: Annotated[
        str | None, typer.Option("--project", "-p", metavar="NAME", help="Only environments of this project.")
    ] = None,
) -> None:
    """List the environments on this daemon.

    Those of all projects and branches; it needs neither a stack file nor git.
    """
    from envctl.ops.ls import ls as look
    from envctl.ops.setting import anywhere

    with call.talk() as tell:
        report = look(anywhere(tell), project)
    call.answer(report.data(), _lines(report), [] if report.environments else ["There is no environment."])


def _lines(report: Listing) -> list[str]:
    if not report.environments:
        return []
    now = datetime.now(UTC)
    rows = (
        (e.name, e.project, short(e.branch), e.state, f"{e.running}/{e.services}", age(e.created, now))
        for e in report.environments
    )
    return columns(rows, HEADER)


COMMAND = Command(
    name="ls",
    function=ls,
    options=ALWAYS,
    examples=(
        ("envctl ls", "all environments"),
        ("envctl ls --project shop --json", "those of one project, for a script"),
    ),
)
