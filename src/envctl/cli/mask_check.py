"""`envctl mask check`."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from envctl.cli.columns import columns, printable
from envctl.cli.command import Call, Command
from envctl.cli.options import ENVIRONMENT
from envctl.reports.mask import CheckedData, CheckedTable, MaskChecked

HEADER = ("TABLE", "MASKED", "KEPT")


class Schema(StrEnum):
    """Where the schema comes from that a policy is compared with."""

    SOURCE = "source"
    ENVIRONMENT = "environment"


def mask_check(
    call: Call,
    *,
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Only these; else all whose data is masked.")
    ] = None,
    schema: Annotated[
        Schema,
        typer.Option("--schema", help="What is compared: the dump or live server, or the environment's database."),
    ] = Schema.SOURCE,
) -> None:
    """See whether the rules of masking fit the data, before any of it moves.

    Every column must be covered, every rule must hit one, and each must fit its column's type, length and
    uniqueness. The schema is that of the dump or the live server, loaded without a row into a server that is
    gone afterwards; or with `--schema environment` that of the running environment, migrations included: in CI
    it fails when a migration adds a column that nobody classified. What is wrong is listed, with what to paste
    (status 9). With a subset its conditions and foreign keys are looked at, too. No key is needed, and no row
    is read.
    """
    from envctl.ops.mask.check import check
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = check(here(call.file, call.env, tell), tuple(services or ()), schema.value)
    call.answer(report.data(), _lines(report), _after(report))


def _lines(report: MaskChecked) -> list[str]:
    blocks = [
        [
            printable(f"{one.service}: {one.data_name}, the schema of its {one.schema}"),
            *columns(map(_row, one.tables), HEADER),
            *(printable(f"only rows of {table}: {which}") for table, which in one.subset.items()),
            *(printable(f"warning: {warning}") for warning in one.warnings),
        ]
        for one in report.checked
    ]
    return [line for block in blocks for line in ("", *block)][1:]


def _row(table: CheckedTable) -> tuple[str, str, str]:
    masked = (f"{c.column} ({c.mask}{', some rows' if c.where else ''})" for c in table.masked)
    return table.table, ", ".join(masked), ", ".join(table.kept)


def _after(report: MaskChecked) -> Iterator[str]:
    for one in report.checked:
        masked, kept = _counts(one)
        yield printable(
            f"{one.data_name}: every column is covered: {masked} masked, {kept} kept, in {len(one.tables)} tables"
            f"{f'; of {len(one.cut)} of them not all rows come' if one.cut else ''}."
        )


def _counts(one: CheckedData) -> tuple[int, int]:
    return sum(len(table.masked) for table in one.tables), sum(len(table.kept) for table in one.tables)


COMMAND = Command(
    name="mask check",
    function=mask_check,
    options=ENVIRONMENT,
    examples=(
        ("envctl mask check", "all policies, compared with the dumps and live servers"),
        ("envctl mask check db --schema environment", "one, compared with what migrations made of it"),
        ("envctl mask check --json", "what is wrong and the patch, for a script"),
    ),
)
