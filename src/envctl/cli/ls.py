"""`envctl ls`."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import Annotated

import typer

from envctl.cli.columns import age, columns, short
from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.cli.top import size
from envctl.reports.ls import EnvironmentRow, Listing, RemovedListing
from envctl.units import show_duration

REMOVED = ("NAME", "PROJECT", "BRANCH", "REMOVED", "WHY", "KEPT UNTIL", "SIZE")
HEADER = ("NAME", "PROJECT", "BRANCH", "STATE", "RUNNING", "AGE", "EXPIRES")


def ls(
    call: Call,
    *,
    project: Annotated[
        str | None, typer.Option("--project", "-p", metavar="NAME", help="Only environments of this project.")
    ] = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="Those that are gone, and whose logs and state are kept.")
    ] = False,
) -> None:
    """List the environments on this daemon.

    Those of all projects and branches; it needs neither a stack file nor git.
    """
    from envctl.ops.ls import ls as look
    from envctl.ops.ls import ls_removed
    from envctl.ops.setting import anywhere

    if removed:
        with call.talk() as tell:
            kept = ls_removed(anywhere(tell), project)
        call.answer(kept.data(), _removed_lines(kept), _removed_next(kept))
        return
    with call.talk() as tell:
        report = look(anywhere(tell), project)
    call.answer(report.data(), _lines(report), [] if report.environments else ["There is no environment."])


def _lines(report: Listing) -> list[str]:
    if not report.environments:
        return []
    now = datetime.now(UTC)
    rows = (
        (
            e.name,
            e.project,
            short(e.branch),
            e.state,
            f"{e.running}/{e.services}",
            age(e.created, now),
            _expires(e, now),
        )
        for e in report.environments
    )
    return columns(rows, HEADER)


def _expires(row: EnvironmentRow, now: datetime) -> str | None:
    """When `gc` may remove it."""
    if row.pinned or row.expires is None:
        return "pinned" if row.pinned else None
    left = (datetime.fromisoformat(row.expires) - now).total_seconds()
    return f"in {show_duration(left)}" if left > 0 else "over"


def _removed_lines(report: RemovedListing) -> list[str]:
    if not report.removed:
        return []
    now = datetime.now(UTC)
    rows = (
        (e.name, e.project, short(e.branch), age(e.removed, now), e.because, _day(e.until), size(e.size))
        for e in report.removed
    )
    return columns(rows, REMOVED)


def _removed_next(report: RemovedListing) -> list[str]:
    if not report.removed:
        return ["Nothing is kept of an environment that was removed."]
    last = report.removed[0]
    shows = shlex.join(("envctl", "logs", f"{last.project}/{last.name}"))
    return ["", f"`{shows}` shows what one printed, `envctl inspect` how it ended, `envctl revive` brings it back."]


def _day(moment: str | None) -> str | None:
    """A moment in the caller's own zone."""
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}" if moment else None


COMMAND = Command(
    name="ls",
    function=ls,
    options=ALWAYS,
    examples=(
        ("envctl ls", "all environments"),
        ("envctl ls --project shop --json", "those of one project, for a script"),
        ("envctl ls --removed", "what is gone, why, and until when its logs are kept"),
    ),
)
