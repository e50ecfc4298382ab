"""`envctl snapshot ls`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from envctl.cli.columns import age, columns, printable, some
from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.cli.top import size
from envctl.reports.snapshots import SnapshotListing

HEADER = ("SNAPSHOT", "SOURCE", "SERVICES", "SIZE", "AGE", "BY", "CLONES")


def snapshot_ls(
    call: Call,
    *,
    project: Annotated[
        str | None, typer.Option("--project", "-p", metavar="NAME", help="Only those first made for this project.")
    ] = None,
) -> None:
    """List the snapshots on this daemon.

    Each with what it was made of, what it takes of the disk before its clones share it, and the environments
    that live on it. One without a name is called by the beginning of its address.
    """
    from envctl.ops.setting import anywhere
    from envctl.ops.snapshots.show import ls

    with call.talk() as tell:
        report = ls(anywhere(tell), project)
    call.answer(report.data(), _lines(report), _after(report, project))


def _lines(report: SnapshotListing) -> list[str]:
    if not report.snapshots:
        return []
    now = datetime.now(UTC)
    rows = (
        (s.short, s.source, ", ".join(s.services), size(s.size), age(s.made, now), s.by, some(s.clones))
        for s in report.snapshots
    )
    return columns(rows, HEADER)


def _after(report: SnapshotListing, project: str | None) -> Iterator[str]:
    if not report.snapshots:
        of = "" if project is None else f" of {printable(project) or repr(project)}"
        yield f"There is no snapshot{of}."
    for address in report.unreadable:
        yield f"left alone: snapshot {address[:12]}: a later version of envctl may have made it"


COMMAND = Command(
    name="snapshot ls",
    function=snapshot_ls,
    options=ALWAYS,
    examples=(
        ("envctl snapshot ls", "all snapshots"),
        ("envctl snapshot ls --project shop --json", "those of one project, for a script"),
    ),
)
