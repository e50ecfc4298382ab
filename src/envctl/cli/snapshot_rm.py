"""`envctl snapshot rm`."""

from __future__ import annotations

from typing import Annotated

import typer

from envctl.cli.columns import columns
from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.cli.top import size
from envctl.reports.snapshots import SnapshotsRemoved


def snapshot_rm(
    call: Call,
    *,
    snapshots: Annotated[
        list[str], typer.Argument(metavar="SNAPSHOT...", help="Names, addresses or the beginnings of them.")
    ],
) -> None:
    """Remove snapshots.

    Also those that somebody gave a name, which `gc` keeps. One that an environment lives on is refused, and
    then none is removed. The next `up` that needs the data builds it again.
    """
    from envctl.ops.setting import anywhere
    from envctl.ops.snapshots.rm import rm

    with call.talk() as tell:
        report = rm(anywhere(tell), snapshots)
    call.answer(report.data(), _lines(report))


def _lines(report: SnapshotsRemoved) -> list[str]:
    return columns([("removed", one.short, one.source, size(one.size)) for one in report.removed])


COMMAND = Command(
    name="snapshot rm",
    function=snapshot_rm,
    options=ALWAYS,
    examples=(
        ("envctl snapshot rm before-migration", "by the name that somebody gave it"),
        ("envctl snapshot rm 3f9c2a 77b01e", "by the beginnings of their addresses"),
    ),
)
