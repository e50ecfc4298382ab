"""`envctl pause`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING
from envctl.cli.status import head_line, service_lines
from envctl.reports.changed import Changed

Services = Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Only these; else all.")]


def pause(call: Call, *, services: Services = None) -> None:
    """Freeze this branch's environment.

    A paused service uses no processor time. It keeps its memory, its data, its ports and its connections, but
    answers nobody, and its health is not checked. `envctl resume` lets it go on at once, and so does
    `envctl up`. To be rid of it altogether: `envctl down`.
    """
    from envctl.ops.pause import pause as freeze
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = freeze(here(call.file, call.env, tell), tuple(services or ()), wait=call.wait)
    call.answer(report.data(), changed_lines(report), _next(call, report))


def changed_lines(report: Changed) -> list[str]:
    """The environment as it is now."""
    return [head_line(report.status), "", *service_lines(report.status)]


def _next(call: Call, report: Changed) -> Iterator[str]:
    done = f"Paused {', '.join(report.changed)}." if report.changed else "Already paused: nothing was to do."
    yield from ("", done, f"Let it go on with: {call.like('resume')}")


COMMAND = Command(
    name="pause",
    function=pause,
    options=CHANGING,
    examples=(
        ("envctl pause", "all of this branch's environment, until `envctl resume`"),
        ("envctl pause worker", "only this service"),
        ("envctl pause --env demo --json", "another environment, from a script"),
    ),
)
