"""`envctl reset`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from envctl.cli.columns import columns
from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING
from envctl.cli.status import head_line
from envctl.reports.reset import Put, Reset


def reset(
    call: Call,
    *,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENV] [SERVICE]...", help="Another environment than this branch's; only these, else all data."
        ),
    ] = None,
) -> None:
    """Put data back to what it was when the environment began.

    Whatever was written since is gone: rows, messages, consumer offsets, keys. Each service goes back to
    the snapshot that its data is a copy of, without a new container; what began empty, as a cache does,
    is empty again. Services that need them are started anew, with what comes before them (migrations).
    """
    from envctl.ops.named import here_with_services
    from envctl.ops.reset import reset as put_back

    with call.talk() as tell:
        place, services = here_with_services(call.file, call.env, tuple(words or ()), tell)
        report = put_back(place, services, wait=call.wait)
    call.answer(report.data(), _lines(report), _after(report))


def _lines(report: Reset) -> list[str]:
    return [head_line(report.status), "", *columns(map(_row, report.put))]


def _row(put: Put) -> tuple[str, str, str]:
    if put.snapshot is None:
        return put.service, "emptied", ""
    return put.service, f"put back to {put.source}", put.snapshot[:12]


def _after(report: Reset) -> Iterator[str]:
    anew = f", and {', '.join(report.restarted)} started anew" if report.restarted else ""
    yield from ("", f"Reset in {report.seconds:.1f} s{anew}.")


COMMAND = Command(
    name="reset",
    function=reset,
    options=CHANGING,
    examples=(
        ("envctl reset", "all data of this branch's environment"),
        ("envctl reset db", "only this service's"),
        ("envctl reset demo db events --json", "another environment, for a script"),
    ),
)
