"""What is true of an environment, found out without `gc`: by the test's own words, and from the daemon's own labels."""

from __future__ import annotations

from datetime import datetime, timedelta

from envctl.decision import Rules
from envctl.lease import Lease
from tests.ops.gc.ground import FAR, Env, Ground

HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=5)


def is_doubtful(ground: Ground) -> bool:
    """Nobody knows what time it is: the daemon's clock and the client's differ."""
    return abs(ground.skew) > MINUTES


def runs(ground: Ground, full: str) -> bool:
    """Whether any container of it does."""
    return any(container.state == "running" for container in ground.containers(full))


def is_used(ground: Ground, env: Env) -> bool:
    """Somebody runs something in it or beside it, is connected to it, or works on it; or nobody can tell."""
    there = ground.containers(env.identity.full)
    web = any(c.name.endswith("_web") and c.state == "running" for c in there)
    inside = any(ground.engine.execs.get(c.id) for c in there if c.state == "running")
    return inside or env.guest or env.lock is not None or (web and (bool(env.connections) or env.identity == FAR))


def is_protected(ground: Ground, env: Env) -> bool:
    """Whether it must live whatever anybody asks for."""
    lease = ground.lease(env.identity.full)
    if not isinstance(lease, Lease):
        return lease is not None or runs(ground, env.identity.full)
    return bool(lease.pinned) or is_used(ground, env)


def reasons(ground: Ground, env: Env, rules: Rules) -> set[str]:
    """Each reason, but for those of numbers, for which it may go now."""
    full, now, lease = env.identity.full, ground.engine.now(), ground.lease(env.identity.full)
    if is_protected(ground, env):
        return set()
    if not isinstance(lease, Lease):
        parts = [*ground.containers(full), *ground.rest(full)]
        whole = bool(ground.containers(full)) and any(part.name == full for part in parts)
        youngest = max(datetime.fromisoformat(part.created) for part in parts)
        return {"orphaned"} if not whole and not is_doubtful(ground) and now - youngest >= HOUR else set()
    found = {"half-removed"} if lease.going else set()
    if not is_doubtful(ground) and lease.used - now <= MINUTES:
        found |= _by_time(lease, now, rules)
    hub = ground.site.hub
    if lease.published and not hub.silent and lease.ref not in hub.branches:
        found.add("branch-gone")
    if rules.merged and lease.remote and not hub.forge_silent:
        closed = hub.pulls.get(lease.ref) or [None]
        if None not in closed and lease.used <= max(moment for moment in closed if moment):
            found.add("pull-request-closed")
    return found


def _by_time(lease: Lease, now: datetime, rules: Rules) -> set[str]:
    unused = now - lease.used
    idle = [seconds for seconds in (rules.idle, lease.terms.idle) if seconds is not None]
    over = {
        "expired": now >= lease.expires,
        "half-made": lease.made is None and lease.failed is None and unused >= HOUR,
        "idle": any(unused >= timedelta(seconds=seconds) for seconds in idle),
        "older-than": rules.older_than is not None and now - lease.begun >= timedelta(seconds=rules.older_than),
    }
    return {reason for reason, holds in over.items() if holds}


def is_overdue(ground: Ground, env: Env, rules: Rules) -> bool:
    """Its time would be over, if the clock can be believed."""
    lease = ground.lease(env.identity.full)
    return isinstance(lease, Lease) and bool(_by_time(lease, ground.engine.now(), rules))
