"""`envctl snapshot create`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from envctl.cli.columns import away, printable
from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING
from envctl.cli.top import size
from envctl.errors import EnvctlError, Exit
from envctl.reports.snapshots import SnapshotCreated


def snapshot_create(
    call: Call,
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="What to call it; else it is called by its address.")
    ] = None,
    named: Annotated[
        str | None, typer.Argument(metavar="[ENV]", help="Its name, or PROJECT/NAME; else this branch's.")
    ] = None,
) -> None:
    """Keep the data of an environment as it is now.

    All its databases, topics and keys at one and the same moment: programs that write are held, servers
    stopped cleanly, their data is copied, and everything goes on. How long that took is said. What
    comes of it never changes; `envctl up --from`, `envctl fork` and `envctl reset` start from it.
    One with a name stays until `envctl snapshot rm`.
    """
    if name == "":
        raise EnvctlError(
            Exit.USAGE,
            "the name of the snapshot is empty",
            unchanged="Nothing was changed.",
            hint="Write one, or leave it out: `envctl snapshot create`.",
        )
    from envctl.ops.named import here_called
    from envctl.ops.snapshots.create import create

    word = None if named is None else call.called(named)
    with call.talk() as tell:
        report = create(here_called(call.file, call.env, word, tell), name or "", wait=call.wait)
    call.answer(report.data(), [_line(report)], _after(report))


def _line(report: SnapshotCreated) -> str:
    called = report.snapshot or report.address[:12]
    return printable(f"{called}: {', '.join(report.services)} of {report.name}, {size(report.size)}")


def _after(report: SnapshotCreated) -> Iterator[str]:
    yield away(report.name, report.away)
    if report.left_out:
        yield printable(f"Not in it: the volumes of {', '.join(report.left_out)}.")
    yield f"Start another environment from it: envctl up --env NAME --from {report.snapshot or report.address[:12]}"


COMMAND = Command(
    name="snapshot create",
    function=snapshot_create,
    options=CHANGING,
    examples=(
        ("envctl snapshot create", "this branch's environment"),
        ("envctl snapshot create before-migration", "the same, with a name to find it by"),
        ("envctl snapshot create demo-data demo --json", "another environment, for a script"),
    ),
)
