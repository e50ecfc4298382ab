"""`envctl cp`."""

from __future__ import annotations

from typing import Annotated

import typer

from envctl.cli.command import Call, Command

STREAM = "-"


def cp(
    call: Call,
    *,
    source: Annotated[str, typer.Argument(metavar="SRC", help="SERVICE:PATH, a path here, or - for stdin.")],
    target: Annotated[str, typer.Argument(metavar="DST", help="SERVICE:PATH, a path here, or - for stdout.")],
) -> None:
    """Copy files into a service's container, or out of it.

    Exactly one of the two is SERVICE:PATH. Folders are copied with everything in them; SRC/. means what is in
    SRC without SRC itself. What comes into a container belongs to its root, and is gone when the container is
    made anew. A `-` is a tar archive, read from stdin or written to stdout. It works on stopped containers too.
    """
    from envctl.ops.copy import copy
    from envctl.ops.setting import here

    if call.json and target == STREAM:
        raise typer.BadParameter("stdout carries the archive, so there is no room for --json.", param_hint="'DST'")
    with call.talk() as tell:
        setting = here(call.file, call.env, tell)
    report = copy(setting, source, target)
    if target == STREAM:
        return
    call.answer(report.data(), [f"{source} copied to {target}"])


COMMAND = Command(
    name="cp",
    function=cp,
    examples=(
        ("envctl cp api:/srv/report.pdf .", "a file out of a service"),
        ("envctl cp fixtures/. db:/tmp/fixtures", "what is in a folder into a service"),
        ("envctl cp api:/srv - > srv.tar", "a tar archive of a folder"),
    ),
)
