"""`envctl pool grow`."""

from __future__ import annotations

from typing import Annotated

import typer

from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.cli.pool_ls import lines, tight
from envctl.cli.values import size as size_of


def pool_grow(
    call: Call,
    *,
    size: Annotated[str, typer.Option("--size", metavar="SIZE", help="What it can hold from now on.")],
) -> None:
    """Make the pool larger.

    What runs on data in it goes on meanwhile. It never becomes smaller; on the daemon's disk it takes only
    what is in it.
    """
    from envctl.ops.pools.grow import grow
    from envctl.ops.setting import anywhere

    wanted = size_of("--size", size) or 0
    with call.talk() as tell:
        report = grow(anywhere(tell), wanted)
    call.answer(report.data(), lines(report.pool), tight(report.pool))


COMMAND = Command(
    name="pool grow",
    function=pool_grow,
    options=ALWAYS,
    examples=(("envctl pool grow --size 80G", "room for 80 GiB in all"),),
)
