"""`envctl doctor`."""

from __future__ import annotations

from collections.abc import Iterator

from envctl.cli.columns import columns
from envctl.cli.command import Call, Command
from envctl.cli.options import STACK
from envctl.errors import EnvctlError, Exit
from envctl.reports.doctor import Diagnosis, Finding

# Whose status is told when several fail: what stands in the way of everything else comes first.
WORST = (Exit.DOCKER, Exit.NO_CAPACITY, Exit.STACK_FILE)


def doctor(call: Call) -> None:
    """Check everything that envctl needs, and say what to do about what is missing.

    Docker and its plugins, memory, disk, subnets and ports, how data is copied, the folders for secrets
    and locks, git, the stack file, the registry. It changes nothing but what is known of how quickly data
    is copied, and works without Docker, stack file and git too. A warning is no failure; what fails sets
    the exit status that the command in its way would have.
    """
    import os

    from envctl.ops.doctor import doctor as examine
    from envctl.ops.setting import anywhere

    with call.talk() as tell:
        report = examine(anywhere(tell), os.environ, call.file)
    failure = _failure(report)
    if failure is None or not call.json:
        call.answer(report.data(), [*_table(report), *_remedies(report)])
    if failure is not None:
        raise failure


def _table(report: Diagnosis) -> list[str]:
    return columns((f.verdict, f.check, f.found.partition("\n")[0]) for f in report.findings)


def _remedies(report: Diagnosis) -> Iterator[str]:
    for finding in report.findings:
        if finding.verdict in ("warning", "failed"):
            yield ""
            yield f"{finding.check}: {finding.found}"
            yield from (f"  {line}" for line in finding.remedy.splitlines())


def _failure(report: Diagnosis) -> EnvctlError | None:
    if not report.failed:
        return None
    names = ", ".join(finding.check for finding in report.failed)
    count = len(report.failed)
    return EnvctlError(
        _worst(report.failed),
        f"{count} check{'s' if count > 1 else ''} failed: {names}",
        unchanged="Nothing was changed.",
        hint="Do what stands beside each of them, then run `envctl doctor` again.",
        data=report.data(),
    )


def _worst(failed: tuple[Finding, ...]) -> Exit:
    statuses = {finding.exit for finding in failed}
    return next((code for code in WORST if code in statuses), Exit(failed[0].exit))


COMMAND = Command(
    name="doctor",
    function=doctor,
    options=STACK,
    examples=(
        ("envctl doctor", "what is missing on this machine, and what to do about it"),
        ("envctl doctor --json", "the same for a script"),
    ),
)
