"""`envctl inspect`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from envctl.cli.columns import age, columns, printable, short
from envctl.cli.command import Call, Command
from envctl.remains import Part, Remains

HEADER = ("SERVICE", "KIND", "STATE", "HEALTH", "STARTED", "ENDED", "RESTARTS", "IMAGE")
_LINES = 3  # of what a health check printed

Env = Annotated[str | None, typer.Argument(metavar="[ENV]", help="Its name, or PROJECT/NAME; else this branch's.")]
BUNDLE = Annotated[
    str | None,
    typer.Option(
        "--bundle", metavar="NAME", help="This one of those that `ls --removed --json` shows; else the newest."
    ),
]


def inspect(call: Call, *, named: Env = None, bundle: BUNDLE = None) -> None:
    """Show everything about an environment.

    Its lease, its services with how they ended and their last health checks, what it was made from and by
    whom, its volumes and networks. Also of one that was removed, as it was then, as long as that is kept. By
    its name an environment is found without a checkout and a stack file.
    """
    from envctl.ops.inspect import inspect as look
    from envctl.ops.target import target

    with call.talk() as tell:
        report = look(target(call.file, call.called(named), tell, bundle=bundle))
    call.answer(report.data(), inspect_lines(report))


def inspect_lines(report: Remains) -> list[str]:
    """The environment for people: what is known, in blocks."""
    blocks = (_head(report), _services(report), _checks(report.services), _rest(report), _plan(report))
    lines: list[str] = []
    for block in blocks:
        found = list(block)
        lines += ["", *found] if lines and found else found
    return lines


def _head(report: Remains) -> Iterator[str]:
    branch = f" (branch {short(report.branch)})" if report.branch else ""
    gone = report.removed
    yield printable(f"{report.project} / {report.name}{branch}: {'removed' if gone else 'there'}")
    rows = [("checkout", report.checkout), *_lease_rows(report)]
    if gone:
        rows = [("removed", _at(gone.at)), ("because", gone.because), ("by", gone.by), ("kept until", _at(gone.until)),
                ("bundle", gone.bundle), *rows]  # fmt: skip
    yield from columns([(f"  {name}", value) for name, value in rows if value])


def _lease_rows(report: Remains) -> list[tuple[str, str]]:
    lease = report.lease
    if lease is None:
        return [("lease", "it has none")]
    if "damaged" in lease:
        return [("lease", f"damaged: {lease['damaged']}")]
    moments = {"expires": "expires", "used": "last used", "made": "first whole", "failed": "first failed"}
    plain = {"pinned": "pinned by", "commit": "commit", "by": "made by", "remote": "remote", "ref": "ref"}
    rows = [(word, _at(lease.get(key))) for key, word in moments.items()]
    rows += [(word, str(lease.get(key) or "")) for key, word in plain.items()]
    return [(name, value) for name, value in rows if value]


def _services(report: Remains) -> list[str]:
    now = datetime.now(UTC)
    rows = [
        (
            _called(part),
            part.kind,
            _state(part),
            part.health,
            age(part.started_at, now),
            age(part.finished_at, now) if part.state in ("exited", "dead") else None,
            str(part.restarts),
            part.image,
        )
        for part in report.services
    ]
    return columns(rows, HEADER) if rows else []


def _called(part: Part) -> str:
    return f"{part.service} (before)" if part.role == "before" else part.service


def _state(part: Part) -> str:
    ended = f"{part.state} ({part.exit_code})" if part.exit_code is not None else part.state
    return f"{ended}, out of memory" if part.oom_killed else ended


def _checks(parts: Iterable[Part]) -> Iterator[str]:
    """The last health check of each, and what went wrong before."""
    for part in parts:
        failed = sum(check.status != 0 for check in part.checks)
        if part.checks:
            last = part.checks[-1]
            many = f"{failed} of the last {len(part.checks)} health checks failed; " if len(part.checks) > 1 else ""
            said = f"{many}the last {'one' if many else 'health check'}, {_at(last.ended)}, ended with status"
            yield printable(f"{_called(part)}: {said} {last.status}")
            yield from (f"  | {printable(line)}" for line in last.output.strip().splitlines()[-_LINES:])
        if part.error:
            yield printable(f"{_called(part)}: {part.error}")
        if part.log:
            yield printable(f"{_called(part)}: its log: {part.log}")


def _rest(report: Remains) -> list[str]:
    ports = [f"{part.service} {port}" for part in report.services for port in part.ports]
    rows = (
        ("ports", ", ".join(ports)),
        ("volumes", ", ".join(report.volumes)),
        ("networks", ", ".join(report.networks)),
        ("data", ", ".join(f"{key} {value}" for key, value in report.facts.items())),
        ("left alone", ", ".join(f"{thing.what} {thing.name}" for thing in report.left)),
    )
    return columns([(name, value) for name, value in rows if value]) if any(value for _, value in rows) else []


def _plan(report: Remains) -> list[str]:
    steps = report.plan.splitlines()
    return ["The last `up` that changed something:", *(f"  {printable(step)}" for step in steps)] if steps else []


def _at(moment: object) -> str:
    """A moment in the caller's own zone."""
    if not moment:
        return ""
    try:
        return f"{datetime.fromisoformat(str(moment)).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return str(moment)


COMMAND = Command(
    name="inspect",
    function=inspect,
    examples=(
        ("envctl inspect", "this branch's environment, there or gone"),
        ("envctl inspect shop/demo", "another project's, from anywhere"),
        ("envctl inspect demo --json", "for a script"),
    ),
)
