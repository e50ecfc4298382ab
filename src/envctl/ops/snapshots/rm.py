"""The story of `snapshot rm`."""

from __future__ import annotations

from collections.abc import Sequence

from envctl.errors import EnvctlError, Exit
from envctl.ops.snapshots.find import chosen, take_stock
from envctl.ops.snapshots.remove import remove
from envctl.ops.snapshots.show import row
from envctl.planning.snapshots import lives
from envctl.reports.snapshots import SnapshotRow, SnapshotsRemoved
from envctl.snapshot import Snapshot, marker
from envctl.world import World


def rm(world: World, words: Sequence[str]) -> SnapshotsRemoved:
    """Remove snapshots; all are looked at before the first one goes.

    Raises EnvctlError: NOT_FOUND, DATA_REFUSED for one that an environment lives on, PARTLY_DONE where some went.
    """
    found = take_stock(world)
    wanted = {one.address: one for one in (chosen(found.snapshots, word) for word in words)}
    if stood_on := [one for one in wanted.values() if found.clones.get(one.address)]:
        raise _refused({one.short: found.clones[one.address] for one in stood_on})
    gone: list[SnapshotRow] = []
    failed: list[tuple[Snapshot, EnvctlError]] = []
    for one in wanted.values():
        try:
            _remove(world, one)
            gone.append(row(one, found))
        except EnvctlError as error:
            failed.append((one, error))
    if failed:
        raise _partly(gone, failed)
    return SnapshotsRemoved(tuple(gone))


def _remove(world: World, one: Snapshot) -> None:
    with world.locks.hold(marker(one.address), "snapshot rm"):
        if clones := take_stock(world).clones.get(one.address) or remove(world, one):
            raise _refused({one.short: clones})


def _refused(clones: dict[str, tuple[str, ...]]) -> EnvctlError:
    called = ", ".join(clones)
    return EnvctlError(
        Exit.DATA_REFUSED,
        f"the snapshot{'s' * (len(clones) > 1)} {called} cannot be removed: environments live on what would go",
        details=tuple(f"{name}: {lives(who)}" for name, who in clones.items()),
        unchanged="Nothing was removed.",
        hint="Remove those environments first: `envctl down --env NAME` in their projects. `envctl gc` then removes "
        "what nobody needs.",
    )


def _partly(gone: Sequence[SnapshotRow], failed: Sequence[tuple[Snapshot, EnvctlError]]) -> EnvctlError:
    if not gone and len(failed) == 1:
        return failed[0][1]
    return EnvctlError(
        Exit.PARTLY_DONE,
        f"{len(failed)} of {len(gone) + len(failed)} snapshots could not be removed",
        details=tuple(f"{one.short}: {error.message}" for one, error in failed),
        unchanged=f"Removed: {', '.join(one.short for one in gone) or 'none'}.",
        hint="Run the same for the rest once that is mended: `envctl snapshot ls` shows what is there.",
        data=SnapshotsRemoved(tuple(gone)).data(),
    )
