"""`envctl init`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from envctl.cli.columns import printable
from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.reports import Begun


class Template(StrEnum):
    """The stacks that `init` can begin with."""

    FULL = "full"
    API = "api"
    WORKER = "worker"


def init(
    call: Call,
    *,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to; else here. Made if need be.")] = Path(),
    template: Annotated[Template, typer.Option("--template", "-t", help="What to begin with.")] = Template.FULL,
) -> None:
    """Begin a stack: a stack file and small services that run as they stand.

    full is a page, an API, a worker, Postgres, Kafka and Redis; api an API with Postgres and Redis; worker a
    Kafka consumer with Postgres. The project is called after the folder. No file is ever written over: if
    something is in the way it is listed, and nothing is written.
    """
    from envctl.ops.init import init as begin
    from envctl.ops.setting import anywhere

    with call.talk() as tell:
        report = begin(anywhere(tell), folder, template.value)
    call.answer(report.data(), _lines(report), _next(report, folder))


def _lines(report: Begun) -> list[str]:
    return [f"project {report.project}, in {printable(report.folder)}:", *(f"  {path}" for path in report.files)]


def _next(report: Begun, folder: Path) -> Iterator[str]:
    lines = [
        *([(f"cd {shlex.quote(str(folder))}", "")] if folder != Path() else []),
        *([] if report.in_git else [("git init", "an environment is a branch's; or name one with --env NAME")]),
        ("envctl up", "build it, start it, wait until it is healthy"),
        ("envctl config", "what the stack file comes to"),
    ]
    width = max(len(line) for line, _ in lines)
    yield from ("", "Next:", "")
    yield from (f"  {line:<{width}}   {what}".rstrip() for line, what in lines)


COMMAND = Command(
    name="init",
    function=init,
    options=ALWAYS,
    examples=(
        ("envctl init", "page, API, worker, Postgres, Kafka and Redis, here"),
        ("envctl init --template api notes", "an API with its stores, in the new folder notes"),
        ("envctl init --template worker --json", "a Kafka consumer; the files for a script"),
    ),
)
