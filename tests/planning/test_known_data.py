"""Data of which nobody knows whether it is whole: it is neither thrown away nor started on."""

from __future__ import annotations

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.observed import Observed
from envctl.planning.compare import compare
from envctl.planning.volumes import refuse_half_copied
from tests.planning.made_up import PASSWORDS
from tests.planning.test_taking import container
from tests.planning.test_volumes import ADDRESS, FOUND, SHOP, record, volume

CLONED = volume(clone=ADDRESS)


def test_data_in_use_is_not_replaced_once_its_record_is_gone() -> None:
    """`docker volume prune --all` takes the record, which no container has: what people wrote stays."""
    lost = Observed(containers=(container(),), volumes=(CLONED,))
    with pytest.raises(EnvctlError, match="data of db is whole is not known") as caught:
        compare(SHOP, lost, PASSWORDS, lambda _: True, bases={"db": FOUND})
    assert Exit.DATA_REFUSED == caught.value.code
    assert "the data is as it was" in caught.value.unchanged
    assert "envctl reset" in caught.value.hint
    compare(SHOP, lost, PASSWORDS, lambda _: True, bases={"db": FOUND}, reload=["db"])  # who asks for new data gets it


def test_data_that_a_reset_died_over_is_replaced() -> None:
    """It leaves its server's container too, and a record that says nothing of it."""
    half = Observed(containers=(container(),), volumes=(CLONED, record()))
    steps = [str(step) for step in compare(SHOP, half, PASSWORDS, lambda _: True, bases={"db": FOUND}).steps]
    assert f"remove volume {CLONED.name}" in steps


def test_no_server_is_started_again_on_half_of_its_data() -> None:
    """Whatever would be written to it the next `up` throws away."""
    half = Observed(containers=(container(),), volumes=(CLONED, record()))
    with pytest.raises(EnvctlError, match="data of db is half copied") as caught:
        refuse_half_copied(SHOP, half, {"db"})
    assert "envctl up" in caught.value.hint
    refuse_half_copied(SHOP, half, {"api"})
    refuse_half_copied(SHOP, Observed(containers=(container(),), volumes=(CLONED, record(clone=ADDRESS))), {"db"})
