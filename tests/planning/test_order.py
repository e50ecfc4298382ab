"""In which order services are stopped and started."""

from __future__ import annotations

import pytest

from envctl.planning.order import layers
from envctl.workload import Workload

SHOP = (
    Workload("db", "postgres"),
    Workload("cache", "redis"),
    Workload("api", "app", needs=("db", "cache")),
    Workload("worker", "app", needs=("api",)),
    Workload("web", "app", needs=("api",)),
)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (("web", "api", "db", "cache", "worker"), [["cache", "db"], ["api"], ["web", "worker"]]),
        (("web", "db"), [["db"], ["web"]]),  # web needs db by way of api, which is not chosen
        (("web", "worker"), [["web", "worker"]]),
        (("gone", "web", "api"), [["api", "gone"], ["web"]]),
        ((), []),
    ],
)
def test_who_is_needed_comes_first(chosen: tuple[str, ...], expected: list[list[str]]) -> None:
    """A layer holds what needs nobody in it or after it; a service that left the stack file needs nobody."""
    assert expected == layers(SHOP, chosen)
