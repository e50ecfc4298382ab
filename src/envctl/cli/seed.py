"""`envctl seed`."""

from __future__ import annotations

from typing import Annotated

import typer

from envctl.cli.columns import columns
from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING, OVERCOMMIT
from envctl.cli.plan import plan_lines
from envctl.errors import EnvctlError, Exit
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
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Make rows up, in place of what the stack file says.")
    ] = False,
    like: Annotated[
        str | None,
        typer.Option(
            "--like", metavar="DATA", help="With --synthetic: spread as in this [data.NAME], without its rows."
        ),
    ] = None,
    random_seed: Annotated[
        int | None,
        typer.Option("--random-seed", metavar="NUMBER", min=0, help="With --synthetic: another one makes other rows."),
    ] = None,
    overcommit: OVERCOMMIT = False,
) -> None:
    """Fill databases again with their data.

    It comes from what the stack file names under [data]. The new content takes the place of the old in
    one step: if the data is refused, the old stays as it was.

    Where the stack file says how data is masked, in [data.NAME.mask], that is always heeded, with --masked or
    without. The option is for those who want to be sure: data that nothing says so of is refused (status 9).

    With --synthetic nobody's rows are needed: they are made up for the tables that the database has by now, or
    for the schema that a [data.NAME] with from = "synthetic" names, whose other settings hold as well. All
    constraints hold, and the same seed makes the same rows.
    """
    from envctl.ops.seed import plan_seed
    from envctl.ops.seed import seed as fill
    from envctl.ops.setting import here
    from envctl.ops.snapshots.sources import MakingUp

    if not synthetic and (like is not None or random_seed is not None):
        option = "--like" if like is not None else "--random-seed"
        raise EnvctlError(
            Exit.USAGE,
            f"`{option}` is about rows that are made up",
            unchanged="Nothing was changed.",
            hint=f"Say that too: `envctl seed --synthetic {option} …`.",
        )
    making_up = MakingUp(like, random_seed) if synthetic else None
    with call.talk() as tell:
        place, chosen = here(call.file, call.env, tell), tuple(services or ())
        if dry_run:
            report: Planned | Seeded = plan_seed(
                place, chosen, masked=masked, making_up=making_up, overcommit=overcommit
            )
        else:
            report = fill(place, chosen, masked=masked, making_up=making_up, overcommit=overcommit, wait=call.wait)
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
        ("envctl seed --synthetic", "with made-up rows, for the tables that are there"),
        ("envctl seed --dry-run", "what it would do, and why"),
    ),
)
