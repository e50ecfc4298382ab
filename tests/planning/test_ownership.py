"""What is provably ours: labels and name must agree, and no image may have given the labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.observed import COMPOSE_IMAGE, COMPOSE_PROJECT, Container, Network, Observed, Stranger, Volume
from envctl.planning.ownership import Object, identity_of, is_ours, refuse_strangers, stranger, why_not
from tests.planning.made_up import IDENTITY, blueprint

OWN = {labels.PROJECT: "shop", labels.ENVIRONMENT: "main"}
DB = Container("c", "shop_main_db", {**OWN, labels.SERVICE: "db", labels.ROLE: "service"}, "i", "running")
SHOT = replace(DB, name="shop_main_db-before", labels={**DB.labels, labels.ROLE: "before"})
NETWORK = Network("n", "shop_main", {**OWN, labels.ROLE: "network"})
DATA = Volume("shop_main_db-data", {**OWN, labels.ROLE: "data"})
RECORD = Volume("shop_main__record-3", {**OWN, labels.ROLE: "record"})
EVERY: tuple[Object, ...] = (DB, SHOT, NETWORK, DATA, RECORD)


@pytest.mark.parametrize("thing", EVERY, ids=lambda thing: thing.name)
def test_a_name_that_our_rule_derives_is_ours(thing: Object) -> None:
    """Containers, one-shots, networks, volumes and records."""
    assert is_ours(thing)


@pytest.mark.parametrize("thing", EVERY, ids=lambda thing: thing.name)
@pytest.mark.parametrize("lacking", [labels.PROJECT, labels.ENVIRONMENT, labels.ROLE])
def test_a_name_alone_proves_nothing(thing: Object, lacking: str) -> None:
    """Each label that the rule goes by must be there."""
    assert not is_ours(replace(thing, labels={key: value for key, value in thing.labels.items() if key != lacking}))
    assert not is_ours(replace(thing, labels={**thing.labels, lacking: ""}))


@pytest.mark.parametrize("thing", EVERY, ids=lambda thing: thing.name)
def test_labels_alone_prove_nothing(thing: Object) -> None:
    """An object may be given copies of any labels; the name must be exactly theirs."""
    names = [
        "", "shop", "shop_", "shop_mai", "shop_main2", "shop_main-2_db", "shop-main", "x_shop_main", "1f_shop_main_db",
        "shop_main__db", "shop_main__recor-1", "shop_main__", "shop_main__records",
    ]  # fmt: skip
    assert [] == [name for name in names if is_ours(replace(thing, name=name))]


def test_a_container_has_the_name_of_its_very_service() -> None:
    """Not that of another one, nor that of a one-shot."""
    assert not is_ours(replace(DB, name="shop_main_api"))
    assert not is_ours(replace(DB, name="shop_main_db-before"))
    assert not is_ours(replace(SHOT, name="shop_main_db"))


def test_labels_of_another_environment_prove_nothing() -> None:
    """With the name of ours."""
    other = replace(DB, labels={**DB.labels, labels.ENVIRONMENT: "other"})
    assert "its name and its labels do not belong together" == why_not(other)


def test_labels_that_an_image_gave_prove_nothing() -> None:
    """They are the image's own, and it hands them to every container made from it."""
    assert not is_ours(DB, OWN)
    assert not is_ours(DB, DB.labels)
    assert is_ours(DB, {labels.STANDIN: "abc"})
    assert is_ours(DB, {**OWN, labels.ENVIRONMENT: "other"})  # those the container was given stand over them


def test_labels_that_an_image_may_have_given_prove_nothing() -> None:
    """It is gone: then only Compose's own note of its ID tells, which no image can carry."""
    assert not is_ours(DB, None)
    noted = replace(DB, labels={**DB.labels, COMPOSE_IMAGE: "sha256:1"})
    assert not is_ours(replace(noted, image_id="sha256:2"), None)
    assert is_ours(replace(noted, image_id="sha256:1"), None)


@pytest.mark.parametrize("own", [{}, {labels.PROJECT: "shop"}, {labels.PROJECT: "", labels.ENVIRONMENT: ""}])
def test_half_an_identity_is_none(own: dict[str, str]) -> None:
    """Project and environment belong together."""
    assert identity_of(own) is None


def test_an_object_says_which_environment_it_belongs_to() -> None:
    """With its branch, if it was drawn from one."""
    assert Identity("shop", "main", None) == identity_of(OWN)
    assert Identity("shop", "main", "refs/heads/m") == identity_of({**OWN, labels.BRANCH: "refs/heads/m"})


def test_what_compose_takes_for_ours_is_told_as_such() -> None:
    """It would recreate or remove it."""
    taken = stranger(IDENTITY, Network("n", "shop_main_default", {COMPOSE_PROJECT: "shop_main"}))
    assert taken is not None
    assert taken.composed
    assert "project shop_main" in taken.why
    assert stranger(IDENTITY, DB) is None


IN_THE_WAY = [
    Stranger("container", "shop_main_db", "it has no labels of ours"),
    Stranger("container", "shop_main_api-before", "it has no labels of ours"),
    Stranger("volume", "shop_main_db-data", "it has no labels of ours"),
    Stranger("volume", "shop_main__record-7", "it has no labels of ours"),
    Stranger("network", "shop_main", "it has no labels of ours"),
    Stranger("container", "whatever", "it has no labels of ours", composed=True),
]
BESIDE = [
    Stranger("container", "shop_main_gone", "it has no labels of ours"),
    Stranger("container", "shop_main_db-before", "it has no labels of ours"),  # db has no one-shot
    Stranger("volume", "shop_main_db", "it has no labels of ours"),
    Stranger("container", "copy", "its name and its labels do not belong together"),
]


@pytest.mark.parametrize("thing", IN_THE_WAY, ids=lambda thing: thing.name)
def test_what_is_in_the_way_is_refused(thing: Stranger) -> None:
    """With its name, why it is not ours, and the command that shows it."""
    with pytest.raises(EnvctlError, match=thing.name) as caught:
        refuse_strangers(blueprint(), Observed(strangers=(*BESIDE, thing)))
    assert Exit.NOT_OURS == caught.value.code
    (detail,) = caught.value.details
    assert f"{thing.what} {thing.name}: {thing.why}" in detail
    assert f"docker {thing.what} inspect {thing.name}" in caught.value.hint


def test_everything_in_the_way_is_named() -> None:
    """So that nobody has to try again for each."""
    with pytest.raises(EnvctlError, match="are in the way") as caught:
        refuse_strangers(blueprint(), Observed(strangers=tuple(IN_THE_WAY)))
    assert len(IN_THE_WAY) == len(caught.value.details)


def test_what_is_not_in_the_way_is_not_refused() -> None:
    """It has a name that nothing of the stack needs, or only our labels."""
    refuse_strangers(blueprint(), Observed(strangers=tuple(BESIDE)))
