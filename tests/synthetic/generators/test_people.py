"""Names of people, how they are reached, and what else is said of them."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest

from envctl.catalogue import Unique
from envctl.synthetic.base import Field, Generator, Limits
from envctl.synthetic.generators.contacts import Email, Username
from envctl.synthetic.generators.people import FirstName, FullName, Gender, Job, LastName, Salutation, together
from envctl.synthetic.generators.person import people, whose
from envctl.synthetic.generators.phone import Phone
from envctl.synthetic.generators.secrets import PasswordHash, Token
from envctl.synthetic.plan import plan
from envctl.synthetic.settings import Settings
from tests.synthetic.laws import LAWS, Case, Law, in_locales, named
from tests.synthetic.rows import field_of, rows, table_of, text, typed
from tests.synthetic.schemas import catalogue, table, whole, word

CASES = {
    **in_locales(FirstName(), LastName(), FullName(), lengths=(None, 12)),
    **in_locales(Email(), lengths=(None, 24)),
    **in_locales(Username(), lengths=(None, 10, 4)),
    **in_locales(Job(), Salutation()),
    **in_locales(Phone(), lengths=(None, 20, 13)),
    "email in a domain": Case(Email(domain="test.example"), text("value", 30)),
    "token": Case(Token()),
    "token of 24 digits": Case(Token(), text("value", 24)),
    "hash": Case(PasswordHash(), text("value", 60)),
    "phone as a number": Case(Phone(), typed("value", "bigint", "integer", -(2**63), 2**63 - 1)),
    "gender": Case(Gender()),
    "gender in a narrow column": Case(Gender(), text("value", 1)),
}
CUSTOMERS = table_of(
    "customers", "first_name", "last_name", "name", "email", "username", "gender", "billing_name", "billing_email"
)
COUNT = 2000


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """They are made by the laws of all generators."""
    law(case)


def made(generator: Generator, name: str, locale: str = "en_US", count: int = COUNT) -> list[str]:
    """A column of the customers."""
    return generator.make(field_of(CUSTOMERS, name, locale=locale), rows(CUSTOMERS, count)).to_list()


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "pl_PL"])
def test_a_row_is_about_one_person(locale: str) -> None:
    """Whole names consist of the first and the last name of the row, and fit its gender."""
    firsts, lasts = made(FirstName(), "first_name", locale), made(LastName(), "last_name", locale)
    assert [f"{first} {last}" for first, last in zip(firsts, lasts, strict=True)] == made(FullName(), "name", locale)
    known = people(locale)
    women = set(known.first.head(known.firsts))
    assert ["female" if first in women else "male" for first in firsts] == made(Gender(), "gender", locale)


def test_addresses_of_mail_are_made_of_the_name() -> None:
    """They and usernames have the row's last name in them, and the row's number."""
    lasts = [re.sub("[^a-z]", "", last.lower()) for last in made(LastName(), "last_name")]
    emails, users = made(Email(), "email"), made(Username(), "username")
    for at, (last, email, user) in enumerate(zip(lasts, emails, users, strict=True), start=1):
        assert re.fullmatch(rf"[a-z]+\.?{last}{at}@example\.(com|org|net)", email)
        assert re.fullmatch(rf"[a-z]+_?{last}{at}", user)


def test_another_person_has_another_name() -> None:
    """Who is billed is somebody else, with an address of their own."""
    billed = made(FullName(), "billing_name")
    assert COUNT // 100 > sum(a == b for a, b in zip(billed, made(FullName(), "name"), strict=True))
    lasts = [re.sub("[^a-z]", "", name.split(" ", 1)[1].lower()) for name in billed]
    assert all(last in email for last, email in zip(lasts, made(Email(), "billing_email"), strict=True))


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("customers", "customer_email", ""),
        ("orders", "customer_email", "customer"),
        ("orders", "shipping_name", "shipping"),
        ("orders", "email", "customer"),
        ("customers", "work_email", ""),
    ],
)
def test_whose(table: str, column: str, expected: str) -> None:
    """A column is about the one whom its name says, else about the only one that the row names."""
    names = ["customer_name"] if table == "orders" else ["name"]
    assert expected == whose(table_of(table, *names, column), column)


def test_full_names_are_all_different() -> None:
    """No two rows have the same name before all have been used, whether or not the column is unique."""
    assert 50_000 == len(set(made(FullName(), "name", count=50_000)))


def test_more_names_than_there_are() -> None:
    """Where a language has few and the column is unique, numbers follow."""
    total = people("ja_JP").total
    field = replace(field_of(CUSTOMERS, "name", locale="ja_JP"), unique=True)
    names = FullName().make(field, rows(CUSTOMERS, total + 500))
    assert total + 500 == names.n_unique()
    assert 0 == names.head(total).str.contains("[0-9]").sum()


def test_other_names_of_a_person() -> None:
    """A middle name is another one than the first, and of the same gender; a maiden name is another last name."""
    table = table_of("people", "first_name", "middle_name", "last_name", "maiden_name")
    first, middle, last, maiden = (
        generator.make(field_of(table, name), rows(table, COUNT)).to_list()
        for generator, name in (
            (FirstName(), "first_name"),
            (FirstName(), "middle_name"),
            (LastName(), "last_name"),
            (LastName(), "maiden_name"),
        )
    )
    women = set(people("en_US").first.head(people("en_US").firsts))
    assert [name in women for name in first] == [name in women for name in middle]
    assert COUNT // 20 > sum(a == b for a, b in zip(first, middle, strict=True))
    assert COUNT // 20 > sum(a == b for a, b in zip(last, maiden, strict=True))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("first_name", "last_name"), people("en_US").total),
        (("billing_first_name", "last_name"), 0),
        (("first_name", "first_name"), 0),
        (("middle_name", "last_name"), 0),
    ],
)
def test_first_and_last_names_together(names: tuple[str, str], expected: int) -> None:
    """Those of one person are all different for long."""
    table = table_of("people", *dict.fromkeys((*names, "name")))
    kinds = [FirstName() if "first" in name or "middle" in name else LastName() for name in names]
    assert expected == together(kinds, [field_of(table, name) for name in names])


def test_the_last_name_comes_first_in_japanese() -> None:
    """Names are written in the order of their language."""
    lasts = set(people("ja_JP").last)
    assert all(name.split(" ")[0] in lasts for name in made(FullName(), "name", "ja_JP"))


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (field_of(table_of("p", "sex"), "sex", Limits(values=("M", "F"))), {"M", "F"}),
        (
            field_of(table_of("p", "sex"), "sex", Limits(values=("Male", "Female", "Other"))),
            {"Male", "Female", "Other"},
        ),
        (field_of(table_of("p", text("sex", 1)), "sex"), {"f", "m"}),
        (field_of(table_of("p", typed("sex", "smallint", "integer")), "sex"), {1, 2}),
        (field_of(table_of("p", "sex"), "sex", Limits(values=("w", "m", "d"))), {"w", "m", "d"}),
    ],
)
def test_genders_in_the_words_of_the_column(field: Field, expected: set[object]) -> None:
    """They are written as a condition lists them, or as the type asks."""
    assert Gender().objection(field) is None
    assert expected == set(Gender().make(field, rows(field.table, 5000)).to_list())


def test_no_words_for_genders() -> None:
    """Where what is listed says nothing of women and men, it is no gender."""
    field = field_of(table_of("p", "sex"), "sex", Limits(values=("a", "b")))
    assert Gender().objection(field) is not None


@pytest.mark.parametrize("generator", [Email(), FullName(), PasswordHash(), Token(), Phone(), Username(), Job()])
def test_too_narrow(generator: Generator) -> None:
    """A column without room is refused before anything is made."""
    assert generator.objection(field_of(table_of("p", text("value", 2)), "value")) is not None


@pytest.mark.parametrize(
    ("locale", "pattern"),
    [
        ("en_US", r"\+1-555-\d{3}-\d{4}"),
        ("de_DE", r"\+49 (30 23125|40 66969|69 90009|89 99998|221 4710) \d{3}"),
        ("ja_JP", r"\+1-555-\d{3}-\d{4}"),
    ],
)
def test_numbers_ring_nowhere(locale: str, pattern: str) -> None:
    """They are of those that are given to nobody."""
    field = field_of(table_of("p", "phone"), "phone", locale=locale)
    assert Phone().make(field, rows(field.table, 500)).str.contains(f"^{pattern}$").all()


def test_american_numbers_follow() -> None:
    """Where a country has too few for a unique column, there are still others."""
    field = field_of(table_of("p", "phone"), "phone", locale="de_DE")
    assert (Phone().space(field) or 0) > 10**7
    assert "+1-555-000-0000" == Phone().nth(field, pl.Series([5000]).to_numpy())[0]


def test_names_of_a_table_without_a_name_in_it() -> None:
    """An address of mail needs no name beside it."""
    table = replace(table_of("newsletter", "email"), uniques=(Unique("u", ("email",)),))
    assert 1000 == Email().make(field_of(table, "email"), rows(table, 1000)).n_unique()


def test_people_who_must_differ_keep_their_names() -> None:
    """Where first and last name are unique together, nobody gets a number behind the name."""
    people_ = table(
        "people",
        whole("id", counted=True),
        word("first_name"),
        word("last_name"),
        uniques=[Unique("u", ("first_name", "last_name"))],
    )
    made_ = plan(catalogue(people_), Settings(rows=COUNT), 1).copy("shop.people", 0, COUNT).decode().splitlines()
    names = [line.split("\t")[1:] for line in made_]
    assert COUNT == len({tuple(name) for name in names})
    assert not any(re.search("[0-9]", name) for pair in names for name in pair)
