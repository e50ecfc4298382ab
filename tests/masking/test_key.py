"""The key that all masked values depend on."""

from __future__ import annotations

import hashlib
import hmac

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.key import SHORTEST, BadKey, Key, Seed, number, numbers
from envctl.secret import Secret

TEXT = "a key of the tests, long enough"
KEY = Key(Secret(TEXT))
VALUES = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"])))


class Forgetful(Seed):
    """What hashes without the key, as where a library forgets its argument."""

    def digests(self, values: pl.Series) -> pl.Series:
        """Keyed by what everybody knows."""
        return Seed("built in").digests(values)


class Wrong(Seed):
    """What hashes in another way than the standard says."""

    def digests(self, values: pl.Series) -> pl.Series:
        """Keyed, and not by HMAC."""
        return super().digests(values).str.reverse()


class With(Key):
    """A key with such a library."""

    def __init__(self, kind: type[Seed]) -> None:
        super().__init__(Secret(TEXT))
        self._kind = kind

    def seed(self, identity: str) -> Seed:
        """One of that kind."""
        return self._kind(f"{self.fingerprint} {identity}")


@pytest.mark.parametrize("word", ["", " \t\n", "x" * (SHORTEST - 1)])
def test_keys_that_anybody_could_guess(word: str) -> None:
    """An empty key and one of a few characters are refused, and what is said holds nothing of it."""
    with pytest.raises(BadKey) as refused:
        Key(Secret(word))
    assert not word.strip() or word not in str(refused.value)


def test_nothing_shows_a_key() -> None:
    """Neither a key nor what is made of it prints what it is."""
    assert ["Key(***)", "Seed(***)"] == [repr(KEY), repr(KEY.seed("somebody"))]
    assert TEXT not in f"{KEY} {KEY.seed('x')} {KEY.fingerprint}"


def test_fingerprints() -> None:
    """Two keys differ in them, the same key has the same one, and no hash of the key alone is it."""
    assert KEY.fingerprint == Key(Secret(TEXT)).fingerprint
    assert KEY.fingerprint != Key(Secret(TEXT + " ")).fingerprint
    assert 16 == len(KEY.fingerprint)
    assert not hashlib.sha256(TEXT.encode()).hexdigest().startswith(KEY.fingerprint)


def test_keys_are_bytes() -> None:
    """A key of bytes that are no UTF-8 is what it is, not what is left of it."""
    keys = [Key(Secret(bytes([byte] * 20).decode("utf-8", "surrogateescape"))) for byte in (0xFE, 0xFF)]
    assert keys[0].fingerprint != keys[1].fingerprint


@given(st.lists(VALUES, max_size=20))
def test_digests_are_of_the_standard(values: list[str | None]) -> None:
    """In bulk as one by one they are HMAC-SHA256 in hex digits; null for null."""
    seed = Seed("word")
    expected = [value and hmac.new(b"word", value.encode(), hashlib.sha256).hexdigest() for value in values]
    expected = [seed.digest("") if value == "" else digest for value, digest in zip(values, expected, strict=True)]
    assert expected == seed.digests(pl.Series("value", values, dtype=pl.String)).to_list()
    assert expected == [None if value is None else seed.digest(value) for value in values]


def test_digests_of_nothing() -> None:
    """No values have no digests, and nulls alone have none either."""
    for values in ([], [None, None]):
        found = Seed("word").digests(pl.Series("value", values))
        assert pl.String == found.dtype
        assert values == found.to_list()


def test_identities_have_seeds_of_their_own() -> None:
    """The same value of another identity, or with another key, has another digest."""
    seeds = [KEY.seed("a"), KEY.seed("b"), Key(Secret(TEXT * 2)).seed("a")]
    assert 3 == len({seed.digest("value") for seed in seeds})
    assert KEY.seed("a").digest("value") == KEY.seed("a").digest("value")
    assert KEY.seed("fingerprint").digest("") != KEY.fingerprint


def test_a_key_is_proved() -> None:
    """A library that forgets the key, or hashes otherwise, is found out before anything is masked with it."""
    KEY.prove()
    With(Seed).prove()
    for broken in (Forgetful, Wrong):
        with pytest.raises(BadKey, match="no effect"):
            With(broken).prove()


@given(st.text(), st.integers(1, 1 << 40), st.integers(0, 3))
def test_numbers(value: str, below: int, at: int) -> None:
    """A number is in its range, and the same in bulk."""
    digest = KEY.seed("somebody").digest(value.encode("utf-8", "replace").decode())
    assert 0 <= number(digest, below, at=at) < below
    assert [number(digest, below, at=at), None] == numbers(pl.Series([digest, None]), below, at=at).to_list()


def test_numbers_of_one_digest_are_four() -> None:
    """They say nothing of each other, and all of a range come up about equally often."""
    digests = KEY.seed("somebody").digests(pl.Series([str(n) for n in range(10_000)]))
    four = [numbers(digests, 10, at=at) for at in range(4)]
    assert all(900 < count < 1100 for found in four for count in found.value_counts()["count"])
    assert all(900 < (one == other).sum() < 1100 for one in four for other in four if one is not other)
