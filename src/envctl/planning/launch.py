"""Which containers of those that are there may be started now. Pure.

The conditions are those of Compose's `depends_on` (compose-spec), as a rendered project holds them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from envctl.observed import Container

HEALTHY, ENDED = "service_healthy", "service_completed_successfully"
Needs = Mapping[str, Mapping[str, str]]  # by the Compose service: what it needs → on which condition


def needs_of(project: Mapping[str, Any]) -> Needs:
    """What each Compose service of a rendered project waits for."""
    return {
        name: {need: said["condition"] for need, said in (service.get("depends_on") or {}).items()}
        for name, service in project["services"].items()
    }


def next_up(
    needs: Needs, there: Mapping[str, Container], begun: Collection[str], unfilled: Collection[str]
) -> list[str]:
    """The names to be started now. `begun` was started before by the same run; `unfilled` lacks contents that whoever
    needs it relies on.
    """
    met = {
        name: all(need not in unfilled and _is_met(how, there.get(need), need in begun) for need, how in wanted.items())
        for name, wanted in needs.items()
    }
    return [name for name, ready in met.items() if ready and name in there and name not in begun]


def hopeless(needs: Needs, there: Mapping[str, Container], begun: Collection[str]) -> dict[str, str]:
    """By what was not started, what it waits for that will not come: a need, or the very container."""
    found = {name: name for name in needs if name not in begun and name not in there}
    for name, wanted in needs.items():
        for need, how in wanted.items():
            if name not in begun and (need not in there or (need in begun and _is_lost(how, there[need]))):
                found[name] = need
    return found


def _is_met(how: str, need: Container | None, begun: bool) -> bool:
    if need is None or not begun:
        return False
    if how == ENDED:
        return need.state == "exited" and need.exit_code == 0
    return how != HEALTHY or (need.state == "running" and need.health == "healthy")


def _is_lost(how: str, need: Container) -> bool:
    """Whether a need that was started cannot become what it must be."""
    if how == ENDED:
        return need.state in ("exited", "dead") and need.exit_code != 0
    return how == HEALTHY and (need.state in ("exited", "dead") or need.health == "unhealthy")
