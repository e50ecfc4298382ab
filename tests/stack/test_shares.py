"""Limits: own ones, and an even share of the rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envctl.services.app import App
from envctl.services.base import LimitsSection
from envctl.stack.lines import Lines
from envctl.stack.problems import Notes
from envctl.stack.shares import check_limits, shares
from envctl.units import MIB
from envctl.workload import Limits


def services(*limits: Limits) -> dict[str, App]:
    """Apps with these limits of their own."""
    return {
        f"s{index}": App(image="a", limits=LimitsSection(memory=each.memory, cpus=each.cpus, pids=each.pids))
        for index, each in enumerate(limits)
    }


def test_what_is_left_is_divided_evenly() -> None:
    """Own limits stay; the others share the rest, each amount by itself."""
    stack = services(Limits(memory=1024 * MIB), Limits(cpus=1.0), Limits())
    assert {
        "s0": Limits(1024 * MIB, 1.5, 100),
        "s1": Limits(1536 * MIB, 1.0, 100),
        "s2": Limits(1536 * MIB, 1.5, 100),
    } == shares(stack, Limits(4096 * MIB, 4.0, 300))


def test_without_limits_nothing_is_bounded() -> None:
    """An amount that is not given bounds nobody, except who has it of their own."""
    assert {"s0": Limits(), "s1": Limits(pids=50)} == shares(services(Limits(), Limits(pids=50)), Limits())


OWN = st.builds(
    Limits,
    st.none() | st.integers(6 * MIB, 4096 * MIB),
    st.none() | st.floats(0.1, 8).map(lambda value: round(value, 2)),
    st.none() | st.integers(1, 1000),
)
TOTAL = st.builds(Limits, st.integers(64 * MIB, 1 << 36), st.integers(1, 64).map(float), st.integers(32, 10_000))


@given(st.lists(OWN, min_size=1, max_size=8), TOTAL)
def test_the_sum_never_exceeds_the_whole(own: list[Limits], total: Limits) -> None:
    """Limits that pass the check add up to at most the environment's."""
    stack = services(*own)
    notes = Notes(Lines())
    check_limits(stack, total, notes)
    if len(notes):
        return
    found = shares(stack, total).values()
    assert sum(each.memory or 0 for each in found) <= (total.memory or 0)
    assert sum(round((each.cpus or 0) * 100) for each in found) <= (total.cpus or 0) * 100
    assert sum(each.pids or 0 for each in found) <= (total.pids or 0)
    assert all(each.memory and each.cpus and each.pids for each in found)
