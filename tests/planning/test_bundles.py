"""What bundles are called, to which life of an environment they belong, and which go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from envctl import labels
from envctl.bundle import Bundle, bundle_of, bundles_of
from envctl.identity import Identity
from envctl.lease import Terms, volume_name
from envctl.observed import Network, Observed, Volume
from envctl.planning.bundles import bundle_name, expired, life_of, of_this_life
from envctl.planning.leases import begun
from envctl.planning.ownership import is_bundle, is_ours, own_labels

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SHOP = Identity("shop", "main", "refs/heads/main")
LEASE = begun(NOW, Terms())
OWN = Volume(volume_name(SHOP, 1), {**own_labels(SHOP), **LEASE.labels()})
BUNDLE = Bundle(
    "shop_main__bundle-20260601T120000",
    SHOP,
    removed=NOW,
    until=NOW + timedelta(days=7),
    because="expired",
    size=100,
    check="abc",
    checkout="/home/me/shop",
    life=life_of(Observed(volumes=(OWN,))),
)


def volume(bundle: Bundle, **damaged: str) -> Volume:
    """The volume of a bundle, some of its labels damaged."""
    return Volume(bundle.name, {**own_labels(SHOP), **bundle.labels(), **damaged})


def aged(days: int, **more: object) -> Bundle:
    """A bundle of so many days ago."""
    moment = NOW - timedelta(days=days)
    return replace(BUNDLE, name=f"shop_main__bundle-{days}", removed=moment, until=moment + timedelta(days=7), **more)  # type: ignore[arg-type]


def test_a_bundle_is_read_back_from_its_labels() -> None:
    """All that `ls --removed` shows needs nothing of what is in it."""
    assert BUNDLE == bundle_of(volume(BUNDLE))
    assert is_bundle(volume(BUNDLE))
    assert is_ours(volume(BUNDLE))


@pytest.mark.parametrize("damage", [{labels.REMOVED: "yesterday"}, {labels.UNTIL: ""}, {labels.SIZE: "-1"}])
def test_damaged_labels_hide_no_bundle(damage: dict[str, str]) -> None:
    """What cannot be read is unknown, and the rest is there."""
    found = bundle_of(volume(BUNDLE, **damage))
    assert (SHOP, "expired") == (found.identity, found.because)
    assert found in bundles_of([volume(BUNDLE, **damage)])
    assert () == expired([replace(found, until=None)], NOW + timedelta(days=99), None)


def test_two_of_one_second_have_two_names() -> None:
    """Names sort by time, and each fits the rule by which things are ours."""
    first = bundle_name(SHOP, NOW, ())
    second = bundle_name(SHOP, NOW, {first})
    assert ("shop_main__bundle-20260601T120000", "shop_main__bundle-20260601T120000-2") == (first, second)
    assert "shop_main__bundle-20260601T120000-3" == bundle_name(SHOP, NOW, {first, second})


def test_a_life_is_known_by_its_lease_else_by_its_network() -> None:
    """A bundle of an earlier life is not this one's, and where nothing says when it began none is."""
    network = Network("1", "shop_main", {**own_labels(SHOP), labels.CREATED: "2026-01-01T00:00:00+00:00"})
    bundles = (volume(BUNDLE), volume(replace(BUNDLE, name="shop_main__bundle-1", life="2020-01-01T00:00:00+00:00")))
    assert (BUNDLE,) == of_this_life(Observed(volumes=(OWN,), bundles=bundles))
    assert "2026-01-01T00:00:00+00:00" == life_of(Observed(network=network))
    assert () == of_this_life(Observed(bundles=(*bundles, volume(replace(BUNDLE, life="")))))


def test_what_was_kept_long_enough_goes() -> None:
    """Not a second before."""
    old = aged(8)
    assert [old] == [e.bundle for e in expired([old, aged(3)], NOW, None)]
    assert [] == list(expired([BUNDLE], NOW + timedelta(days=7) - timedelta(seconds=1), None))
    assert [BUNDLE] == [e.bundle for e in expired([BUNDLE], NOW + timedelta(days=7), None)]


def test_the_oldest_go_until_the_rest_fits() -> None:
    """What goes by its time makes room first; what fits exactly stays."""
    three = [aged(1), aged(3), aged(2)]
    assert [] == list(expired(three, NOW, 300))
    assert [3] == [int(e.bundle.name.rpartition("-")[2]) for e in expired(three, NOW, 299)]
    assert [3, 2, 1] == [int(e.bundle.name.rpartition("-")[2]) for e in expired(three, NOW, 0)]
    assert ["kept until"] == [e.because[7:17] for e in expired([*three, aged(9)], NOW, 300)]


def test_one_of_an_unknown_age_goes_first_for_the_budget() -> None:
    """Nobody can say that it is younger than another one."""
    unknown = replace(aged(1), name="unknown", removed=None, until=None)
    assert [unknown] == [e.bundle for e in expired([aged(5), unknown], NOW, 150)]
