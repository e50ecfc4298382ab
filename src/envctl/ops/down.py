"""The story of `down`."""

from __future__ import annotations

from envctl.errors import EnvctlError, Exit
from envctl.observed import Observed
from envctl.ops.observe import observe
from envctl.ops.remove import Removal, alone, names_of, take_down
from envctl.ops.setting import Here
from envctl.reports.down import WentDown
from envctl.reports.left import LeftAlone


def down(here: Here, *, dry_run: bool = False, wait: bool = True, keep: bool = True) -> WentDown:
    """Remove this branch's environment: its containers, then its network and volumes, each by its own ID.

    What is not proven to be ours is left alone and named. With `dry_run` everything is, and nothing is removed.
    Without `wait` it gives up where another command works on the environment, without `keep` no bundle is made of it.
    Raises EnvctlError(PARTLY_DONE) when others use a volume or the network: the rest is gone then.
    """
    world, identity = here.world, here.identity
    if dry_run:
        return _report(here, observe(world, identity), dry_run=True)
    with alone(world, identity, "down", wait=wait):
        observed = observe(world, identity)
        gone = take_down(world, identity, observed, "envctl down", keep=keep)
    report = _report(here, observed, gone)
    if gone.held:
        raise _partly(report, gone.held)
    return report


def _partly(report: WentDown, held: tuple[str, ...]) -> EnvctlError:
    what, _, name = held[0].partition(" ")
    return EnvctlError(
        Exit.PARTLY_DONE,
        f"{', '.join(f'the {thing}' for thing in held)} could not go: a container that is not ours uses "
        f"{'it' if len(held) == 1 else 'them'}",
        unchanged="Everything else of the environment was removed.",
        hint=f"See it with `docker ps --all --filter {what}={name}`; once it is gone, run `envctl down` again.",
        data=report.data(),
    )


def _report(here: Here, observed: Observed, gone: Removal | None = None, *, dry_run: bool = False) -> WentDown:
    left = tuple(LeftAlone(s.what, s.name, s.why) for s in observed.strangers)
    name, project = here.identity.name, here.identity.project
    existed = observed.exists or bool(observed.boxes)  # one that a command left which was killed is something to remove
    if gone is None:
        return WentDown(name, project, existed, names_of(observed), left, dry_run)
    kept = (gone.bundle, gone.until or None, gone.complaint or None)
    return WentDown(name, project, existed, gone.removed, left, dry_run, *kept)
