"""Sizes and times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.units import MIB, parse_duration, parse_moment, parse_size, show_duration, show_size


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("512MiB", 512 << 20),
        ("4GiB", 4 << 30),
        ("1.5 GiB", 3 << 29),
        ("4g", 4 << 30),
        ("512m", 512 << 20),
        ("4GB", 4_000_000_000),
        ("100kb", 100_000),
        ("1024", 1024),
        ("12b", 12),
    ],
)
def test_sizes(written: str, count: int) -> None:
    """A bare letter and …iB count in 1024 as Docker does, kB, MB and GB in 1000."""
    assert count == parse_size(written)


@pytest.mark.parametrize("written", ["2026-03-01T12:00:00.123456789Z", "2026-03-01T14:00:00.123456+02:00"])
def test_moments(written: str) -> None:
    """In UTC, whatever zone is said, and as fine as Python knows them."""
    assert datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC) == parse_moment(written)


@pytest.mark.parametrize("written", ["", "yesterday", "2026-03-01T12:00:00", "2026-13-01T12:00:00Z"])
def test_what_is_no_moment(written: str) -> None:
    """Without a zone nobody knows when it was."""
    assert parse_moment(written) is None


@pytest.mark.parametrize("written", ["", "GiB", "-1g", "1e9", "4XB", "4 G i B", "1,5g", "٣g", "4g\n", "9" * 30])
def test_what_is_no_size(written: str) -> None:
    """Neither signs nor exponents nor other units."""
    assert parse_size(written) is None


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("60s", 60),
        ("2m", 120),
        ("1.5h", 5400),
        ("500ms", 0.5),
        ("30", 30),
        ("1 m", 60),
        ("7d", 604800),
        ("1d12h", 129600),
        ("2w", 1209600),
    ],
)
def test_times(written: str, seconds: float) -> None:
    """From milliseconds to weeks, also one after the other."""
    assert seconds == parse_duration(written)


@pytest.mark.parametrize("written", ["", "s", "-1s", "d", "2M", "1 min", "soon", "banana", "1h 30m", "1h30", "1d-2h"])
def test_what_is_no_time(written: str) -> None:
    """A month is no minute."""
    assert parse_duration(written) is None


@given(st.integers(1, 1 << 20))
def test_a_shown_size_reads_back(count: int) -> None:
    """What is shown is what is meant, to the digits shown."""
    assert abs((parse_size(show_size(count * MIB)) or 0) - count * MIB) <= count * MIB * 0.001


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 s"), (0.5, "0.5 s"), (90, "90 s"), (150, "2.5 min"), (7199, "120 min"), (7200, "2 h"), (259100, "3 d"),
     (216000, "2.5 d"), (86400 * 100.4, "100 d")],
)  # fmt: skip
def test_shown_times(seconds: float, shown: str) -> None:
    """One unit, and no digits that nobody reads."""
    assert shown == show_duration(seconds)
