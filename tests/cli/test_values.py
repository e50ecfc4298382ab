"""Times and sizes on the command line."""

from __future__ import annotations

import pytest

from envctl.cli.values import lifetime, seconds, size
from envctl.errors import EnvctlError, Exit


@pytest.mark.parametrize("text", ["7", "0.5", "banana", "-5d", "", "7 days", "1e9d", "٣d"])
def test_a_time_needs_its_unit(text: str) -> None:
    """Who writes 7 means days, and seconds would condemn everything."""
    with pytest.raises(EnvctlError) as caught:
        seconds("--older-than", text)
    assert (Exit.USAGE, "Write `--older-than 36h` or `--older-than 7d`.") == (caught.value.code, caught.value.hint)


@pytest.mark.parametrize(("text", "expected"), [("0", 0), ("0s", 0), ("7d", 604800), ("1d12h", 129600), (None, None)])
def test_times(text: str | None, expected: float | None) -> None:
    """Nothing is nothing in every unit."""
    assert expected == seconds("--idle", text)


def test_amounts_beyond_measure_are_amounts() -> None:
    """Nothing is that old, and nothing that big."""
    assert 6.048e20 == pytest.approx(seconds("--idle", "999999999999999w"))
    assert (size("--disk-target", "999999999999999TB") or 0) > 10**26


@pytest.mark.parametrize("text", ["0s", "59s", "99999w"])
def test_nothing_lives_shorter_than_a_minute_or_longer_than_ten_years(text: str) -> None:
    """What must stay is pinned."""
    with pytest.raises(EnvctlError, match="from a minute to ten years"):
        lifetime("--for", text)
