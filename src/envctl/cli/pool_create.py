"""`envctl pool create`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from envctl.cli.columns import printable, some
from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.cli.pool_ls import lines, tight
from envctl.cli.values import size as size_of
from envctl.reports.pools import PoolMade

DEFAULT = "50GiB"


def pool_create(
    call: Call,
    *,
    size: Annotated[
        str, typer.Option("--size", metavar="SIZE", help="What it can hold. It takes only what is in it.")
    ] = DEFAULT,
) -> None:
    """Make a disk for data that copies in an instant.

    For daemons whose own disk cannot share blocks between files (ext4): a sparse file with XFS in a volume,
    on a loop device of the daemon's machine. Snapshots that are made from now on go there, and their clones
    with them. It needs a daemon that runs as root; a daemon has one pool at most.
    """
    from envctl.ops.pools.create import create
    from envctl.ops.setting import anywhere

    wanted = size_of("--size", size) or 0
    with call.talk() as tell:
        report = create(anywhere(tell), wanted)
    call.answer(report.data(), lines(report.pool), _after(report))


def _after(report: PoolMade) -> Iterator[str]:
    yield from tight(report.pool)
    yield "Snapshots that are made from now on go there: `envctl up` makes what it needs."
    if report.outside:
        count = len(report.outside)
        lie = "snapshot lies outside of it, and is" if count == 1 else "snapshots lie outside of it, and are"
        yield printable(f"{count} {lie} cloned as before: {some(report.outside)}.")
        yield "What no environment lives on is built anew in the pool: `envctl snapshot rm`, then `envctl up`."


COMMAND = Command(
    name="pool create",
    function=pool_create,
    options=ALWAYS,
    examples=(
        ("envctl pool create --size 50G", "room for 50 GiB, none of it taken yet"),
        ("envctl pool create --json", "the same, for a script"),
    ),
)
