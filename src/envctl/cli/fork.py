"""`envctl fork`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS, FILE, NO_WAIT, OVERCOMMIT
from envctl.cli.up import came_up_lines, next_lines
from envctl.cli.values import lifetime as seconds_to_live


def fork(
    call: Call,
    *,
    env: Annotated[
        str, typer.Argument(metavar="ENV", help="The environment whose data it begins with, or PROJECT/NAME.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What the new environment is called.")],
    overcommit: OVERCOMMIT = False,
    ttl: Annotated[
        str | None, typer.Option("--ttl", metavar="TIME", help="How long it lives after its last use: 8h, 3d.")
    ] = None,
) -> None:
    """Bring up another environment with the data that one has now.

    The same as `envctl snapshot create` of the one and `envctl up --from` of the other: rows, topics with
    messages and consumer offsets, keys. From then on the two have nothing to do with each other. The
    services are those of the stack file here.
    """
    lifetime = seconds_to_live("--ttl", ttl)
    from envctl.ops.fork import fork as split
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = split(here(call.file, new, tell), env, overcommit=overcommit, ttl=lifetime, wait=call.wait)
    call.answer(report.data(), came_up_lines(report), next_lines(replace(call, env=new), report))


COMMAND = Command(
    name="fork",
    function=fork,
    options=(FILE, NO_WAIT, *ALWAYS),
    examples=(
        ("envctl fork main-0a demo", "demo, with the data that main has now"),
        ("envctl fork main-0a try --ttl 2h --json", "for two hours after its last use; for a script"),
    ),
)
