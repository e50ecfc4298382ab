"""`envctl plan`."""

from __future__ import annotations

from collections.abc import Iterable

from envctl.cli.columns import columns, printable
from envctl.cli.command import Call, Command
from envctl.cli.options import FROM, OVERCOMMIT
from envctl.reports.plan import Planned


def plan(call: Call, *, overcommit: OVERCOMMIT = False, start_from: FROM = None) -> None:
    """Print what `up` would do, and why.

    The same as `up --dry-run`: what `up` would be refused for, it is refused for too.
    """
    from envctl.ops.plan import plan as decide
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = decide(here(call.file, call.env, tell), overcommit=overcommit, start_from=start_from)
    call.answer(report.data(), plan_lines(report), shared_lines(report.other_folders))


def shared_lines(folders: Iterable[str]) -> list[str]:
    """That other checkouts brought the environment up before: they share it as they share the branch."""
    return [f"It was brought up from {printable(folder)} before, which shares it." for folder in folders]


def plan_lines(report: Planned) -> list[str]:
    """One line for each step, with its cause."""
    if not report.steps:
        return ["nothing to do"]
    return columns((step.step, step.because) for step in report.steps)


COMMAND = Command(
    name="plan",
    function=plan,
    examples=(
        ("envctl plan", "the steps from what runs to what the stack file says"),
        ("envctl plan --json", "the same for a script"),
    ),
)
