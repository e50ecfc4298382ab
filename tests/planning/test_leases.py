"""How a lease is begun, renewed, granted anew and extended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl import labels
from envctl.forge import without_credentials
from envctl.identity import Identity
from envctl.lease import Damaged, Lease, Terms, later, lease_of, volume_name
from envctl.observed import Volume
from envctl.planning.leases import begun, extended, granted, is_fresh, used
from envctl.planning.ownership import own_labels

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHOP = Identity("shop", "main", "refs/heads/main")


def held(lease: Lease, **damaged: str) -> Volume:
    """The volume that holds a lease, some of its labels damaged; an empty one is gone."""
    own = {**own_labels(SHOP), **lease.labels(), **{getattr(labels, key): value for key, value in damaged.items()}}
    return Volume(volume_name(SHOP, lease.number), {key: value for key, value in own.items() if value})


LEASE = begun(NOW, Terms(ttl=3600.0))

MOMENTS = st.datetimes(datetime(1980, 1, 1), datetime(8000, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
LEASES = st.builds(
    Lease,
    begun=MOMENTS,
    used=MOMENTS,
    expires=MOMENTS,
    terms=st.builds(
        Terms,
        ttl=st.integers(60, 10**8).map(float),
        idle=st.none() | st.integers(60, 10**6).map(float),
        keep_logs=st.integers(0, 10**6).map(float),
    ),
    asked=st.booleans(),
    pinned=st.text(min_size=0, max_size=20),
    made=st.none() | MOMENTS,
    failed=st.none() | MOMENTS,
    going=st.text(max_size=9),
    commit=st.text(max_size=9),
    by=st.text(max_size=9),
    remote=st.text(max_size=9).map(without_credentials),
    ref=st.text(max_size=9),
    published=st.booleans(),
    number=st.integers(0, 10**6),
)


@given(LEASES)
def test_a_lease_reads_back(lease: Lease) -> None:
    """What its volume's labels say is the lease."""
    assert lease == lease_of([held(lease)])


def test_the_newest_lease_counts() -> None:
    """A run that died while it replaced one leaves two."""
    newer = replace(LEASE, number=7, pinned="ann@laptop")
    assert newer == lease_of([held(LEASE), held(newer), Volume("shop_main_db-data", own_labels(SHOP))])


def test_there_may_be_no_lease() -> None:
    """Volumes that are no leases say nothing of one."""
    assert lease_of([Volume("shop_main_db-data", own_labels(SHOP))]) is None


@pytest.mark.parametrize(
    "damaged",
    [
        {"EXPIRES": ""},
        {"EXPIRES": "soon"},
        {"EXPIRES": "2026-06-01T12:00:00"},  # of which zone?
        {"EXPIRES": "0001-01-01T00:00:00+00:00"},
        {"USED": "9999-12-31T23:59:59-12:00"},
        {"TTL": "banana"},
        {"TTL": "nan"},
        {"TTL": "-1"},
        {"TTL": "1e300"},
        {"IDLE": "inf"},
        {"LOGS": ""},
        {"MADE": "yesterday"},
    ],
)
def test_a_damaged_lease_is_none_that_could_be_over(damaged: dict[str, str]) -> None:
    """Nobody guesses what it said: it is damaged, with the label that is."""
    (key,) = damaged
    found = lease_of([held(replace(LEASE, number=3), **damaged)])
    assert isinstance(found, Damaged)
    assert 3 == found.number
    assert getattr(labels, key) in found.why


@pytest.mark.parametrize(
    "name", ["shop_main__lease-", "shop_main__lease-x", "shop_main__lease-٣", "shop_main__lease-" + "9" * 40]
)
def test_a_lease_without_a_number_is_damaged(name: str) -> None:
    """It cannot be told which one is newer."""
    assert isinstance(lease_of([Volume(name, {**own_labels(SHOP), **LEASE.labels()})]), Damaged)


def test_a_damaged_lease_says_who_pinned_it() -> None:
    """Who mends it keeps that: somebody wanted the environment to stay."""
    found = lease_of([held(replace(LEASE, pinned="ann@laptop"), EXPIRES="soon")])
    assert isinstance(found, Damaged)
    assert "ann@laptop" == found.pinned


def test_what_a_newer_version_wrote_is_handed_on() -> None:
    """Labels that nobody here knows are still there once the lease was renewed."""
    volume = held(LEASE)
    newer = f"{labels.PREFIX}lease.hold"
    found = lease_of([Volume(volume.name, {**volume.labels, newer: "audit"})])
    assert isinstance(found, Lease)
    assert "audit" == used(found, NOW + HOUR).labels()[newer]
    assert labels.PROJECT not in found.labels()


def test_no_credentials_come_out_of_a_lease() -> None:
    """Not even where another version, or a hand, wrote them into it: a reason shows the remote."""
    found = lease_of([held(replace(LEASE, remote="https://ann:secret@git.example/shop.git"))])
    assert isinstance(found, Lease)
    assert "https://git.example/shop.git" == found.remote


def test_a_new_lease_lives_for_its_ttl() -> None:
    """From the moment at which it is begun; it is not whole yet."""
    assert (NOW + HOUR, NOW, None) == (LEASE.expires, LEASE.used, LEASE.made)


def test_a_use_renews() -> None:
    """By the ttl, from the use on."""
    renewed = used(LEASE, NOW + HOUR / 2)
    assert (NOW + HOUR / 2, NOW + 1.5 * HOUR) == (renewed.used, renewed.expires)


def test_a_use_shortens_nothing() -> None:
    """Who extended it by days keeps them."""
    assert NOW + 9 * DAY == used(extended(LEASE, NOW, 9 * 86400.0), NOW + HOUR).expires


def test_a_use_after_the_end_revives() -> None:
    """What is over and not yet removed lives again."""
    assert NOW + 6 * HOUR == used(LEASE, NOW + 5 * HOUR).expires


def test_a_lease_from_the_future_is_mended_by_a_use() -> None:
    """A clock that was a year ahead gives nobody a year."""
    ahead = used(LEASE, NOW + timedelta(days=365))
    assert (NOW, NOW + HOUR) == (used(ahead, NOW).used, used(ahead, NOW).expires)


def test_uses_close_to_each_other_are_one() -> None:
    """Each exec of a loop writes no lease of its own."""
    assert is_fresh(LEASE, NOW + timedelta(seconds=59))
    assert not is_fresh(LEASE, NOW + timedelta(seconds=61))
    assert not is_fresh(LEASE, NOW - timedelta(seconds=1))


def test_up_takes_the_terms_of_the_stack_file() -> None:
    """As it says now."""
    assert (Terms(ttl=7200.0), NOW + 2 * HOUR) == (
        (lease := granted(LEASE, NOW, Terms(ttl=7200.0))).terms,
        lease.expires,
    )


def test_a_ttl_that_was_asked_for_may_be_shorter() -> None:
    """`up --ttl 5m` means five minutes."""
    assert NOW + timedelta(minutes=5) == granted(LEASE, NOW, Terms(), 300.0).expires


def test_a_ttl_that_was_asked_for_is_remembered() -> None:
    """The next `up` and every use go by it, the rest follows the stack file."""
    asked = granted(LEASE, NOW, Terms(), 300.0)
    again = granted(asked, NOW + HOUR, Terms(ttl=9999.0, idle=60.0))
    assert (Terms(ttl=300.0, idle=60.0), NOW + HOUR + timedelta(minutes=5)) == (again.terms, again.expires)


def test_extending_means_at_least() -> None:
    """From now on; without a time by the ttl."""
    assert NOW + 3 * HOUR == extended(LEASE, NOW, 3 * 3600.0).expires
    assert NOW + HOUR == extended(LEASE, NOW, 60.0).expires
    assert NOW + 2 * HOUR == extended(LEASE, NOW + HOUR).expires


@given(MOMENTS, st.floats(0, 1e18))
def test_the_end_of_time_is_a_time(moment: datetime, seconds: float) -> None:
    """However long, the end can be written down."""
    assert moment <= later(moment, seconds)
