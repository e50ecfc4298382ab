"""What bundles are called, and which of them go. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from envctl import labels
from envctl.bundle import ROLE, Bundle, bundles_of
from envctl.identity import Identity
from envctl.lease import Lease, lease_of
from envctl.observed import Observed


@dataclass(frozen=True)
class Expiry:
    """A bundle that goes, and why."""

    bundle: Bundle
    because: str


def bundle_name(identity: Identity, now: datetime, taken: Collection[str]) -> str:
    """The volume of a new bundle. Two of one second are told apart by a number."""
    first = f"{identity.full}__{ROLE}-{now:%Y%m%dT%H%M%S}"
    names = (first, *(f"{first}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def life_of(observed: Observed) -> str:
    """By which the bundles of one life of an environment are known; empty where nothing says when it was begun."""
    lease = lease_of(observed.volumes)
    if isinstance(lease, Lease):
        return lease.labels()[labels.BEGUN]
    return observed.network.labels.get(labels.CREATED, "") if observed.network else ""


def of_this_life(observed: Observed) -> tuple[Bundle, ...]:
    """What a run packed which then died before the environment was gone: it is all there, or still in part."""
    life = life_of(observed)
    return tuple(b for b in bundles_of(observed.bundles) if life and b.life == life)


def expired(bundles: Collection[Bundle], now: datetime | None, budget: int | None) -> tuple[Expiry, ...]:
    """Those kept long enough; then the oldest of the rest until what stays fits the budget in bytes.

    One whose labels do not say until when it is kept goes only for the budget, and so does every one when nobody knows
    what time it is.
    """
    over = [b for b in bundles if now is not None and b.until is not None and b.until <= now]
    gone = [Expiry(b, f"it was kept until {b.until:%Y-%m-%d %H:%M} UTC") for b in over]
    rest = [b for b in bundles if b not in over]
    total = sum(b.size for b in rest)
    for bundle in sorted(rest, key=lambda b: (b.removed is not None, b.removed, b.name)):
        if budget is None or total <= budget:
            break
        gone.append(Expiry(bundle, "bundles take more disk than they may, and it is the oldest"))
        total -= bundle.size
    return tuple(gone)
