"""Made-up names, streets and cities to choose from."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import get_args

import polars as pl
import pytest
from faker import Faker

from envctl.masking.key import Seed
from envctl.masking.parts.pools import Kind, Pool, known_locale, pool

KINDS: tuple[Kind, ...] = get_args(Kind)
LOCALES = ("en_US", "de_DE", "ja_JP", "ar_SA")
ASK = "import sys; from envctl.masking.parts.pools import pool; print(ascii(pool(sys.argv[1], sys.argv[2]).entries))"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_in_a_pool(kind: Kind, locale: str) -> None:
    """Several entries, sorted, each once, in one line, short, without anything that COPY would have to escape."""
    entries = pool(kind, locale).entries
    assert len(entries) > 1
    assert sorted(set(entries)) == list(entries)
    assert all(entry == " ".join(entry.split()) and "\\" not in entry and entry.isprintable() for entry in entries)
    assert {"first": 11, "last": 11, "city": 30, "street": 40}.get(kind, 40) >= pool(kind, locale).longest


def test_a_pool_does_not_depend_on_what_was_before() -> None:
    """Other pools, other users of Faker and of chance leave it as it is: another process has the very same."""
    random.seed(7)
    Faker.seed(7)
    Faker().first_name()
    for kind in ("last", "city"):
        found = subprocess.run([sys.executable, "-c", ASK, kind, "de_DE"], capture_output=True, text=True, check=True)
        assert ascii(pool(kind, "de_DE").entries) == found.stdout.strip()


def test_choosing() -> None:
    """A digest chooses the same in bulk as alone, and nothing for null; every entry is chosen by some."""
    names, seed = Pool(("Ann", "Bea", "Cleo")), Seed("word")
    values = [str(n) for n in range(100)]
    for at in range(4):
        found = names.of(seed.digests(pl.Series(values)), at=at).to_list()
        assert [names.of_one(seed.digest(value), at=at) for value in values] == found
        assert {"Ann", "Bea", "Cleo"} == set(found)
    assert [None] == names.of(pl.Series([None], dtype=pl.String)).to_list()


def test_what_faker_does_not_know() -> None:
    """It is a lookup error, not another country's."""
    with pytest.raises(LookupError, match="no_NO"):
        pool("state", "no_NO")


@pytest.mark.parametrize(("written", "guess"), [("de-DE", "de_DE"), ("fr_fr", "fr_FR"), ("en_UK", "en_US")])
def test_a_locale_that_nobody_knows(written: str, guess: str) -> None:
    """What looks like it is said."""
    assert "fr_FR" == known_locale("fr_FR")
    with pytest.raises(ValueError, match=guess):
        known_locale(written)


def test_a_locale_that_looks_like_none() -> None:
    """Nothing is guessed then."""
    with pytest.raises(ValueError, match=r"'Klingon'$"):
        known_locale("Klingon")
