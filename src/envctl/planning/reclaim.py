"""Environments × branches × pull requests × leases × now → what goes and what stays, each with its reason. Pure.

Unknown means alive: whatever is not known for sure condemns nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from envctl.decision import Decision, Reason, Rules
from envctl.forge import Pull, Unknown
from envctl.lease import Damaged, Lease
from envctl.planning.leases import AHEAD
from envctl.standing import Standing
from envctl.units import show_duration, show_size

GRACE = timedelta(hours=1)  # what is younger may be made by somebody whose lock cannot be seen from here
_AHEAD = "its last use lies in the future: a clock was or is wrong"
_NOT_TEXT = "\ufffd"  # stands in labels for bytes of a name that are no text

Branches = Mapping[str, frozenset[str] | Unknown]  # by a remote's URL: its full refs
Pulls = Mapping[tuple[str, str], tuple[Pull, ...] | Unknown]  # by a remote's URL and a full ref: those of that branch


@dataclass(frozen=True)
class Known:
    """What was found out elsewhere. `doubt` says why what time it is cannot be trusted; empty: it can."""

    now: datetime
    doubt: str = ""
    branches: Branches = field(default_factory=dict)
    pulls: Pulls = field(default_factory=dict)


def reclaim(standings: Sequence[Standing], known: Known, rules: Rules) -> tuple[Decision, ...]:
    """A decision for each environment, in their order.

    Whoever goes without anybody having looked who uses it (`uses` is None) only may go: look, and decide again.
    """
    decisions = [_heeding_use(_judged(standing, known, rules)) for standing in standings]
    if rules.most is not None:
        decisions = _within_number(decisions, rules.most)
    if rules.disk_target is not None:
        decisions = _within_disk(decisions, rules.disk_target)
    return tuple(decisions)


def confirmed(decision: Decision, now: Standing) -> Decision:
    """The same decision after another look, under the environment's lock: whatever changed since then keeps it."""
    before = decision.standing
    fresh = replace(decision, standing=now)
    if not now.handles:
        return replace(fresh, because=f"{decision.because}; somebody else removed it a moment ago")
    if isinstance(now.lease, Lease) and now.lease.pinned:
        return replace(fresh, goes=False, reason=Reason.PINNED, because=f"pinned by {now.lease.pinned}")
    if now.lease != before.lease:
        return replace(fresh, goes=False, reason=Reason.USED_SINCE, because="used since it was looked at")
    if not now.handles <= before.handles:
        return replace(fresh, goes=False, reason=Reason.USED_SINCE, because="it changed since it was looked at")
    return _heeding_use(fresh)


def _judged(standing: Standing, known: Known, rules: Rules) -> Decision:
    lease = standing.lease
    if isinstance(lease, Damaged):
        return _stays(standing, Reason.LEASE_UNKNOWN, f"its lease is damaged: {lease.why}; `envctl extend` mends it")
    if lease is None:
        return _without_lease(standing, known)
    if lease.pinned:
        return _stays(standing, Reason.PINNED, f"pinned by {lease.pinned}")
    if lease.going:
        return _goes(standing, Reason.HALF_REMOVED, f"a run that removed it died: {lease.going}")
    return (
        _by_time(standing, lease, known, rules)
        or _by_branch(standing, lease, known)
        or (_by_pull(standing, lease, known) if rules.merged else None)
        or _alive(standing, lease, known)
    )


def _without_lease(standing: Standing, known: Known) -> Decision:
    """What runs is somebody's; the rest is orphaned, unless it is being made just now."""
    running = [c for c in standing.containers if c.state in ("running", "paused", "restarting")]
    if running or (standing.containers and standing.networks):
        return _stays(standing, Reason.LEASE_UNKNOWN, "it has no lease; `envctl extend` gives it one")
    latest = standing.latest
    if known.doubt:
        return _stays(standing, Reason.CLOCK_UNKNOWN, known.doubt)
    if latest is None or known.now - latest < GRACE:
        return _stays(standing, Reason.YOUNG, "what is left of it may be just being made")
    kinds = (("container", standing.containers), ("network", standing.networks), ("volume", standing.volumes))
    what = ", ".join(f"{len(found)} {kind}{'s' * (len(found) > 1)}" for kind, found in kinds if found)
    return _goes(standing, Reason.ORPHANED, f"{what} without an environment")


def _by_time(standing: Standing, lease: Lease, known: Known, rules: Rules) -> Decision | None:
    found = next(_overdue(lease, known.now, rules), None)
    if found is None:
        return None
    if known.doubt:
        return _stays(standing, Reason.CLOCK_UNKNOWN, known.doubt)
    if lease.used - known.now > AHEAD:
        return _stays(standing, Reason.CLOCK_UNKNOWN, _AHEAD)
    return _goes(standing, *found)


def _overdue(lease: Lease, now: datetime, rules: Rules) -> Iterator[tuple[Reason, str]]:
    """Why its time is over, the weightiest first."""
    unused = (now - lease.used).total_seconds()
    if lease.made is None and lease.failed is None and now - lease.used >= GRACE:
        yield Reason.HALF_MADE, f"a run that made it died {_ago(now - lease.used)}"
    if now >= lease.expires:
        yield Reason.EXPIRED, f"expired {_ago(now - lease.expires)}"
    allowed = min((limit for limit in (rules.idle, lease.terms.idle) if limit is not None), default=None)
    if allowed is not None and unused >= allowed:
        yield Reason.IDLE, f"last used {_ago(now - lease.used)}, idle for more than {show_duration(allowed)}"
    if rules.older_than is not None and (now - lease.begun).total_seconds() >= rules.older_than:
        yield Reason.OLD, f"made {_ago(now - lease.begun)}, more than {show_duration(rules.older_than)}"


def _by_branch(standing: Standing, lease: Lease, known: Known) -> Decision | None:
    """Its branch was on the remote once, and is no more. Compared by the full ref."""
    refs = known.branches.get(lease.remote)
    if not lease.published or not isinstance(refs, frozenset) or _NOT_TEXT in lease.ref or lease.ref in refs:
        return None
    return _goes(standing, Reason.BRANCH_GONE, f"the branch is gone from {lease.remote}")


def _by_pull(standing: Standing, lease: Lease, known: Known) -> Decision | None:
    pulls = known.pulls.get((lease.remote, lease.ref))
    if not pulls or isinstance(pulls, Unknown) or _NOT_TEXT in lease.ref:
        return None
    if any(pull.state == "open" or pull.closed is None for pull in pulls):
        return None
    last = max(pulls, key=lambda pull: pull.closed or lease.begun)
    assert last.closed is not None  # noqa: S101 – looked at above
    if lease.used > last.closed:
        return _stays(standing, Reason.USED_SINCE, f"used since pull request {last.number} was {last.state}")
    return _goes(standing, Reason.PULL_CLOSED, f"pull request {last.number} was {last.state}")


def _alive(standing: Standing, lease: Lease, known: Known) -> Decision:
    left = f"expires in {show_duration((lease.expires - known.now).total_seconds())}"
    if known.now >= lease.expires:
        left = "expired"
    if lease.used - known.now > AHEAD:
        return _stays(standing, Reason.CLOCK_UNKNOWN, f"{_AHEAD}; {left}")
    silent = known.branches.get(lease.remote)
    if lease.published and isinstance(silent, Unknown):
        return _stays(
            standing, Reason.BRANCH_UNKNOWN, f"whether its branch is still there is unknown ({silent.why}); {left}"
        )
    if isinstance(pulls := known.pulls.get((lease.remote, lease.ref)), Unknown):
        return _stays(standing, Reason.BRANCH_UNKNOWN, f"its pull requests are unknown ({pulls.why}); {left}")
    return _stays(standing, Reason.ALIVE, left)


def _heeding_use(decision: Decision) -> Decision:
    uses = decision.standing.uses
    if not decision.goes or uses is None:
        return decision
    if uses.seen:
        return _stays(
            decision.standing,
            Reason.IN_USE,
            f"in use now: {', '.join(uses.seen)}; else it would go: {decision.because}",
        )
    if uses.unknown:
        return _stays(decision.standing, Reason.USE_UNKNOWN, f"whether it is in use cannot be told: {uses.unknown}")
    return decision


def _within_number(decisions: list[Decision], most: int) -> list[Decision]:
    """At most so many of each project stay, the last used ones first; what must stay counts too.

    What is no environment does not count, nor one of which nobody knows when it was used.
    """
    uncounted = {Reason.YOUNG, Reason.CLOCK_UNKNOWN}
    over = Counter(d.standing.identity.project for d in decisions if not d.goes and d.reason not in uncounted)
    for project in over:
        over[project] -= most
    condemned: dict[str, Decision] = {}
    for decision in _least_used(decisions):
        project = decision.standing.identity.project
        if over[project] > 0:
            fate = _heeding_use(
                _goes(decision.standing, Reason.OVER_NUMBER, f"over {most}, the number of environments allowed")
            )
            condemned[decision.standing.identity.full] = fate
            over[project] -= fate.goes
    return [condemned.get(d.standing.identity.full, d) for d in decisions]


def _within_disk(decisions: list[Decision], target: int) -> list[Decision]:
    """What stays takes at most so much of the disk; the least used go first. A size that is unknown counts nothing."""
    over = sum(d.standing.size or 0 for d in decisions if not d.goes) - target
    condemned: dict[str, Decision] = {}
    for decision in _least_used(decisions):
        if over > 0 and decision.standing.size:
            because = f"the environments take {show_size(over + target)} of the disk, more than {show_size(target)}"
            fate = _heeding_use(_goes(decision.standing, Reason.OVER_DISK, because))
            condemned[decision.standing.identity.full] = fate
            over -= decision.standing.size if fate.goes else 0
    return [condemned.get(d.standing.identity.full, d) for d in decisions]


def _least_used(decisions: Iterable[Decision]) -> list[Decision]:
    """Those that stay only because nothing speaks against them, the longest unused first."""
    free = {Reason.ALIVE, Reason.BRANCH_UNKNOWN, Reason.USED_SINCE}
    found = [d for d in decisions if not d.goes and d.reason in free and isinstance(d.standing.lease, Lease)]
    return sorted(found, key=lambda d: (_used(d), d.standing.identity.full))


def _used(decision: Decision) -> datetime:
    assert isinstance(decision.standing.lease, Lease)  # noqa: S101 – chosen for it
    return decision.standing.lease.used


def _ago(time: timedelta) -> str:
    return f"{show_duration(max(0.0, time.total_seconds()))} ago"


def _goes(standing: Standing, reason: Reason, because: str) -> Decision:
    return Decision(standing, goes=True, reason=reason, because=because)


def _stays(standing: Standing, reason: Reason, because: str) -> Decision:
    return Decision(standing, goes=False, reason=reason, because=because)
