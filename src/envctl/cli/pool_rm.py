"""`envctl pool rm`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from envctl.cli.columns import printable
from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.reports.pools import PoolRemoved
from envctl.units import show_size


def pool_rm(
    call: Call,
    *,
    force: Annotated[bool, typer.Option("--force", help="Also with snapshots that somebody gave a name.")] = False,
) -> None:
    """Remove the pool, and the snapshots in it.

    Not while the data of an environment lies in it, and those snapshots that have a name only with --force.
    The others are made again when they are needed. Without a pool it succeeds and says so.
    """
    from envctl.ops.pools.remove import remove
    from envctl.ops.setting import anywhere

    with call.talk() as tell:
        report = remove(anywhere(tell), force=force)
    call.answer(report.data(), [_line(report)], _after(report))


def _line(report: PoolRemoved) -> str:
    if report.id is None:
        return "there is no pool"
    count = len(report.snapshots)
    with_it = f", and {count} snapshot{'' if count == 1 else 's'} with it" if count else ""
    return f"the pool {printable(report.id)} is gone{with_it}: {show_size(report.freed or 0)} freed"


def _after(report: PoolRemoved) -> Iterator[str]:
    if report.snapshots:
        yield f"removed: {', '.join(map(printable, report.snapshots))}"
    for volume in report.left:
        yield f"left alone: volume {printable(volume)}: it said that it lay in the pool, and envctl does not know it"


COMMAND = Command(
    name="pool rm",
    function=pool_rm,
    options=ALWAYS,
    examples=(
        ("envctl pool rm", "the disk is given back"),
        ("envctl pool rm --force", "named snapshots go with it"),
    ),
)
