"""What `--from` means, on a daemon made of values."""

from __future__ import annotations

from pathlib import Path

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.ops.observe import running_here
from envctl.ops.snapshots.start_from import origin
from envctl.planning.ownership import own_labels
from envctl.snapshot import DATA, Held, Part, Snapshot, data_volume
from tests.ops.fake import FakeEngine, here


def test_nothing_means_no_snapshot(tmp_path: Path) -> None:
    """Those without a name are not called so: a script's variable that is not set starts from nobody's data."""
    engine = FakeEngine()
    address = "1a" * 16
    name = data_volume(address, "t", 0)
    engine.create_volume(name, {labels.ROLE: DATA, labels.SNAPSHOT: address})
    part = Part("db", "postgres", "postgres:17", "sha256:1", "17", "shop", "db-data", Held(name, path=f"/{name}"))
    one = Snapshot(address, "dump catalogue", engine.now(), "ann@laptop", (part,), "shop", size=100)
    engine.create_volume(one.marker, one.labels())
    place = here(tmp_path, engine)
    assert address == origin(place, "1a1a").snapshot.address
    for word, meant in (("1a", "Did you mean 1a1a1a1a1a1a?"), ("3", "of an address give the first 4 digits at least")):
        with pytest.raises(EnvctlError, match=f"neither a snapshot nor an environment {word}") as caught:
            origin(place, word)
        assert (Exit.NOT_FOUND, True) == (caught.value.code, meant.lower() in caught.value.hint.lower())
    with pytest.raises(EnvctlError) as caught:
        origin(place, "")
    assert (Exit.USAGE, "Nothing was changed.") == (caught.value.code, caught.value.unchanged)


def test_what_is_to_be_done_about_the_origin_is_done_to_it(tmp_path: Path) -> None:
    """Not to the environment that was to start from it, which a command line without a name would mean."""
    engine = FakeEngine()
    engine.create_volume("shop_two_db-data", {**own_labels(Identity("shop", "two")), labels.ROLE: "data"})
    with pytest.raises(EnvctlError) as caught:
        origin(here(tmp_path, engine), "two")
    assert "`envctl up --env two`" in caught.value.hint


def test_an_environment_that_is_not_there_says_that_nothing_was_changed(tmp_path: Path) -> None:
    """To whatever command needs one that runs."""
    place = here(tmp_path, FakeEngine())
    with pytest.raises(EnvctlError, match="is not there") as caught:
        running_here(place.world, place.identity)
    assert "Nothing was changed." == caught.value.unchanged
