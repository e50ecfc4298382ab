"""`envctl pool ls`."""

from __future__ import annotations

from collections.abc import Iterator

from envctl.cli.columns import columns, printable
from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.reports.pools import PoolStatus
from envctl.units import show_size

HEADER = ("POOL", "ATTACHED", "SIZE", "USED", "FREE", "ON DISK", "SNAPSHOTS", "CLONES")


def pool_ls(call: Call) -> None:
    """Show the pool, and how much is in it.

    What is shared between snapshots and clones counts once. After a restart of the daemon's machine it is
    attached again by this command too. ON DISK is what its file takes of the daemon's disk.
    """
    from envctl.ops.pools.status import ls
    from envctl.ops.setting import anywhere

    with call.talk() as tell:
        report = ls(anywhere(tell))
    found = report.pool
    if found is None:
        after = ["There is no pool. `envctl doctor` says how data is copied here, `envctl pool create` makes one."]
    else:
        after = [f"It cannot be used: {printable(found.problem)}"] if found.problem else [*tight(found)]
    call.answer(report.data(), lines(found) if found else [], after)


def lines(pool: PoolStatus) -> list[str]:
    """One line, below what its words mean."""
    sizes = (None if n is None else show_size(n) for n in (pool.size, pool.used, pool.free, pool.taken))
    row = (pool.id, "yes" if pool.attached else "no", *sizes, str(pool.snapshots), str(pool.clones))
    return columns([row], HEADER)


def tight(pool: PoolStatus) -> Iterator[str]:
    """A word of warning where the daemon's disk is full before the pool is."""
    if pool.size is not None and (pool.disk_free or 0) + (pool.taken or 0) < pool.size:
        left = show_size(pool.disk_free or 0)
        yield f"The daemon's disk has {left} left: it is full before the pool is, and the pool then fails."


COMMAND = Command(
    name="pool ls",
    function=pool_ls,
    options=ALWAYS,
    examples=(
        ("envctl pool ls", "how much is in it, and what is left"),
        ("envctl pool ls --json", "the same for a script, in bytes"),
    ),
)
