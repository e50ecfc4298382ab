"""`envctl ci comment`."""

from __future__ import annotations

from typing import Annotated

import typer

from envctl.cli.columns import printable
from envctl.cli.command import Call, Command
from envctl.reports.comment import Commented


def ci_comment(
    call: Call,
    *,
    pull: Annotated[
        int | None,
        typer.Option("--pull", min=1, metavar="NUMBER", help="The pull request; else the one that the CI job is for."),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="NAME", help="The machine's name in the URLs, instead of 127.0.0.1."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the comment; write nothing.")] = False,
) -> None:
    """Write the URLs on the pull request.

    One comment on GitHub or GitLab: the environment's services with state and URL, its branch and commit,
    and until when it lives. Run again, it updates its own comment; those of others are left alone. When the
    environment is gone it says so. The token comes from GITHUB_TOKEN, GH_TOKEN or GITLAB_TOKEN.
    """
    from envctl.ops.ci_comment import comment
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = comment(here(call.file, call.env, tell), pull=pull, host=host, dry_run=dry_run)
    call.answer(report.data(), _lines(report))


def _lines(report: Commented) -> list[str]:
    if report.action == "planned":
        return [printable(line) for line in report.text.splitlines()]
    done = "is as it should be" if report.action == "unchanged" else f"was {report.action}"
    return [printable(f"the comment on pull request {report.pull} {done}: {report.url}")]


COMMAND = Command(
    name="ci comment",
    function=ci_comment,
    examples=(
        ("envctl ci comment", "in a CI job: on the pull request that it runs for"),
        ("envctl ci comment --pull 12 --host runner-1.example.com", "on another one, with URLs that others can open"),
        ("envctl ci comment --dry-run", "what it would say"),
    ),
)
