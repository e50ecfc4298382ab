"""`envctl mask preview`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from envctl.cli import output
from envctl.cli.columns import ABSENT, columns, printable, some
from envctl.cli.command import Call, Command
from envctl.cli.options import ENVIRONMENT
from envctl.errors import EnvctlError, Exit
from envctl.reports.mask import MaskShown, ShownColumn, ShownTable

HEADER = ("COLUMN", "MASK", "BEFORE", "AFTER")
_LONGEST = 48  # characters of a value that are shown
_NULL = "null"


def mask_preview(
    call: Call,
    *,
    service: Annotated[
        str | None, typer.Argument(metavar="[SERVICE]", help="The database; else the only one that is masked.")
    ] = None,
    table: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="Only this one, as `customers` or `sales.customers`.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, max=100, help="How many rows of each table.")] = 3,
    show_real: Annotated[
        bool, typer.Option("--show-real", help="Real rows of the source, on this terminal and nowhere else.")
    ] = False,
) -> None:
    """Show what masking does to a few rows: before and after.

    The rows are made up, after the names and the types of the columns, and the same every time. With --show-real
    they are the first ones of the dump or live server: only on a terminal, and never as JSON. What is shown is
    what a snapshot would hold: it depends on the key.
    """
    if show_real and (call.json or not output.is_terminal(sys.stdout)):
        raise EnvctlError(
            Exit.USAGE,
            "real rows are shown on a terminal only, and never as JSON",
            unchanged="Nothing was read.",
            hint="Leave --show-real out: made-up rows show the same, and may go anywhere.",
        )
    from envctl.ops.mask.preview import preview
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = preview(here(call.file, call.env, tell), service, table, rows=rows, real=show_real)
    call.answer(None if report.real else report.data(), _lines(report), _after(report))


def _lines(report: MaskShown) -> list[str]:
    return [line for table in report.tables for line in ("", *_block(table))][1:]


def _block(table: ShownTable) -> Iterator[str]:
    yield printable(table.table)
    if table.columns:
        yield from columns([row for column in table.columns for row in _rows(column)], HEADER)
    if table.kept:
        yield printable(f"kept: {', '.join(table.kept)}")


def _rows(column: ShownColumn) -> Iterator[tuple[str, str, str, str]]:
    for at, (before, after) in enumerate(zip(column.before, column.after, strict=True)):
        first = at == 0
        yield column.column if first else " ", column.mask if first else " ", _value(before), _value(after)
    if not column.before:
        yield column.column, column.mask, ABSENT, ABSENT


def _value(value: str | None) -> str:
    """One that fits beside another; null and an empty text are told apart."""
    if value is None:
        return _NULL
    return f"{value[: _LONGEST - 1]}…" if len(value) > _LONGEST else value or "''"


def _after(report: MaskShown) -> Iterator[str]:
    masked = sum(len(table.columns) for table in report.tables)
    whose = "real rows" if report.real else "made-up rows"
    names = some([table.table for table in report.tables])
    yield printable(f"{report.data_name}: {masked} columns are masked in {names}. These are {whose}.")


COMMAND = Command(
    name="mask preview",
    function=mask_preview,
    options=ENVIRONMENT,
    examples=(
        ("envctl mask preview", "every table, with made-up rows"),
        ("envctl mask preview db customers --rows 5", "one table"),
        ("envctl mask preview db customers --json", "the same for a script"),
    ),
)
