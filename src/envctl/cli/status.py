"""`envctl status`."""

from __future__ import annotations

from envctl.cli.columns import columns, printable, short
from envctl.cli.command import Call, Command
from envctl.reports.status import ServiceStatus, Status

HEADER = ("SERVICE", "KIND", "STATE", "HEALTH", "ADDRESS")


def status(call: Call) -> None:
    """Show the services of this branch's environment.

    For each its state, its health and its address on this machine.
    """
    from envctl.ops.setting import here
    from envctl.ops.status import status as look

    with call.talk() as tell:
        report = look(here(call.file, call.env, tell))
    absent = report.state == "absent"
    lines = [head_line(report), *(() if absent else ("", *service_lines(report)))]
    call.answer(report.data(), lines, [f"Bring it up with: {call.like('up')}"] if absent else [])


def head_line(report: Status) -> str:
    """The environment in one line."""
    branch = f" (branch {short(report.branch)})" if report.branch else ""
    return printable(f"{report.project} / {report.name}{branch}: {report.state}")


def service_lines(report: Status) -> list[str]:
    """The services as a table."""
    return columns(((s.name, s.kind, _state(s), s.health, s.url or s.address) for s in report.services), HEADER)


def _state(service: ServiceStatus) -> str:
    code = service.exit_code
    return f"{service.state} ({code})" if code is not None and service.state == "exited" else service.state


COMMAND = Command(
    name="status",
    function=status,
    examples=(
        ("envctl status", "the services of this branch's environment"),
        ("envctl status --env demo --json", "another environment, for a script"),
    ),
)
