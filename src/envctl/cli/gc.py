"""`envctl gc`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from envctl.cli.columns import columns, printable, short
from envctl.cli.command import Call, Command
from envctl.cli.options import STACK
from envctl.cli.top import size as bytes_of
from envctl.cli.values import seconds, size
from envctl.decision import Rules
from envctl.errors import EnvctlError, Exit
from envctl.reports.gc import Reclaimed

HEADER = ("VERDICT", "NAME", "PROJECT", "BRANCH", "BECAUSE")
SNAPSHOTS = ("VERDICT", "SNAPSHOT", "PROJECT", "SOURCE", "SIZE", "BECAUSE")
_IN_ORDER = ("failed", "remove", "removed", "keep")

DRY_RUN = Annotated[bool, typer.Option("--dry-run", help="Print the decisions; remove nothing.")]
OLDER_THAN = Annotated[
    str | None, typer.Option("--older-than", metavar="TIME", help="Also those first made so long ago: 7d.")
]
IDLE = Annotated[
    str | None, typer.Option("--idle", metavar="TIME", help="Also those that nobody used for so long: 12h.")
]
MERGED = Annotated[bool, typer.Option("--merged", help="Also those whose pull requests are all merged or closed.")]
MOST = Annotated[
    int | None, typer.Option("--max", metavar="N", min=0, help="Keep at most N of a project, the last used.")
]
DISK_TARGET = Annotated[
    str | None, typer.Option("--disk-target", metavar="SIZE", help="Keep at most so much data, the last used: 20GB.")
]
BUNDLE_BUDGET = Annotated[
    str, typer.Option("--bundle-budget", metavar="SIZE", help="What logs of removed ones may take in all.")
]
SNAPSHOT_BUDGET = Annotated[
    str, typer.Option("--snapshot-budget", metavar="SIZE", help="What snapshots may take in all.")
]
PROJECT = Annotated[
    str | None, typer.Option("--project", "-p", metavar="NAME", help="The environments of this project.")
]
ALL_PROJECTS = Annotated[bool, typer.Option("--all-projects", help="Those of every project.")]


def gc(
    call: Call,
    *,
    dry_run: DRY_RUN = False,
    older_than: OLDER_THAN = None,
    idle: IDLE = None,
    merged: MERGED = False,
    most: MOST = None,
    disk_target: DISK_TARGET = None,
    bundle_budget: BUNDLE_BUDGET = "1GiB",
    snapshot_budget: SNAPSHOT_BUDGET = "20GiB",
    project: PROJECT = None,
    all_projects: ALL_PROJECTS = False,
) -> None:
    """Remove the environments that nobody needs.

    Those whose lease is over, whose branch is gone from its git remote, that a run which died left
    half-made, and what is left of others. An option adds a reason. What is pinned, in use now or used since
    stays, and so does whatever is not known for sure: a remote that does not answer condemns nobody.

    It looks at the project of the stack file; without one at all projects, but an option that adds a reason
    then needs --project or --all-projects. It needs neither checkout nor stack file, so it fits cron and CI.
    Of each environment it says why it goes or stays; status 10 when some could not be removed. Logs of those
    removed are kept: `envctl ls --removed`.

    Of snapshots those go that nobody needs now, the oldest first, once all take more than --snapshot-budget;
    never one that an environment lives on, that somebody gave a name, or that is the newest of its source.
    """
    rules = Rules(
        seconds("--older-than", older_than), seconds("--idle", idle), merged, most, size("--disk-target", disk_target)
    )
    budget, snapshots = size("--bundle-budget", bundle_budget) or 0, size("--snapshot-budget", snapshot_budget) or 0
    scope = _scope(call, project, rules, all_projects=all_projects)
    from envctl.ops.gc.reclaim import gc as reclaim
    from envctl.ops.gc.reclaim import partly
    from envctl.ops.setting import anywhere

    with call.talk() as tell:
        world = anywhere(tell)
        report = reclaim(world, scope, rules, budget=budget, snapshot_budget=snapshots, dry_run=dry_run)
    failure = partly(report)
    if failure is None or not call.json:
        call.answer(report.data(), lines(report), after(report))
    if failure is not None:
        raise failure


def _scope(call: Call, project: str | None, rules: Rules, *, all_projects: bool) -> str | None:
    """The project to look at; None for all of them."""
    if project == "":  # of a variable that is not set: not every project is meant
        raise EnvctlError(
            Exit.USAGE,
            "--project is empty",
            unchanged="Nothing was removed.",
            hint="Write `--project NAME`, or `--all-projects` for the environments of every project.",
        )
    if project and all_projects:
        raise EnvctlError(Exit.USAGE, "--project and --all-projects exclude each other", hint="Leave one of them out.")
    if project or all_projects:
        return project
    from envctl.ops.find import project_here

    here = project_here(call.file)
    if here is None and rules != Rules():
        raise EnvctlError(
            Exit.USAGE,
            "there is no stack file here, so it must be said whose environments are meant",
            unchanged="Nothing was removed.",
            hint="Add `--project NAME`, or `--all-projects` for those of every project.",
        )
    return here


def lines(report: Reclaimed) -> list[str]:
    """Each environment and each snapshot with what becomes of it and why, those that go first."""
    fates = sorted(report.environments, key=lambda fate: _IN_ORDER.index(fate.verdict))
    rows = ((f.verdict, f.name, f.project, short(f.branch), f.error or f.because) for f in fates)
    gone = [f"{printable(b.bundle)}: {b.because}" for b in report.bundles]
    head = (
        "Logs of removed environments that would go:" if report.dry_run else "Logs of removed environments that went:"
    )
    blocks = (
        columns(rows, HEADER) if fates else [],
        _snapshots(report) if report.snapshots else [],
        [head, *(f"  {line}" for line in gone)] if gone else [],
    )
    return [line for block in blocks if block for line in ("", *block)][1:]


def _snapshots(report: Reclaimed) -> list[str]:
    fates = sorted(report.snapshots, key=lambda fate: _IN_ORDER.index(fate.verdict))
    rows = (
        (f.verdict, f.short, f.project, f.source, None if f.size is None else bytes_of(f.size), f.error or f.because)
        for f in fates
    )
    return columns(rows, SNAPSHOTS)


def after(report: Reclaimed) -> Iterator[str]:
    """A summary, and what was left alone."""
    whose = f"of {report.project}" if report.project else "of all projects"
    did = "would be removed" if report.dry_run else "removed"
    what, going, stay = "environment", report.having("remove", "removed"), report.having("keep")
    yield f"{_count(len(report.environments), what)} {whose}: {len(going)} {did}, {len(stay)} kept."
    if report.snapshots:
        went, kept = report.snapshots_having("remove", "removed"), report.snapshots_having("keep")
        yield f"{_count(len(report.snapshots), 'snapshot')}: {len(went)} {did}, {len(kept)} kept."
    if report.remark:
        yield printable(report.remark)
    for thing in report.left:
        yield f"left alone: {thing.what} {printable(thing.name)}: {printable(thing.why)}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


COMMAND = Command(
    name="gc",
    function=gc,
    options=STACK,
    examples=(
        ("envctl gc --dry-run", "what would go, what stays, and why"),
        ("envctl gc --all-projects", "in cron: whatever nobody needs"),
        ("envctl gc --merged --idle 12h", "in CI, beside the stack file"),
        ("envctl gc --project shop --max 5 --json", "the five last used stay; the result for a script"),
        ("envctl gc --all-projects --snapshot-budget 5GiB", "keep less data that nobody lives on"),
    ),
)
