"""The story of `gc`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from threading import BoundedSemaphore

from envctl.decision import Decision, Reason, Rules
from envctl.errors import EnvctlError, Exit
from envctl.events import Event, nobody
from envctl.lease import Lease
from envctl.observed import Observed
from envctl.ops.bundles.find import bundles, expire
from envctl.ops.find import living
from envctl.ops.gc.branches import branches, pulls
from envctl.ops.gc.snapshots import SNAPSHOT_BUDGET, Scope, free
from envctl.ops.gc.survey import again, connections, doubt, looked_at, sized, survey
from envctl.ops.observe import observe
from envctl.ops.remove import Removal, alone, take_down
from envctl.planning.reclaim import Known, confirmed, reclaim
from envctl.reports.gc import Fate, Reclaimed
from envctl.reports.left import LeftAlone
from envctl.standing import Standing
from envctl.world import World
from envctl.world.parallel import together

# Environments that are looked at and packed at the same time, which keeps processors busy; and those that go: services
# take their time to end, and the daemon removes networks one after another.
_BUSY, _AT_ONCE = 2, 32
BUNDLE_BUDGET = 1 << 30  # bytes that all bundles may take


def gc(
    world: World,
    project: str | None,
    rules: Rules,
    *,
    budget: int = BUNDLE_BUDGET,
    snapshot_budget: int = SNAPSHOT_BUDGET,
    dry_run: bool = False,
) -> Reclaimed:
    """Remove the environments that nobody needs, of one project or of all, and say of each why it goes or stays; then
    the snapshots that nobody needs now.

    One that could not be removed keeps none of the others: the report says so, and partly() makes an error of it.
    """
    standings, strangers = survey(world, project)
    now = world.engine.now()
    known = Known(now, doubt(world, now, standings))
    decisions = decide(world, standings, known, rules)
    busy = BoundedSemaphore(_BUSY)
    works = [partial(_fate, world, decision, busy, dry_run=dry_run) for decision in decisions]
    fates = tuple(together(world.shell, works, at_most=_AT_ONCE))
    left = tuple(LeftAlone(stranger.what, stranger.name, stranger.why) for stranger in strangers)
    return _with_rest(world, Reclaimed(project, dry_run, fates, left=left), known, budget, snapshot_budget)


def _with_rest(world: World, report: Reclaimed, known: Known, budget: int, snapshot_budget: int) -> Reclaimed:
    """With snapshots, which environments that went have freed, and with what was kept long enough.

    The daemon may be gone by now: what came of environments is told all the same.
    """
    project, leaving = report.project, {f"{fate.project}/{fate.name}" for fate in report.having("remove")}
    try:
        snapshots = free(world, Scope(project, leaving, report.dry_run), known, snapshot_budget)
        report = replace(report, snapshots=snapshots)
        gone = expire(world, project, None if known.doubt else known.now, budget, dry_run=report.dry_run)
        empty = not (report.environments or report.left or gone or snapshots)
        return replace(report, bundles=gone, remark=_nothing_of(world, project) if project and empty else None)
    except EnvctlError as error:
        if partly(report):
            return report
        error.data = report.data()
        raise


def _nothing_of(world: World, project: str) -> str:
    """What to tell who named a project that nothing on the daemon is of; bundles of it may be kept."""
    known = {bundle.identity.project for bundle in bundles(world)} | {one.project for one in living(world)}
    close = get_close_matches(project, sorted(known - {project}), n=1)
    guess = f" Did you mean {close[0]}?" if close else ""
    return f"There is no environment of a project {project} on this daemon.{guess}"


def partly(report: Reclaimed) -> EnvctlError | None:
    """The error for a run that could not remove all it should have; None where it could."""
    failed, freed = report.having("failed"), report.snapshots_having("failed")
    counts = (
        (len(failed), len(report.having("failed", "removed")), "environments"),
        (len(freed), len(report.snapshots_having("failed", "removed")), "snapshots"),
    )
    if not (said := " and ".join(f"{some} of {all_} {what}" for some, all_, what in counts if some)):
        return None
    return EnvctlError(
        Exit.PARTLY_DONE,
        f"{said} could not be removed",
        details=(
            *(f"{fate.project} / {fate.name}: {fate.error}" for fate in failed),
            *(f"snapshot {fate.short}: {fate.error}" for fate in freed),
        ),
        unchanged="All others were dealt with as listed.",
        hint="Run `envctl gc` again once that is mended; it goes on from here.",
        data=report.data(),
    )


def decide(world: World, standings: Sequence[Standing], known: Known, rules: Rules) -> tuple[Decision, ...]:
    """Who goes and who stays: those that may go are looked at closely, for the others remotes and forges are asked."""
    standings = sized(world, standings) if rules.disk_target is not None else standings
    alive = [decision.standing.lease for decision in reclaim(standings, known, Rules()) if not decision.goes]
    known = _asked(world, known, [lease for lease in alive if isinstance(lease, Lease) and not lease.pinned], rules)
    while True:
        decisions = reclaim(standings, known, rules)
        unseen = {d.standing.identity.full for d in decisions if d.goes and d.standing.uses is None}
        if not unseen:
            return decisions
        standings = _seen(world, standings, unseen)


def _asked(world: World, known: Known, leases: Sequence[Lease], rules: Rules) -> Known:
    """With what remotes and forges say of these environments' branches."""
    with_branch = [lease for lease in leases if lease.remote and lease.ref]
    urls = {lease.remote for lease in with_branch if lease.published}
    wanted = {(lease.remote, lease.ref) for lease in with_branch} if rules.merged else set()
    return replace(known, branches=branches(world, urls), pulls=pulls(world, wanted))


def _seen(world: World, standings: Sequence[Standing], unseen: Collection[str]) -> list[Standing]:
    open_now = connections(world)
    close = [one for one in standings if one.identity.full in unseen]
    found = together(world.shell, [partial(looked_at, world, one, open_now) for one in close])
    by_name = {one.identity.full: one for one in found}
    return [by_name.get(one.identity.full, one) for one in standings]


def _fate(world: World, decision: Decision, busy: BoundedSemaphore, *, dry_run: bool) -> Fate:
    """What becomes of an environment. What goes wrong with one does not keep the others."""
    if not decision.goes or dry_run:
        return _told(decision, "remove" if decision.goes else "keep")
    identity = decision.standing.identity
    try:
        with ExitStack() as turn, alone(world, identity, "gc", wait=False):
            turn.enter_context(busy)
            observed = observe(world, identity)
            return _reclaimed(world, confirmed(decision, again(world, identity, observed)), observed, turn.close)
    except EnvctlError as error:
        if error.code is Exit.LOCKED:
            because = f"in use now: {error.message}; else it would go: {decision.because}"
            return _told(replace(decision, reason=Reason.IN_USE, because=because), "keep")
        world.tell(Event(identity.full, error.message, "failed"))
        return replace(_told(decision, "failed"), error=error.message)


def _reclaimed(world: World, decision: Decision, observed: Observed, packed: Callable[[], object]) -> Fate:
    """What becomes of it after another look, under its lock: what goes is what was looked at."""
    if not decision.goes:
        return _told(decision, "keep")
    identity = decision.standing.identity
    world.tell(Event(identity.full, f"removing: {decision.because}"))
    removal = take_down(replace(world, tell=nobody), identity, observed, decision.because, packed=packed)
    complaint = _complaint(removal)
    if removal.held:
        world.tell(Event(identity.full, complaint, "failed"))
    else:
        world.tell(Event(identity.full, f"removed: {decision.because}", "done"))
    verdict = "failed" if removal.held else "removed"
    return replace(_told(decision, verdict), bundle=removal.bundle, error=complaint or None)


def _complaint(removal: Removal) -> str:
    held = f"{', '.join(removal.held)} could not go: a container of others uses it" if removal.held else ""
    return "; ".join(part for part in (held, removal.complaint) if part)


def _told(decision: Decision, verdict: str) -> Fate:
    identity = decision.standing.identity
    return Fate(identity.name, identity.project, identity.branch, verdict, decision.reason.value, decision.because)
