"""`envctl top`."""

from __future__ import annotations

import sys

from envctl.cli.columns import columns, printable
from envctl.cli.command import Call, Command
from envctl.cli.output import is_terminal, wipe_echo
from envctl.errors import Exit
from envctl.reports.usage import Usage

HEADER = ("SERVICE", "CPU", "MEMORY", "LIMIT", "PIDS")
_UNITS = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def top(call: Call) -> int | None:
    """Show what the services use.

    Processor time in percent of one processor, measured over about a second; memory without what the kernel
    can take back at any time; the limit of memory; processes and threads. On a terminal it is shown again and
    again until Ctrl-C, elsewhere once. With --json it is one sample.
    """
    from envctl.ops.setting import here
    from envctl.ops.usage import usage

    with call.talk() as tell:
        setting = here(call.file, call.env, tell)
    report = usage(setting)
    if call.json or not is_terminal(sys.stdout):
        call.answer(report.data(), usage_lines(report))
        return None
    from envctl.cli.again import shown_again

    try:
        shown_again(report, lambda: usage(setting), usage_lines)
    except KeyboardInterrupt:
        wipe_echo()
        return Exit.INTERRUPTED  # the way to end it, so nothing to explain
    return None


def usage_lines(report: Usage) -> list[str]:
    """One line a service, and the totals."""
    rows = [
        (
            printable(s.service) + (" (paused)" if s.state == "paused" else ""),
            f"{s.cpu:.1f} %",
            size(s.memory),
            size(s.memory_limit),
            str(s.pids),
        )
        for s in report.services
    ]
    total = report.total
    whole = ("total", f"{total.cpu:.1f} %", size(total.memory), size(total.memory_limit), str(total.pids))
    return columns([*rows, whole], HEADER)


def size(amount: int | None) -> str | None:
    """Bytes in the largest unit that makes them at least 1."""
    if amount is None:
        return None
    return next((f"{amount / unit:.1f} {name}" for unit, name in _UNITS if amount >= unit), f"{amount} B")


COMMAND = Command(
    name="top",
    function=top,
    examples=(
        ("envctl top", "this branch's environment, live on a terminal"),
        ("envctl top --env demo --json", "one sample of another, for a script"),
    ),
)
