"""`envctl mask suggest`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from envctl.cli.columns import printable, some
from envctl.cli.command import Call, Command
from envctl.cli.options import ENVIRONMENT
from envctl.reports.mask import MaskSuggested


def mask_suggest(
    call: Call,
    *,
    service: Annotated[
        str | None, typer.Argument(metavar="[SERVICE]", help="The database; else the only one that has data.")
    ] = None,
    no_samples: Annotated[
        bool, typer.Option("--no-samples", help="Go by names and types alone; read no row of the source.")
    ] = False,
    write: Annotated[
        Path | None, typer.Option("--write", "-w", metavar="FILE", help="A new file to write it to, instead of stdout.")
    ] = None,
) -> None:
    """Write a first policy of masking for the data of a service.

    Prints a section `[data.NAME.mask]` to paste into the stack file: a line for each column of the source, with
    the confidence and the reason beside it. It goes by names, types, and up to 1,000 rows of each table: these
    stay in memory, and no value of them is printed. `keep` is suggested for what is plainly harmless only. Read
    it before you trust it: what your columns hold you know better.
    """
    from envctl.ops.mask.suggest import suggest
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = suggest(here(call.file, call.env, tell), service, sampled=not no_samples, file=write)
    call.answer(report.data(), _lines(report), _after(call, report))


def _lines(report: MaskSuggested) -> list[str]:
    if report.file is not None:
        return [printable(report.file)]
    return report.toml.splitlines()


def _after(call: Call, report: MaskSuggested) -> Iterator[str]:
    masked = sum(column.mask not in (None, "keep") for column in report.columns)
    read = f", from names, types and {report.sampled} rows" if report.sampled else ", from names and types alone"
    yield printable(f"{report.data_name}: {masked} of {len(report.columns)} columns to mask{read}.")
    if report.undecided:
        names = some([f"{column.table}.{column.column}" for column in report.undecided])
        yield printable(f"Nobody but you can decide about {names}: see the comments.")
    check = call.like("mask check", report.service)
    yield f"Paste it into the stack file, read it line by line, then: `{check}`"


COMMAND = Command(
    name="mask suggest",
    function=mask_suggest,
    options=ENVIRONMENT,
    examples=(
        ("envctl mask suggest", "what to paste into the stack file"),
        ("envctl mask suggest db --no-samples", "without a look at any row"),
        ("envctl mask suggest db --write mask.toml", "into a file"),
    ),
)
