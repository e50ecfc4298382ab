"""`envctl seed`."""

from __future__ import annotations

from typing import Annotated

import typer

from envctl.cli.columns import columns
from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING, OVERCOMMIT
from envctl.cli.plan import plan_lines
from envctl.reports.plan import Planned
from envctl.reports.seed import Seeded


def seed(
    call: Call,
    *,
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Only these; else all that have data.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the steps with their causes; do nothing.")] = False,
    masked: Annotated[
        bool, typer.Option("--masked", help="Refuse to fill one whose data has no [data.NAME.mask].")
    ] = False,
    overcommit: OVERCOMMIT = False,
) -> None:
    """Fill databases again with their data.

    It comes from what the stack file names under [data]. The new content takes the place of the old in
    one step: if the data is refused, the old stays as it was.

    Where the stack file says how data is masked, in [data.NAME.mask], that is always heeded, with --masked or
    without. The option is for those who want to be sure: data that nothing says so of is refused (status 9).
    """
    from envctl.ops.seed import plan_seed
    from envctl.ops.seed import seed as fill
    from envctl.ops.setting import here

    with call.talk() as tell:
        place, chosen = here(call.file, call.env, tell), tuple(services or ())
        if dry_run:
            report: Planned | Seeded = plan_seed(place, chosen, masked=masked, overcommit=overcommit)
        else:
            report = fill(place, chosen, masked=masked, overcommit=overcommit, wait=call.wait)
    call.answer(report.data(), plan_lines(report) if isinstance(report, Planned) else _lines(report))


def _lines(report: Seeded) -> list[str]:
    if not report.seedings:
        return ["no service of the stack file has `data`: nothing to fill"]
    return columns((s.service, f"filled with {s.data}", s.source, f"{s.seconds:.1f} s") for s in report.seedings)


COMMAND = Command(
    name="seed",
    function=seed,
    options=CHANGING,
    examples=(
        ("envctl seed", "every database, from the start"),
        ("envctl seed db", "only this one"),
        ("envctl seed --masked", "only if personal details of all of it are masked"),
        ("envctl seed --dry-run", "what it would do, and why"),
    ),
)
