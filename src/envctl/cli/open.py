"""`envctl open`."""

from __future__ import annotations

from typing import Annotated

import typer

from envctl.cli.command import Call, Command


def open(
    call: Call,
    *,
    service: Annotated[
        str | None, typer.Argument(metavar="[SERVICE]", help="Which, where more than one has a URL.")
    ] = None,
    print_only: Annotated[bool, typer.Option("--print", help="Print the URL; open nothing.")] = False,
) -> None:
    """Open a service in the browser.

    One with `public = true`. Its URL is printed either way; where there is no display that is all. BROWSER
    names another browser than the usual one.
    """
    from envctl.ops.setting import here
    from envctl.ops.show import show

    with call.talk() as tell:
        report = show(here(call.file, call.env, tell), service, browse=not print_only)
    missing = [] if report.opened or print_only else ["There is no browser here that could show it."]
    call.answer(report.data(), [report.url], missing)


COMMAND = Command(
    name="open",
    function=open,
    examples=(
        ("envctl open", "the only service that has a URL"),
        ("envctl open web --print", "the URL alone"),
        ("envctl open --json", '{"service", "url", "opened"} in `data`'),
    ),
)
