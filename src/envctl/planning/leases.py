"""How a lease changes: each function returns the lease that takes its place. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from envctl.lease import Lease, Terms, later

GRAIN = timedelta(seconds=60)  # a use that comes so soon after the last one needs no new lease
AHEAD = timedelta(minutes=5)  # a last use that lies so far in the future was written by a clock that was wrong


def begun(now: datetime, terms: Terms) -> Lease:
    """The first lease of an environment that is about to be made."""
    return Lease(begun=now, used=now, expires=later(now, terms.ttl), terms=terms)


def used(lease: Lease, now: datetime) -> Lease:
    """The lease after a use: never shorter, unless a clock that was wrong had written it. What was going stays."""
    until = later(now, lease.terms.ttl)
    trusted = lease.used - now <= AHEAD
    return replace(lease, going="", used=now, expires=max(until, lease.expires) if trusted else until)


def is_fresh(lease: Lease, now: datetime) -> bool:
    """Whether a use need not be written down."""
    if lease.going:
        return False
    return timedelta() <= now - lease.used < GRAIN and lease.expires >= later(now, lease.terms.ttl) - GRAIN


def granted(lease: Lease, now: datetime, terms: Terms, ttl: float | None = None) -> Lease:
    """The lease under the terms of an `up`. A `ttl` that somebody asked for counts from now, is heeded until another is
    asked for, and may also be shorter.
    """
    if ttl is not None:
        lease = replace(lease, terms=replace(terms, ttl=ttl), asked=True)
        return replace(used(lease, now), expires=later(now, ttl))
    return used(replace(lease, terms=replace(terms, ttl=lease.terms.ttl) if lease.asked else terms), now)


def extended(lease: Lease, now: datetime, seconds: float | None = None) -> Lease:
    """At least so many seconds from now, or as many as a use gives. Extending is a use."""
    until = later(now, lease.terms.ttl if seconds is None else seconds)
    renewed = used(lease, now)
    return replace(renewed, expires=max(until, renewed.expires))
