"""Copies that could not be made, on an engine made of values."""

from __future__ import annotations

from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.job import Output, script
from envctl.ops.refill import Refill
from envctl.planning.ownership import own_labels
from envctl.world.helper import environment_helper, made
from tests.ops.fake import IDENTITY, FakeEngine, here


@pytest.mark.parametrize(
    ("said", "code"), [("cp: x: I/O error", Exit.DATA_REFUSED), ("cp: x: No space left on device", Exit.NO_CAPACITY)]
)
def test_data_that_could_not_be_put_back_says_what_goes_on(tmp_path: Path, said: str, code: Exit) -> None:
    """Its servers are down by then, and half of it is no data."""
    engine = FakeEngine(images={"tools": "tools"}, does=lambda _: Output(1, (said,)))
    place = here(tmp_path, engine)
    name, own = environment_helper(IDENTITY, own_labels(IDENTITY))
    helper = made(place.world.engine, script("tools", "true", mounts={}), name, own)
    with pytest.raises(EnvctlError, match="could not be put back") as caught:
        Refill(place.world, helper, None).begin()
    assert (code, True) == (caught.value.code, "envctl up" in caught.value.unchanged)
