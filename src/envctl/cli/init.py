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
from envctl.errors import EnvctlError, Exit
from envctl.reports.begun import Begun


class Template(StrEnum):
    """The stacks that `init` can begin with."""

    FULL = "full"
    API = "api"
    WORKER = "worker"


class Ci(StrEnum):
    """The CI services that `init` writes files for."""

    GITHUB = "github"
    GITLAB = "gitlab"
    CIRCLECI = "circleci"


def init(
    call: Call,
    *,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to; else here. Made if need be.")] = Path(),
    template: Annotated[
        Template | None, typer.Option("--template", "-t", help="What to begin with; else full.", show_default=False)
    ] = None,
    compose: Annotated[
        list[Path] | None,
        typer.Option("--from", "-f", metavar="FILE", help="Wrap this Compose file; once for each that is merged."),
    ] = None,
    profile: Annotated[
        list[str] | None,
        typer.Option("--profile", metavar="NAME", help="A profile of the Compose project to enable."),
    ] = None,
    ci: Annotated[
        Ci | None,
        typer.Option("--ci", help="Write this service's files for the stack that is here.", show_default=False),
    ] = None,
) -> None:
    """Begin a stack: a stack file and small services that run as they stand.

    full is a page, an API, a worker, Postgres, Kafka and Redis; api an API with Postgres and Redis; worker a
    Kafka consumer with Postgres. With --from the stack is a Compose project that you have already: only the
    stack file is written, the project stays as it is, and every branch gets a copy of its own. With --ci there
    is a stack file already, and what is written is for CI: up on a pull request, tests, a comment with the URLs,
    down when it is closed, and gc on a schedule.

    The project is called after the folder, or as Compose calls it. No file is ever written over: if something
    is in the way it is listed, and nothing is written.
    """
    from envctl.ops.init import init as begin
    from envctl.ops.init_ci import init_ci
    from envctl.ops.init_from import init_from
    from envctl.ops.setting import anywhere

    _check(template, compose, profile, ci)
    with call.talk() as tell:
        if ci:
            report = init_ci(anywhere(tell), folder, ci.value)
        elif compose:
            report = init_from(anywhere(tell), folder, compose, profile or ())
        else:
            report = begin(anywhere(tell), folder, (template or Template.FULL).value)
    call.answer(report.data(), _lines(report), _next_in_ci(ci, report) if ci else _next(report, folder))


def _check(template: Template | None, compose: list[Path] | None, profile: list[str] | None, ci: Ci | None) -> None:
    said = ""
    if template and compose:
        said = "--template and --from exclude each other"
    elif ci and (template or compose):
        said = "--ci is for a stack file that is there already"
    elif profile and not compose:
        said = "--profile needs --from"
    if said:
        raise EnvctlError(
            Exit.USAGE,
            said,
            unchanged="Nothing was written.",
            hint="Begin with a template, or wrap a Compose project: `envctl init --from compose.yaml`; then "
            "`envctl init --ci github`.",
        )


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


def _next_in_ci(ci: Ci, report: Begun) -> Iterator[str]:
    yield from ("", "Next:", "", "  Each file says at its head what is to be set with the CI service.")
    if ci is Ci.GITLAB and ".gitlab-ci.yml" not in report.files:
        yield "  Your .gitlab-ci.yml stays as it is; let it include `local: .gitlab/envctl.yml`."


COMMAND = Command(
    name="init",
    function=init,
    options=ALWAYS,
    examples=(
        ("envctl init", "page, API, worker, Postgres, Kafka and Redis, here"),
        ("envctl init --template api notes", "an API with its stores, in the new folder notes"),
        ("envctl init --from compose.yaml", "your own Compose project, as it is"),
        ("envctl init --template worker --json", "a Kafka consumer; the files for a script"),
        ("envctl init --ci github", "workflows for the stack that is here"),
    ),
)
