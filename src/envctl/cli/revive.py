"""`envctl revive`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from envctl.cli.command import Call, Command
from envctl.cli.inspect import BUNDLE
from envctl.cli.options import CHANGING, OVERCOMMIT
from envctl.cli.up import came_up_lines, next_lines
from envctl.cli.values import lifetime

Env = Annotated[
    str | None, typer.Argument(metavar="[ENV]", help="The name of one that was removed; else this branch's.")
]


def revive(
    call: Call,
    *,
    named: Env = None,
    bundle: BUNDLE = None,
    any_data: Annotated[
        bool, typer.Option("--any-data", help="Take what its stack file says, also where that is other data by now.")
    ] = False,
    overcommit: OVERCOMMIT = False,
    ttl: Annotated[
        str | None, typer.Option("--ttl", metavar="TIME", help="How long it lives after its last use: 8h, 3d.")
    ] = None,
) -> None:
    """Bring an environment back that was removed.

    From the commit it was made from, under its name, filled from the same dumps; what began as a snapshot of
    another environment begins as that again. Run it in a checkout of its project. Where another commit is
    checked out there, its own is checked out beside, in the repository's folder, as long as the environment
    lives; files that are not committed, such as dumps and `.env`, are taken from here.
    """
    wanted = lifetime("--ttl", ttl)
    from envctl.ops.revive import revive as bring_back
    from envctl.ops.target import target

    with call.talk() as tell:
        place = target(call.file, call.called(named), tell, bundle=bundle)
        report = bring_back(place, call.file, any_data=any_data, overcommit=overcommit, ttl=wanted, wait=call.wait)
    call.answer(report.data(), came_up_lines(report), next_lines(replace(call, env=report.status.name), report))


COMMAND = Command(
    name="revive",
    function=revive,
    options=CHANGING,
    examples=(
        ("envctl revive demo", "as it was when it was removed"),
        ("envctl revive --any-data", "this branch's, filled from the dumps there are now"),
    ),
)
