"""What was measured: which way is taken, and that it comes back as it was written down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl import labels
from envctl.measure import Cost, Measured, latest, number_of, volume_name
from envctl.observed import Volume
from envctl.snapshot import Held

NO = "Operation not supported"
REFLINK, OVERLAY, COPY = Cost("reflink", clone=0.03), Cost("overlay", clone=0.01, touch=4.0), Cost("copy", clone=0.001)
DISK, POOLED = Held("v", path="/v"), Held("v", "snapshots/v", "0123")


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ((COPY, OVERLAY, REFLINK), ("reflink", "overlay", "copy")),
        ((REFLINK, replace(OVERLAY, touch=0.01), COPY), ("overlay", "reflink", "copy")),
        ((replace(REFLINK, why=NO), OVERLAY, COPY), ("overlay", "copy")),
        ((replace(REFLINK, why=NO), replace(OVERLAY, why=NO), COPY), ("copy",)),
        ((replace(REFLINK, why=NO), OVERLAY, replace(COPY, why=NO)), ("overlay",)),
        ((replace(REFLINK, pooled=True), OVERLAY, COPY), ("overlay", "copy")),
        ((), ()),
    ],
)
def test_the_quickest_comes_first_and_a_full_copy_last(costs: tuple[Cost, ...], expected: tuple[str, ...]) -> None:
    """Quick is who has copied and written first; a full copy is the last resort, however quick the probe was."""
    assert expected == Measured(costs).order


def test_what_lies_in_a_pool_is_copied_there() -> None:
    """Whatever the disk can; and what lies on the disk is not copied in the way of the pool."""
    measured = Measured((Cost("reflink", pooled=True), replace(REFLINK, why=NO), OVERLAY, COPY), "0123")
    assert ["reflink", "overlay"] == [measured.choose(source) for source in (POOLED, DISK)]


def test_where_nothing_can_a_full_copy_is_tried() -> None:
    """It says itself why it fails."""
    assert "copy" == Measured().choose(DISK)


def test_it_comes_back_as_it_was_written_down() -> None:
    """Through the labels of a volume."""
    measured = Measured((REFLINK, replace(OVERLAY, why='no "such" thing\n')), "0123", 0.25, 1 << 26)
    assert measured == latest([Volume(volume_name(7), measured.labels)])


def test_the_newest_counts() -> None:
    """By its number, not by its name."""
    older, newer = Measured(around=1.0), Measured(around=2.0)
    assert newer == latest([Volume(volume_name(10), newer.labels), Volume(volume_name(9), older.labels)])


@pytest.mark.parametrize("said", ["", "{}", "[]", "null", "7", '{"format": 2}', '{"format": 1, "costs": [{"x": 1}]}'])
def test_what_cannot_be_read_is_none(said: str) -> None:
    """As that of a later version: it is measured again. An older one does not stand in for it."""
    newest = Volume(volume_name(2), {labels.ROLE: "measure", labels.MEASURED: said})
    assert latest([Volume(volume_name(1), Measured().labels), newest]) is None


@pytest.mark.parametrize(
    "name", ["envctl-measure__", "envctl-measure__01", "envctl-measure__x", "envctl-measure__0", "y-1"]
)
def test_what_we_would_call_otherwise_is_none_of_ours(name: str) -> None:
    """Whatever its labels say; nor is what we would call so, without our label."""
    assert 0 == number_of(Volume(name))
    assert latest([Volume(name, Measured().labels), Volume(volume_name(1), {})]) is None
