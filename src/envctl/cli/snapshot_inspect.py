"""`envctl snapshot inspect`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from envctl.cli.columns import columns, printable
from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.cli.top import size
from envctl.reports.snapshots import SnapshotDetails

PARTS = ("SERVICE", "KIND", "VERSION", "IMAGE", "VOLUME", "HELD IN", "POOL")
COPIES = ("CLONE", "VOLUME", "STRATEGY")


def snapshot_inspect(
    call: Call,
    *,
    snapshot: Annotated[
        str, typer.Argument(metavar="SNAPSHOT", help="Its name, its address, or at least the first 4 digits of that.")
    ],
) -> None:
    """Show everything about a snapshot.

    What it was made from, by whom and when; of each service the image, the version of its data and the volume
    that holds it; and the environments that live on it.
    """
    from envctl.ops.setting import anywhere
    from envctl.ops.snapshots.show import inspect

    with call.talk() as tell:
        report = inspect(anywhere(tell), snapshot)
    call.answer(report.data(), inspect_lines(report))


def inspect_lines(report: SnapshotDetails) -> list[str]:
    """The snapshot for people, in blocks."""
    parts = [
        (p.service, p.kind, p.version, p.image if p.image_there else f"{p.image} (gone)", p.volume, p.held, p.pool)
        for p in report.parts
    ]
    copies = [(c.environment, c.volume, c.strategy) for c in report.copies]
    blocks = [list(_head(report)), columns(parts, PARTS), columns(copies, COPIES) if copies else [], _proof(report)]
    return [line for block in blocks if block for line in ("", *block)][1:]


def _head(report: SnapshotDetails) -> Iterator[str]:
    one = report.snapshot
    yield printable(f"snapshot {one.short}: {one.source}")
    told = {report.digest, *(part.version for part in report.parts)}  # elsewhere
    facts = {f"{p.service}.{key}": value for p in report.parts for key, value in p.facts.items() if value not in told}
    rows = {
        "address": one.address,
        "first for": one.project,
        "made": f"{datetime.fromisoformat(one.made).astimezone():%Y-%m-%d %H:%M:%S}",
        "by": one.by,
        "size": size(one.size),
        "digest": report.digest,
        **report.about,
        **facts,
    }
    yield from columns([(f"  {name}", value) for name, value in rows.items() if value])


def _proof(report: SnapshotDetails) -> list[str]:
    """What masked data is proven by."""
    found = report.certificate
    if found is None:
        return []
    rows = {
        "rules": found.policy,
        "key": found.key,
        "looked for": f"{found.values:,} raw values in {size(found.scanned)}: {found.hits} found",
        "left out": f"{found.skipped:,} values: {found.rule}",
        "not looked for": ", ".join(found.unsought),
        "rows": ", ".join(_rows(table, count, found.out_of.get(table)) for table, count in found.rows.items()),
        "subset": "; ".join(f"{table}: {which}" for table, which in found.subset.items()),
        "now() was": found.moment,
    }
    masked = columns([(f"  {column}", how) for column, how in found.columns.items()])
    return [
        "masked, and proven to be",
        *columns([(f"  {name}", value) for name, value in rows.items() if value]),
        "",
        *masked,
    ]


def _rows(table: str, count: int, whole: int | None) -> str:
    return f"{table} {count:,}" if whole is None else f"{table} {count:,} of {whole:,}"


COMMAND = Command(
    name="snapshot inspect",
    function=snapshot_inspect,
    options=ALWAYS,
    examples=(
        ("envctl snapshot inspect before-migration", "by the name that somebody gave it"),
        ("envctl snapshot inspect 3f9c2a --json", "by the beginning of its address, for a script"),
    ),
)
