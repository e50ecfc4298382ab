"""Which generator makes a column: by its name, its type and its limits, or as a stack file says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from envctl.catalogue import Column, Family, ForeignKey, Unique
from envctl.synthetic.base import Field, Generator, Impossible, Limits
from envctl.synthetic.choosing.calling import rules_for
from envctl.synthetic.choosing.choose import choose, generator_of, read
from envctl.synthetic.choosing.vocabulary import CALLED, CHOICES, KINDS, NAMED
from envctl.synthetic.generators import GENERATORS
from envctl.synthetic.plan import plan
from envctl.synthetic.settings import Settings
from tests.synthetic.rows import field_of, rows, table_of, text, typed
from tests.synthetic.schemas import catalogue, table, whole, word


def field(table: str, column: Column | str, *others: Column | str, limits: Limits | None = None) -> Field:
    """A column among others of its table."""
    known = table_of(table, column, *others)
    return field_of(known, known.columns[0].name, limits)


@pytest.mark.parametrize(
    ("table", "column", "others", "expected"),
    [
        ("customers", "email", (), "email"),
        ("customers", "EMailAddress", (), "email"),
        ("customers", "first_name", (), "first_name"),
        ("kunden", "nachname", (), "last_name"),
        ("kunden", "plz", (), "postcode"),
        ("kunden", "ort", (), "city"),
        ("customers", "name", (), "full_name"),
        ("actors", "name", (), "full_name"),
        ("products", "name", (), "product"),
        ("companies", "name", (), "company"),
        ("cities", "name", (), "city"),
        ("countries", "name", (), "country"),
        ("files", "name", (), "file_name"),
        ("projects", "name", (), "title"),
        ("things", "name", ("email",), "full_name"),
        ("orders", "billing_name", (), "full_name"),
        ("orders", "company_name", (), "company"),
        ("customers", "title", (), "salutation"),
        ("employees", "title", (), "job"),
        ("films", "title", (), "title"),
        ("customers", "address", ("city",), "street"),
        ("customers", "address", (), "address"),
        ("customers", "address2", ("city",), "pick"),
        ("customers", "state", ("city",), "state"),
        ("orders", "state", (), "pick"),
        ("orders", "status", (), "pick"),
        ("countries", "code", (), "country_code"),
        ("currencies", "code", (), "currency"),
        ("orders", "postal_code", (), "postcode"),
        ("sessions", "user_agent", (), "user_agent"),
        ("users", "password_hash", (), "password_hash"),
        ("users", "api_token", (), "token"),
        ("users", "created_by", (), "username"),
        ("tasks", "assignee", (), "full_name"),
        ("providers", "name", ("gender",), "full_name"),
        ("payments", "card_brand", (), "pick"),
        ("patients", "prefix", (), "salutation"),
        ("posts", "slug", (), "slug"),
        ("posts", "body", (), "paragraph"),
        ("posts", text("description", 200), (), "sentence"),
        ("visits", "notes", (), "sentence"),
        ("products", "sku", (), "sku"),
        ("books", "isbn", (), "isbn"),
        ("shops", typed("latitude", "double precision", "number"), (), "latitude"),
        ("products", typed("unit_price", "numeric(10,2)", "number", -(10**8), 10**8), (), "price"),
        ("customers", typed("active", "integer", "integer", -(2**31), 2**31 - 1), (), "pick"),
        ("customers", text("active", 1), (), "pick"),
        ("things", "whatever", (), "text"),
    ],
)
def test_names(table: str, column: Column | str, others: tuple[str, ...], expected: str) -> None:
    """A column is made by what it and its table are called."""
    assert expected == choose(field(table, column, *others)).name


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (typed("email", "integer", "integer", -(2**31), 2**31 - 1), "number"),
        (typed("email", "boolean", "boolean"), "boolean"),
        (typed("city", "uuid", "uuid"), "uuid"),
        (typed("country", "jsonb", "json"), "json"),
        (text("email", 3), "text"),
        (text("currency_name", 2), "text"),
        (replace(text("email"), array=True), "array"),
        (typed("name", "date", "date"), "moment"),
    ],
)
def test_types_win_over_names(column: Column, expected: str) -> None:
    """What does not fit into the column is not chosen, whatever it is called."""
    assert expected == choose(field("customers", column)).name


@pytest.mark.parametrize(
    ("column", "limits", "expected"),
    [
        ("status", Limits(values=("x", "y")), "listed"),
        ("gender", Limits(values=("F", "M")), "gender"),
        ("email", Limits(patterns=("@",)), "email"),
        ("email", Limits(patterns=("^[a-z0-9._]+@[a-z]+[.](com|org|net)$",)), "email"),
        ("email", Limits(patterns=("^[A-Z]{5}@X$",)), "regex"),
        ("phone", Limits(patterns=("^[+]?[0-9]{10,14}$",)), "regex"),
        ("city", Limits(low="M"), "text"),
        ("notes", Limits(shortest=400), "text"),
    ],
)
def test_limits_win_over_names(column: str, limits: Limits, expected: str) -> None:
    """What conditions ask for counts more than what a column is called."""
    assert expected == choose(field("customers", column, limits=limits)).name


def test_regular_expressions_hold() -> None:
    """What is believable is taken only if it matches."""
    limited = field("customers", "email", limits=Limits(patterns=("^[^@]+@[^@]+$",)))
    assert choose(limited).make(limited, rows(limited.table, 1000)).str.contains("^[^@]+@[^@]+$").all()


def test_columns_that_must_differ() -> None:
    """One of a few values is not enough where a column alone must differ, but is beside a reference."""
    table = table_of("reviews", "status", typed("order_id", "integer", "integer"))
    key = ForeignKey("fk", ("order_id",), "public.orders", ("id",))
    alone = replace(table, uniques=(Unique("u", ("status",)),))
    beside = replace(table, uniques=(Unique("u", ("status", "order_id")),), foreign_keys=(key,))
    assert "text" == choose(field_of(alone, "status")).name
    assert "pick" == choose(field_of(beside, "status")).name


def test_every_status_is_one_word_of_its_table() -> None:
    """Orders are shipped, and users are not."""
    for name, status in (("orders", "shipped"), ("users", "inactive"), ("subscriptions", "trialing")):
        made = choose(field(name, "status")).make(field(name, "status"), rows(table_of(name, "status"), 500))
        assert status in set(made)


def test_the_vocabulary_names_what_there_is() -> None:
    """Each rule in it is one that a stack file could have."""
    words = [rule for rule, _ in CALLED] + list(KINDS.values()) + [rule for rule, _ in NAMED]
    assert len(words) == len([read(rule, "a rule") for rule in words])
    for phrases in (*(said for _, said in CALLED), *(said for said, _ in CHOICES)):
        for phrase in phrases.split(","):
            column = text(phrase.strip().replace(" ", "_"))
            assert [read(rule, column.name) for rule in rules_for(column, table_of("things", column))], column


@pytest.mark.parametrize("name", ["", "x", "__", "id", "Ünïcode Näme", "a" * 63, "名前", "1", "name_name_name", "2"])
def test_odd_names(name: str) -> None:
    """Whatever a column is called, something makes it."""
    for other in ("t", "Übersicht", name):
        assert choose(field(other, name)).name in GENERATORS


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("email", "email"),
        ({"generate": "pick", "from": ["a"]}, "pick"),
        ({"generate": "sentence", "nulls": 0.5}, "sentence"),
        ({"nulls": 0.5}, "paragraph"),
    ],
)
def test_rules(rule: str | dict[str, Any], expected: str) -> None:
    """A stack file says a word, or a table with settings; the share of nulls alone leaves the choice as it is."""
    assert expected == generator_of(rule, field("posts", "body")).name


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("emial", "did you mean email?"),
        ("zzzzzz", "known: address, "),
        ({"generate": "email", "domian": "x.example"}, "did you mean domain?"),
        ({"generate": "email", "domain": "X"}, "wrong domain for email"),
        ({"generate": "pick"}, "lacks the setting from of pick"),
        ({"generate": 3}, "does not say what makes it"),
        ({"from": ["a"]}, "does not say what makes it"),
        ("latitude", None),
        ("boolean", "public.posts.body is of the type character varying(20), and boolean makes boolean"),
        ({"generate": "pick", "from": ["a" * 21]}, "holds 20 characters"),
        ({"generate": "constant", "value": "a" * 21}, "holds 20 characters"),
        ("password_hash", "does not hold the 60 characters"),
        ({"generate": "template", "text": "{town}"}, "town"),
    ],
)
def test_rules_that_are_wrong(rule: str | dict[str, Any], said: str | None) -> None:
    """What is wrong with a rule is said with the column's name."""
    if said is None:
        assert "latitude" == generator_of(rule, field("posts", text("body", 20))).name
        return
    with pytest.raises(Impossible) as error:
        generator_of(rule, field("posts", text("body", 20)))
    assert "columns: public.posts.body" in str(error.value)
    assert said in str(error.value)


def test_arrays() -> None:
    """A rule for an array says what is in it, unless it says whole arrays."""
    tags = field("posts", replace(text("tags"), type="text[]", array=True))
    each = generator_of({"generate": "pick", "from": ["a", "b"]}, tags)
    assert "array" == each.name
    assert set('{}",ab') >= set("".join(each.make(tags, rows(tags.table, 200))))
    assert {"{a,b}"} == set(generator_of({"generate": "pick", "from": ["{a,b}"]}, tags).make(tags, rows(tags.table, 9)))


@pytest.mark.parametrize("family", ["text", "integer", "number", "boolean", "date", "timestamp", "uuid", "json"])
def test_every_type_has_something(family: Family) -> None:
    """A column of a usual type is always made, also if its name says nothing."""
    kinds = {"number": "numeric(10,2)", "timestamp": "timestamp with time zone", "json": "jsonb"}
    column = typed("whatever", kinds.get(family, family), family, -1000, 1000)
    assert 50 == len(choose(field("t", column)).make(field("t", column), rows(table_of("t", column), 50)))


def test_a_locale_that_nobody_knows() -> None:
    """It is named before anything is made, with one that looks like it."""
    things = catalogue(table("things", whole("id", counted=True), word("name")))
    with pytest.raises(Impossible, match=r"^locale: .*'de_XX'; there are .*de_"):
        plan(things, Settings(locale="de_XX"), 1)


@pytest.mark.parametrize("kind", GENERATORS.values(), ids=GENERATORS)
def test_every_generator_is_described(kind: type[Generator]) -> None:
    """The reference has something to say of each, of its settings and of the types that it makes."""
    assert kind.__doc__
    assert kind.makes
    assert [] == [name for name, setting in kind.model_fields.items() if not setting.description]
