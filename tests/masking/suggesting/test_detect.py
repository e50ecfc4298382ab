"""What a column holds, told from its values."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import polars as pl
import pytest
from faker import Faker
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.suggesting.detect import SAMPLE, Finding, Shape, detect, shape, texts
from envctl.masking.suggesting.leaves import leaves
from envctl.masking.suggesting.looks import is_token
from envctl.masking.suggesting.numerals import is_card, is_iban, is_ip, is_national
from envctl.masking.suggesting.vocabulary import PERSONAL

SIZE = 200


def sample(make: Callable[[Faker], object], locale: str = "en_US") -> pl.Series:
    """So many values of a kind, the same ones every time."""
    fake = Faker(locale, use_weighting=False)
    fake.seed_instance(7)
    return pl.Series([str(make(fake)) for _ in range(SIZE)], dtype=pl.String)


def best(values: pl.Series, column: str = "") -> str:
    """The kind that is found first; nothing where none is sure."""
    found = detect(values, column)
    return found[0].kind if found and found[0].confidence >= 0.5 else ""


@pytest.mark.parametrize(
    ("kind", "make", "locale"),
    [
        ("email", lambda fake: fake.email(), "en_US"),
        ("email", lambda fake: f"{fake.name()} <{fake.email()}>", "en_US"),
        ("phone", lambda fake: fake.phone_number(), "en_US"),
        ("phone", lambda fake: fake.phone_number(), "de_DE"),
        ("phone", lambda fake: fake.phone_number(), "fr_FR"),
        ("card", lambda fake: fake.credit_card_number("visa16"), "en_US"),
        (
            "card",
            lambda fake: re.sub("(....)(?=.)", r"\1-", fake.credit_card_number("visa16")),
            "en_US",
        ),
        ("iban", lambda fake: fake.iban(), "de_DE"),
        ("iban", lambda fake: fake.iban(), "fr_FR"),
        ("first_name", lambda fake: fake.first_name(), "en_US"),
        ("first_name", lambda fake: fake.first_name().upper(), "es_ES"),
        ("last_name", lambda fake: fake.last_name(), "en_US"),
        ("last_name", lambda fake: fake.last_name(), "it_IT"),
        ("full_name", lambda fake: fake.name(), "en_US"),
        ("full_name", lambda fake: fake.name(), "de_DE"),
        ("full_name", lambda fake: f"{fake.last_name()}, {fake.first_name()}", "fr_FR"),
        ("address", lambda fake: fake.street_address(), "en_US"),
        ("address", lambda fake: fake.street_address(), "de_DE"),
        ("address", lambda fake: fake.street_address(), "fr_FR"),
        ("city", lambda fake: fake.city(), "de_DE"),
        ("city", lambda fake: fake.city(), "nl_NL"),
        ("postcode", lambda fake: fake.postcode(), "en_GB"),
        ("ip", lambda fake: fake.ipv4(), "en_US"),
        ("ip", lambda fake: fake.ipv6(), "en_US"),
        ("mac", lambda fake: fake.mac_address(), "en_US"),
        ("url", lambda fake: fake.url(), "en_US"),
        ("birth_date", lambda fake: f"{fake.random_int(1940, 2005)}-05-0{fake.random_int(1, 9)}", "en_US"),
        ("credential", lambda fake: fake.sha256(), "en_US"),
        ("credential", lambda fake: fake.password(20), "en_US"),
        ("credential", lambda fake: "$2b$" + "10$" + fake.password(53, special_chars=False), "en_US"),
        ("credential", lambda fake: "$argon2" + "id$v=19$" + fake.md5(), "en_US"),
        ("credential", lambda fake: "sk_" + "live_" + fake.password(24, special_chars=False), "en_US"),
        ("credential", lambda fake: "AKIA" + fake.bothify("????????????????").upper(), "en_US"),
        ("credential", lambda fake: "eyJhbGciOiJI" + f".{fake.md5()}.{fake.md5()}", "en_US"),
        ("credential", lambda fake: "-----BEGIN " + f"PRIVATE KEY-----\n{fake.md5()}", "en_US"),
        ("credential", lambda fake: f"postgres://app:{fake.password(9, special_chars=False)}@db/shop", "en_US"),
        ("national_id", lambda fake: fake.ssn(), "en_US"),
        ("national_id", lambda fake: fake.nif(), "es_ES"),
        ("national_id", lambda fake: fake.pesel(), "pl_PL"),
        ("national_id", lambda fake: fake.cpf(), "pt_BR"),
        ("free_text", lambda fake: fake.paragraph(), "en_US"),
        ("reference", lambda fake: fake.uuid4(), "en_US"),
        ("place", lambda fake: f"{fake.latitude()}, {fake.longitude()}", "en_US"),
        ("json", lambda fake: f'{{"a": ["{fake.name()}"]}}', "en_US"),
    ],
)
def test_values_say_what_they_are(kind: str, make: Callable[[Faker], object], locale: str) -> None:
    """What makes up a column is found first and with more confidence than doubt, whatever the column is called."""
    assert kind == best(sample(make, locale))


@pytest.mark.parametrize(
    "make",
    [
        lambda fake: fake.random_element(["open", "paid", "shipped"]),
        lambda fake: fake.random_int(1, 10_000),
        lambda fake: fake.date_this_decade(),
        lambda fake: fake.date_time_this_year(),
        lambda fake: f"{fake.random_int(0, 9)}.{fake.random_int(0, 30)}.{fake.random_int(0, 9)}",
        lambda fake: fake.bothify("??-####").upper(),
        lambda fake: fake.color_name(),
        lambda fake: fake.random_element(["red", "brown", "black", "white", "green"]),
        lambda fake: fake.random_int(10**17, 10**18),
        lambda fake: fake.slug(),
        lambda fake: fake.company(),
        lambda fake: fake.job(),
        lambda fake: fake.mime_type(),
        lambda fake: fake.timezone(),
        lambda fake: f"{fake.random_int(1, 28):02}-{fake.random_int(1, 12):02}-1999",
    ],
)
def test_other_values_are_not_taken_for_people(make: Callable[[Faker], object]) -> None:
    """States, numbers, dates of rows, versions, colours, companies … are nothing that anybody is recognised by."""
    assert "" == best(sample(make))


def test_a_date_is_a_birth_by_its_name_too() -> None:
    """Dates of children are told from dates of rows by what the column is called."""
    lately = sample(lambda fake: fake.date_between("-4y", "today"))
    assert () == detect(lately)
    assert ("birth_date", True) == ((found := detect(lately, "born_on"))[0].kind, found[0].confidence >= 0.9)


def test_one_of_what_nobody_writes_by_chance_is_told() -> None:
    """An address of mail among a thousand other values is found, and its share said."""
    values = pl.Series(["open"] * 999 + ["someone@example.org"])
    assert 0.001 == next(finding.share for finding in detect(values) if finding.kind == "email")


def test_an_address_within_a_text_is_told() -> None:
    """Running text that names somebody is free text, however rare."""
    values = pl.Series(["open"] * 99 + ["ask someone@example.org"])
    assert "free_text" in {finding.kind for finding in detect(values)}


def test_numbers_that_pass_a_check_by_chance_are_no_cards() -> None:
    """Of any numbers of sixteen digits a tenth passes Luhn's check."""
    assert "card" not in {finding.kind for finding in detect(sample(lambda fake: fake.numerify("4###############")))}


def test_nulls_and_blanks_do_not_count() -> None:
    """Shares are of what is there."""
    assert 1.0 == detect(pl.Series([None, "", "  ", "a@example.org"]))[0].share
    assert () == detect(pl.Series([None, " "], dtype=pl.String))
    assert Shape() == shape(pl.Series([], dtype=pl.String))


def test_a_closed_set_is_one_that_was_seen_often_enough() -> None:
    """Three texts in a hundred values are a closed set, three in three are not."""
    assert Shape(values=102, distinct=3, longest=2, closed=True) == shape(pl.Series(["a", "b", "cc"] * 34))
    assert not shape(pl.Series(["a", "b", "cc"])).closed


def test_no_more_is_looked_at_than_has_to_be() -> None:
    """Of a huge sample the first thousands count."""
    assert SAMPLE == len(texts(pl.Series(["a"] * (SAMPLE + 1))))


@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=30))
def test_findings_hold_no_value(values: list[str | None]) -> None:
    """Whatever a sample has: a finding is a kind and two numbers between 0 and 1."""
    for finding in detect(pl.Series(values, dtype=pl.String), "name"):
        assert finding == Finding(finding.kind, finding.share, finding.confidence)
        assert finding.kind in PERSONAL | {"reference"}
        assert 0 < finding.share <= 1
        assert 0 <= finding.confidence <= 1


def test_values_of_documents_are_found_by_their_paths() -> None:
    """Texts and numbers at each path, those of lists together; truth values and nulls say nothing."""
    document = '{"a": {"b": "x", "n": 1, "t": true, "z": null}, "l": ["y", {"k": 2.5}]}'
    assert {"$.a.b": ["x"], "$.a.n": ["1"], "$.l[*]": ["y"], "$.l[*].k": ["2.5"]} == leaves([document])


def test_keys_that_may_be_values_are_no_paths() -> None:
    """Neither keys that are no plain words nor those of single documents among many."""
    documents = [f'{{"a b": "x", "user{n}": "y", "email": "z"}}' for n in range(200)]
    assert {"$.email"} == set(leaves(documents))
    assert {} == leaves(["[", "1", "null", '"text"', "[" * 100_000])


@given(st.text(alphabet="0123456789", min_size=12, max_size=18))
def test_a_wrong_digit_is_no_card(digits: str) -> None:
    """Of ten last digits exactly one makes a number pass."""
    passing = [last for last in "0123456789" if is_card(f"4{digits[:-1]}{last}")]
    assert passing == passing[:1]


@pytest.mark.parametrize(
    "text", ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "fr1420041010050500013m02606"]
)
def test_ibans_pass_their_check(text: str) -> None:
    """Published examples do; with another digit they do not."""
    assert is_iban(text)
    assert not is_iban(text[:-1] + ("1" if text[-1] != "1" else "2"))


@pytest.mark.parametrize("text", ["192.0.2.1", "192.0.2.0/24", "2001:db8::1", "::1"])
def test_addresses_of_machines_are_known(text: str) -> None:
    """Of both versions, with a mask or without."""
    assert is_ip(text)


@pytest.mark.parametrize("text", ["1.2.3", "192.0.2.256", "12:30", "10", ""])
def test_versions_and_times_are_no_addresses(text: str) -> None:
    """What merely has dots or colons is none."""
    assert not is_ip(text)


@pytest.mark.parametrize("text", ["12345678Z", "X1234567L", "44051401359", "529.982.247-25"])
def test_numbers_of_states_pass_their_checks(text: str) -> None:
    """Of Spain, Poland and Brazil; with one digit more they do not."""
    assert is_national(text)
    assert not is_national(text + "0")


def test_a_token_is_what_only_chance_writes() -> None:
    """Random letters and digits, but no words, dates or keys of rows."""
    letters = random.Random(1)
    tokens = ["".join(letters.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRST0123456789", k=32)) for _ in range(50)]
    assert all(map(is_token, tokens))
    others = [
        "my-first-blog-post-2024",
        "2024-01-01T10:00:00Z",
        "6fa459ea-ee8a-3ca4-894e-db77e160355e",
        "aaaaaaaaaaaaaaaa1",
    ]
    assert not any(map(is_token, others))
