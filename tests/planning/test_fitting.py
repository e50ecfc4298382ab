"""A snapshot that somebody chose fits the stack file, or is refused with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.observed import Observed
from envctl.planning.fitting import begun_from, refuse_misfits
from envctl.snapshot import Part
from envctl.workload import Database, Format, Mount, Workload
from tests.planning.made_up import blueprint
from tests.planning.test_volumes import FROZEN, PART, SNAPSHOT, record, volume

THERE = Observed(images={"postgres:17": "sha256:17"})


def refusal(part: Part, workload: Workload = FROZEN, observed: Observed = THERE) -> EnvctlError:
    """What is said of a snapshot with this one part."""
    with pytest.raises(EnvctlError) as caught:
        refuse_misfits(blueprint((workload,)), observed, replace(SNAPSHOT, parts=(part,)), {"db"})
    assert Exit.DATA_REFUSED == caught.value.code
    assert "Nothing was changed." == caught.value.unchanged
    assert caught.value.hint
    return caught.value


def test_what_fits_is_what_the_data_starts_from() -> None:
    """By the service's name, and never built anew."""
    base = refuse_misfits(blueprint((FROZEN,)), THERE, SNAPSHOT, {"db"})["db"]
    assert (SNAPSHOT, (PART,), True) == (base.snapshot, base.parts, base.asked)


@pytest.mark.parametrize(
    ("part", "workload", "said"),
    [
        (replace(PART, kind="redis"), FROZEN, "db is postgres in the stack file, and redis in it"),
        (
            replace(PART, version="16"),
            replace(FROZEN, format=Format((17,))),
            "db is postgres 17 in the stack file, and 16",
        ),
        (
            replace(PART, image_id="sha256:old"),
            FROZEN,
            "db runs from another image now (17) than it was made with (old)",
        ),
        (replace(PART, user="ada"), FROZEN, "db has the user postgres in the stack file, and ada in it"),
        (
            PART,
            replace(FROZEN, database=Database("other", "postgres")),
            "is called other in the stack file, and shop in it",
        ),
        (replace(PART, volume="old-data"), FROZEN, "db has other volumes"),
        (PART, replace(FROZEN, mounts=(*FROZEN.mounts, Mount("more", "/more"))), "db has other volumes"),
        (replace(PART, service="store"), FROZEN, "there is no service store in the stack file"),
    ],
)
def test_what_changed_since_is_named(part: Part, workload: Workload, said: str) -> None:
    """Kind, version, image, owner, database, volumes, services."""
    assert said in refusal(part, workload).message


def test_an_image_that_is_not_there_yet_is_compared_later() -> None:
    """It may be the same one."""
    assert {"db"} == set(refuse_misfits(blueprint((FROZEN,)), Observed(), SNAPSHOT, {"db"}))


def test_data_that_is_there_is_not_replaced_by_a_choice() -> None:
    """`up --from` of an environment that has data would throw that away."""
    with pytest.raises(EnvctlError) as caught:
        refuse_misfits(blueprint((FROZEN,)), THERE, SNAPSHOT, ())
    assert "db of main has data already" in caught.value.message


def test_what_began_from_it_already_stays() -> None:
    """So the same command again, after one that died, goes on."""
    observed = replace(THERE, volumes=(volume(clone=SNAPSHOT.address), record(clone=SNAPSHOT.address)))
    assert {} == refuse_misfits(blueprint((FROZEN,)), observed, SNAPSHOT, {})


def test_a_copy_that_was_broken_off_goes_on_from_its_snapshot() -> None:
    """Whoever chose that; whoever built it may have called the service otherwise."""
    observed = replace(THERE, volumes=(volume(clone=SNAPSHOT.address),))
    other = replace(SNAPSHOT, parts=(replace(PART, service="store", volume="store-data"),))
    for snapshot in (SNAPSHOT, other):
        base = begun_from(blueprint((FROZEN,)), observed, FROZEN, {SNAPSHOT.address: snapshot})
        assert base is not None
        assert (snapshot, snapshot.parts, False) == (base.snapshot, base.parts, base.asked)


@pytest.mark.parametrize(
    "parts",
    [
        (replace(PART, image_id="sha256:old"),),
        (replace(PART, service="one"), replace(PART, service="two")),
        (PART, replace(PART, volume="more")),
    ],
)
def test_a_copy_does_not_go_on_from_what_does_not_fit(parts: tuple[Part, ...]) -> None:
    """Another image, a snapshot of several other services, or more volumes: then it begins anew."""
    observed = replace(THERE, volumes=(volume(clone=SNAPSHOT.address),))
    there = {SNAPSHOT.address: replace(SNAPSHOT, parts=parts)}
    assert begun_from(blueprint((FROZEN,)), observed, FROZEN, there) is None
    assert begun_from(blueprint((FROZEN,)), observed, FROZEN, {}) is None
