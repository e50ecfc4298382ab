"""In which order services are stopped and started."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from envctl.workload import Workload


def layers(workloads: Iterable[Workload], chosen: Collection[str]) -> list[list[str]]:
    """The chosen services, in layers: each needs only services of the layers before its own.

    A need counts across services that were not chosen. Who is not among the workloads needs nothing.
    """
    needs = {w.service: w.needs for w in workloads}
    waiting = sorted(chosen)
    found: list[list[str]] = []
    while waiting:
        layer = [service for service in waiting if not _all_needs(service, needs) & set(waiting)]
        found.append(layer)
        waiting = [service for service in waiting if service not in layer]
    return found


def _all_needs(service: str, needs: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything a service needs, and what that needs: the stack file has no circles."""
    direct = set(needs.get(service, ()))
    return direct.union(*(_all_needs(need, needs) for need in direct))
