"""What each service may use: its own limits, or an even share of what the environment has left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from envctl.services import Service
from envctl.stack.problems import Notes
from envctl.units import MIB, show_size
from envctl.workload import Limits


@dataclass(frozen=True)
class _Amount:
    """One amount in its smallest unit, so that shares add up."""

    key: str
    unit: int  # smallest units in one
    minimum: int

    def units(self, limits: Limits) -> int | None:
        value = getattr(limits, self.key)
        return None if value is None else round(value * self.unit)

    def show(self, units: int) -> str:
        return show_size(units) if self.key == "memory" else f"{units / self.unit:g}"


MEMORY = _Amount("memory", 1, 64 * MIB)
CPUS = _Amount("cpus", 100, 10)
PIDS = _Amount("pids", 1, 32)


def _share(amount: _Amount, total: Limits, own: Mapping[str, Limits]) -> tuple[int, int] | None:
    """(units that each service without its own may use, how many such services there are)."""
    whole = amount.units(total)
    if whole is None:
        return None
    taken = [amount.units(limits) for limits in own.values()]
    others = taken.count(None)
    left = whole - sum(units or 0 for units in taken)
    return (left // others if others else left), others


def check_limits(services: Mapping[str, Service], total: Limits, notes: Notes) -> None:
    """The sum stays within the environment's limits, and every share is enough to live on."""
    own = {name: service.limits.amounts() for name, service in services.items()}
    for amount in (MEMORY, CPUS, PIDS):
        share = _share(amount, total, own)
        if share is None:
            continue
        each, others = share
        whole = amount.show(amount.units(total) or 0)
        if each < 0:
            message = f"{whole} is less than what the services' own limits add up to"
            notes.add(("limits", amount.key), message, hint="raise it, or lower theirs")
        elif others and each < amount.minimum:
            message = f"{whole} leaves {amount.show(each)} for each service without its own ({others})"
            notes.add(("limits", amount.key), message, hint=f"each needs at least {amount.show(amount.minimum)}")


def shares(services: Mapping[str, Service], total: Limits) -> dict[str, Limits]:
    """The limits of each service."""
    own = {name: service.limits.amounts() for name, service in services.items()}
    each = {amount: _share(amount, total, own) for amount in (MEMORY, CPUS, PIDS)}

    def of(limits: Limits, amount: _Amount) -> float | None:
        value: float | None = getattr(limits, amount.key)
        share = each[amount]
        return value if value is not None or share is None else share[0] / amount.unit

    found = {}
    for name, limits in own.items():
        memory, cpus, pids = of(limits, MEMORY), of(limits, CPUS), of(limits, PIDS)
        found[name] = Limits(None if memory is None else int(memory), cpus, None if pids is None else int(pids))
    return found
