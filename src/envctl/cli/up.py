"""`envctl up`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from envctl.cli.columns import away
from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING, FROM, OVERCOMMIT
from envctl.cli.plan import plan_lines, shared_lines
from envctl.cli.status import head_line, service_lines
from envctl.cli.values import lifetime as seconds_to_live
from envctl.reports.plan import Planned
from envctl.reports.up import CameUp, StartedFrom


def up(
    call: Call,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the steps with their causes; do nothing.")] = False,
    build: Annotated[bool, typer.Option("--build", help="Build images again, also where nothing changed.")] = False,
    overcommit: OVERCOMMIT = False,
    ttl: Annotated[
        str | None, typer.Option("--ttl", metavar="TIME", help="How long it lives after its last use: 8h, 3d.")
    ] = None,
    start_from: FROM = None,
) -> None:
    """Bring this branch's environment up.

    Images are built or pulled, services started in the order of their needs, databases filled, and
    everything waited for until it is healthy. Run it as often as you like: what is there and right stays
    as it is. An up that was interrupted goes on where it stopped. One command at a time works on an
    environment: this one waits for another, and says for whose.

    New data starts as a copy of a snapshot: of what the stack file says, or with --from of one that
    somebody made, or of what another environment has now. Data that is there stays.

    What the machine has too little of is said before anything starts: memory for the limits of the services
    that would be started, disk for the dumps that would be loaded.
    """
    lifetime = seconds_to_live("--ttl", ttl)
    from envctl.ops.plan import plan
    from envctl.ops.setting import here
    from envctl.ops.up import up as bring_up

    with call.talk() as tell:
        place = here(call.file, call.env, tell)
        if dry_run:
            report: CameUp | Planned = plan(place, rebuild=build, overcommit=overcommit, start_from=start_from)
        elif start_from is None:
            report = bring_up(place, rebuild=build, overcommit=overcommit, ttl=lifetime, wait=call.wait)
        else:
            from envctl.ops.up_from import up_from

            report = up_from(place, start_from, rebuild=build, overcommit=overcommit, ttl=lifetime, wait=call.wait)
    if isinstance(report, Planned):
        call.answer(report.data(), plan_lines(report), shared_lines(report.other_folders))
    else:
        call.answer(report.data(), came_up_lines(report), next_lines(call, report))


def came_up_lines(report: CameUp) -> list[str]:
    """The environment that came up."""
    return [head_line(report.status), "", *service_lines(report.status)]


def next_lines(call: Call, report: CameUp) -> Iterator[str]:
    """What one may do with it next."""
    done = f"Up in {report.seconds:.1f} s." if report.steps else "Already up: nothing was to do."
    yield from ("", *_away(report.snapshot), done, *shared_lines(report.other_folders), "")
    lines = [(service.url, f"open {service.name}") for service in report.status.services if service.url]
    lines += [
        (call.like("logs", "-f"), "follow what the services print"),
        (call.like("env"), "the settings for a program on this machine"),
        (call.like("down"), "remove this environment, and nothing else"),
    ]
    width = max(len(line) for line, _ in lines)
    yield from (f"  {line:<{width}}   {what}" for line, what in lines)


def _away(origin: StartedFrom | None) -> Iterator[str]:
    if origin is not None and origin.away is not None:
        yield away(f"The {origin.source}", origin.away)


COMMAND = Command(
    name="up",
    function=up,
    options=CHANGING,
    examples=(
        ("envctl up", "this branch's stack, running and filled"),
        ("envctl up --dry-run", "what it would do, and why"),
        ("envctl up --env demo", "an environment by name; works outside git too"),
        ("envctl up --build --json", "build again; the result for a script"),
        ("envctl up --env demo --from main-0a", "with the data that another environment has now"),
        ("envctl up --ttl 8h", "for today: then `envctl gc` may remove it"),
        ("envctl up --no-wait", "or status 6 where another command works on it"),
    ),
)
