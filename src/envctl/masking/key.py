"""The key that all masked values depend on, and what is made of it for each identity."""

from __future__ import annotations

import hashlib
import hmac
from functools import cached_property
from typing import TYPE_CHECKING

from envctl.secret import Secret

if TYPE_CHECKING:  # the fingerprint alone is asked for much more often than anything is masked
    import polars as pl

SHORTEST = 16  # characters: fewer could be tried one after the other
_DIGITS = 15  # hex digits of which a number is made: what fits into 63 bits
_PROOF = ("", "0", "ünï", "\u2028\\N\t", "x" * 1000)


class BadKey(ValueError):
    """The key cannot be used; says why without repeating anything of it."""


class Seed:
    """What masked values of one identity are made of: the same value gives the same digest, and no other does.

    A digest is 64 hex digits of HMAC-SHA256, keyed by what the key and the identity's name give.
    """

    def __init__(self, word: str) -> None:
        self._word = word

    def __repr__(self) -> str:
        return "Seed(***)"

    def digests(self, values: pl.Series) -> pl.Series:
        """The digest of each text; null for null."""
        import polars as pl
        import polars_hash as plh

        if not len(values):
            return values.cast(pl.String)
        named = values.cast(pl.String).alias("value")
        hashed: pl.Series = named.to_frame().select(plh.col("value").chash.hmac_sha256(key=self._word))["value"]
        return hashed

    def digest(self, value: str) -> str:
        """The same of one, with the standard library alone."""
        return hmac.new(self._word.encode(), value.encode(), hashlib.sha256).hexdigest()


class Key:
    """The key of masking. Raises BadKey for one that anybody could guess."""

    def __init__(self, secret: Secret) -> None:
        if not secret.reveal().strip():
            raise BadKey("is empty")
        if len(secret.reveal()) < SHORTEST:
            raise BadKey(f"is shorter than {SHORTEST} characters")
        self._secret = secret

    def __repr__(self) -> str:
        return "Key(***)"

    @cached_property
    def fingerprint(self) -> str:
        """By which two keys are told apart, and from which no key is found: 16 hex digits."""
        return self._made("fingerprint")[:16]

    def seed(self, identity: str) -> Seed:
        """What masks values of an identity."""
        return Seed(self._made(f"identity {identity}"))

    def prove(self) -> None:
        """See that results depend on the key, and are those of the standard. Raises BadKey."""
        import polars as pl

        mine, other = self.seed("proof"), Key(Secret(f"{self._made('another')}")).seed("proof")
        found = mine.digests(pl.Series(_PROOF, dtype=pl.String)).to_list()
        if found != [mine.digest(value) for value in _PROOF] or set(found) & {other.digest(v) for v in _PROOF}:
            raise BadKey("has no effect on what is masked with it: the hash library does not do what it says")

    def _made(self, purpose: str) -> str:
        return hmac.new(self._secret.content(), f"envctl masking 1 {purpose}".encode(), hashlib.sha256).hexdigest()


def numbers(digests: pl.Series, below: int, *, at: int = 0) -> pl.Series:
    """A whole number of each digest, 0 ≤ n < below ≤ 2**40; another `at` (0–3) gives another one of the same digest."""
    import polars as pl

    taken = digests.str.slice(at * _DIGITS, _DIGITS).str.to_integer(base=16, dtype=pl.Int64)
    return taken % below


def number(digest: str, below: int, *, at: int = 0) -> int:
    """The same of one."""
    return int(digest[at * _DIGITS : (at + 1) * _DIGITS], 16) % below
