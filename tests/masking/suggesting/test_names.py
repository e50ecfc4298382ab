"""What a column holds, told from its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.suggesting.names import hints, of_people, words
from envctl.masking.suggesting.vocabulary import PERSONAL


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("first_name", ("first", "name")),
        ("firstName", ("first", "name")),
        ("FirstName", ("first", "name")),
        ("FIRST_NAME", ("first", "name")),
        ("billingEMailAdr2", ("billing", "e", "mail", "address")),
        ("userIPAddress", ("user", "ip", "address")),
        ("customeremail", ("customer", "email")),
        ("emails", ("email",)),
        ("addresses", ("address",)),
        ("cities", ("city",)),
        ("straße", ("strasse",)),
        ("prénom", ("prenom",)),
        ("Größe", ("grosse",)),
        ("postleitzahl", ("postleitzahl",)),
        ("card no.", ("card", "number")),
        ("", ()),
        ("_", ()),
        ("地址", ()),
    ],
)
def test_names_are_taken_apart(name: str, said: tuple[str, ...]) -> None:
    """However a name is written, its words are the same: lower case, singular, no accents, nothing abbreviated."""
    assert said == words(name)


@pytest.mark.parametrize(
    ("column", "table", "kind"),
    [
        ("email", "", "email"),
        ("e_mail", "", "email"),
        ("tel_nr", "", "phone"),
        ("homephone", "", "phone"),
        ("cc_number", "", "card"),
        ("vorname", "", "first_name"),
        ("lname", "", "last_name"),
        ("name", "customers", "full_name"),
        ("nom", "clients", "full_name"),
        ("name", "companies", "company"),
        ("name", "categories", "code"),
        ("customer_name", "orders", "full_name"),
        ("product_name", "orders", "code"),
        ("street", "", "address"),
        ("plz", "", "postcode"),
        ("ciudad", "", "city"),
        ("ip", "", "ip"),
        ("date_of_birth", "", "birth_date"),
        ("hired_at", "", "person_date"),
        ("created_at", "", "moment"),
        ("email_verified_at", "", "moment"),
        ("email_type", "", "code"),
        ("address_id", "", "reference"),
        ("facebook_id", "", "account"),
        ("patient_no", "", "account"),
        ("session_id", "", "credential"),
        ("access_code", "", "credential"),
        ("blood_type", "", "sensitive"),
        ("hiv_status", "", "sensitive"),
        ("age_category", "", "birth_date"),
        ("income_level", "", "wealth"),
        ("quantity", "", "amount"),
        ("content_type", "", "code"),
        ("country_code", "", "code"),
        ("content", "", "free_text"),
    ],
)
def test_a_name_says_what_is_in_it(column: str, table: str, kind: str) -> None:
    """The best guess is what the name is about: its longest known phrase, its last word, or what its table is of."""
    assert kind == hints(column, table)[0].kind


@pytest.mark.parametrize("name", ["title", "x1", "special_features", "kmv", "地址", "", "order_number"])
def test_most_names_say_nothing(name: str) -> None:
    """A name without known words is no hint to anything."""
    assert () == hints(name)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_name_is_read(column: str, table: str) -> None:
    """Whatever a column is called: confidence lies between 0 and 1, and of each kind there is one hint."""
    found = hints(column, table)
    assert all(0 < hint.confidence <= 1 for hint in found)
    assert len({hint.kind for hint in found}) == len(found)


def test_a_sensitive_word_outweighs_what_a_name_ends_with() -> None:
    """Health, wealth and age are told by their classes too: a status or level of them is no code."""
    telling = ("health_status", "disability_level", "salary_level", "religion_type", "birth_count", "gender_version")
    assert all(hints(name)[0].kind in PERSONAL for name in telling)


@pytest.mark.parametrize("table", ["customers", "app_users", "Kunden", "staff", "blog_author", "patients"])
def test_tables_of_people_are_known(table: str) -> None:
    """By the last word of their names."""
    assert of_people(table)


@pytest.mark.parametrize("table", ["orders", "user_agents", "customer_orders", "film", ""])
def test_other_tables_are_not_of_people(table: str) -> None:
    """What merely belongs to people is something else."""
    assert not of_people(table)
