"""The record of what was done to an environment's data, on an engine made of values."""

from __future__ import annotations

from pathlib import Path

from envctl import labels
from envctl.ops.observe import observe
from envctl.ops.remember import begin_record, remember, tidy_records
from tests.ops.fake import FakeEngine, here


def records(engine: FakeEngine) -> list[str]:
    return [volume.name for volume in engine.vols if volume.labels.get(labels.ROLE) == "record"]


def test_there_is_a_record_before_anything_is_known(tmp_path: Path) -> None:
    """One, however often it is begun; what is known later takes its place."""
    engine = FakeEngine()
    place = here(tmp_path, engine)
    for _ in range(2):
        begin_record(place.world, place.blueprint())
        assert ["shop_main__record-1"] == records(engine)
    remember(place.world, place.blueprint(), {"clone.db": "a"})
    assert ["shop_main__record-2"] == records(engine)


def test_a_record_that_is_there_stays(tmp_path: Path) -> None:
    """Whatever its number is."""
    engine = FakeEngine()
    place = here(tmp_path, engine)
    for address in "abc":
        remember(place.world, place.blueprint(), {"clone.db": address})
    begin_record(place.world, place.blueprint())
    assert ["shop_main__record-3"] == records(engine)


def test_what_a_killed_run_left_of_older_records_goes(tmp_path: Path) -> None:
    """It died between the new one and the end of the old one; the newest says what is known."""
    engine = FakeEngine()
    place = here(tmp_path, engine)
    remember(place.world, place.blueprint(), {"clone.db": "a"})
    (old,) = [volume for volume in engine.vols if volume.name in records(engine)]
    remember(place.world, place.blueprint(), {"clone.db": "b"})
    engine.vols = (*engine.vols, old)
    tidy_records(place.world, place.blueprint(), observe(place.world, place.identity))
    assert ["shop_main__record-2"] == records(engine)
