"""`envctl down`."""

from __future__ import annotations

from envctl.cli.columns import printable
from envctl.cli.command import Call, Command
from envctl.reports import WentDown


def down(call: Call) -> None:
    """Remove this branch's environment, data included.

    Its containers, volumes and network go, and nothing else. It never asks. Where there is no environment
    it says so and succeeds.
    """
    from envctl.ops.down import down as take_down
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = take_down(here(call.file, call.env, tell))
    call.answer(report.data(), _lines(report))


def _lines(report: WentDown) -> list[str]:
    name = f"{report.project} / {report.name}"
    if not report.existed:
        return [f"{name} is not there: nothing to remove"]
    return [f"{name} is down, removed:", *(f"  {printable(thing)}" for thing in report.removed)]


COMMAND = Command(
    name="down",
    function=down,
    examples=(
        ("envctl down", "this branch's environment"),
        ("envctl down --env demo", "the one of that name"),
    ),
)
