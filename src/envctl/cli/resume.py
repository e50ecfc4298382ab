"""`envctl resume`."""

from __future__ import annotations

from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING
from envctl.cli.pause import Services, changed_lines


def resume(call: Call, *, services: Services = None) -> None:
    """Let a paused environment go on.

    From where it stood, at once. What is not paused stays as it is.
    """
    from envctl.ops.pause import resume as go_on
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = go_on(here(call.file, call.env, tell), tuple(services or ()), wait=call.wait)
    done = f"Resumed {', '.join(report.changed)}." if report.changed else "Nothing is paused: nothing was to do."
    call.answer(report.data(), changed_lines(report), ("", done))


COMMAND = Command(
    name="resume",
    function=resume,
    options=CHANGING,
    examples=(
        ("envctl resume", "all of this branch's environment"),
        ("envctl resume worker", "only this service"),
    ),
)
