"""Whether what time it is can be trusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from envctl.planning.clock import doubt

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_two_clocks_that_agree_are_believed() -> None:
    """A moment apart is nothing."""
    assert "" == doubt(NOW, NOW + timedelta(seconds=90), None, [])


def test_a_clock_ahead_is_told() -> None:
    """Ours, or the daemon's: nobody knows which one is wrong."""
    assert "the daemon's clock and this machine's are 100 d apart" == doubt(NOW, NOW + 100 * DAY, None, [])
    assert "the daemon's clock and this machine's are 100 d apart" == doubt(NOW + 100 * DAY, NOW, None, [])


def test_no_container_has_run_longer_than_its_machine() -> None:
    """Both clocks are one on one machine: that it jumped shows in what has run since before it."""
    jumped = NOW + 30 * DAY
    said = doubt(jumped, jumped, 3600.0, [NOW, jumped])
    assert (
        "the clock has jumped ahead by 30 d while containers ran; it is believed again once they are restarted" == said
    )


def test_a_machine_that_slept_is_believed() -> None:
    """Sleep is part of the time that a machine has been up."""
    assert "" == doubt(NOW + 30 * DAY, NOW + 30 * DAY, 31 * 86400.0, [NOW])


def test_without_containers_there_is_nothing_to_compare() -> None:
    """A machine that was just started says nothing of its clock."""
    assert "" == doubt(NOW, NOW, 5.0, [])
