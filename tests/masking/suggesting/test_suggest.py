"""A first policy: nothing personal is kept, what is harmless is, and every rule fits its column."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from envctl.catalogue import Catalogue, Check, Column
from envctl.masking.policies.policy import Checked, check
from envctl.masking.policies.rules import Policy, parse
from envctl.masking.suggesting.suggest import Samples, Suggestion, suggest, toml
from envctl.masking.suggesting.vocabulary import PERSONAL as PERSONAL_KINDS
from envctl.masking.suggesting.vocabulary import PHRASES
from tests.masking.suggesting.labelled import HARMLESS, PERSONAL, Labelled, values
from tests.masking.suggesting.made_up import column, pagila, table


@cache
def suggested(labelled: Labelled, *, sampled: bool = True) -> Suggestion:
    """What is suggested for it alone in its table."""
    made = column(labelled.column)
    alone = table(
        labelled.table, made, unique=(made.name,) if labelled.unique else (), key="id" if made.counted else ""
    )
    seen = pl.Series(values(labelled) if sampled else [], dtype=pl.String)
    (found,) = suggest(Catalogue((alone,)), {(alone.full, made.name): seen})
    return found


def word(suggestion: Suggestion) -> str:
    """The way of masking of a rule."""
    rule = suggestion.rule
    return "undecided" if rule is None else rule if isinstance(rule, str) else str(rule["mask"])


def by_name(catalogue: Catalogue, samples: Samples | None = None) -> dict[str, str]:
    """`table.column` → way of masking."""
    return {f"{one.table}.{one.column}".removeprefix("public."): word(one) for one in suggest(catalogue, samples or {})}


@pytest.mark.parametrize("sampled", [True, False])
def test_nothing_personal_is_kept(sampled: bool) -> None:
    """Of all columns that lead to somebody none is suggested as keep, with values to see or without."""
    assert [] == [one.column for one in PERSONAL if word(suggested(one, sampled=sampled)) == "keep"]


def test_no_word_of_people_is_kept_however_it_is_written() -> None:
    """Every phrase of the vocabulary that leads to somebody masks a text, in capitals, with or without underscores."""
    phrases = {phrase.strip() for kind, _, said in PHRASES if kind in PERSONAL_KINDS for phrase in said.split(",")}
    spelled = {name for phrase in phrases for name in _spelled(phrase)}
    tables = [table(f"orders_{n}", Column(name, "text", "text")) for n, name in enumerate(sorted(spelled))]
    assert [] == [one.column for one in suggest(Catalogue(tuple(tables)), {}) if one.rule == "keep"]


def _spelled(phrase: str) -> set[str]:
    snake, camel = phrase.replace(" ", "_"), phrase.title().replace(" ", "")
    return {snake, camel, snake.upper(), f"billing_{snake}", f"old{camel}", f"{snake}_2"}


def test_what_is_recognised_is_masked_as_what_it_is() -> None:
    """At least nineteen of twenty columns get the way of masking that a reader would choose."""
    wrong = {
        one.column: word(found)
        for one in PERSONAL
        if one.right != "masked" and word(found := suggested(one)) != one.right
    }
    assert len([one for one in PERSONAL if one.right != "masked"]) // 20 >= len(wrong), wrong


def test_what_is_harmless_stays() -> None:
    """At least nineteen of twenty harmless columns are kept: a policy that hides everything is of no use."""
    hidden = {one.column: word(found) for one in HARMLESS if word(found := suggested(one)) != "keep"}
    assert len(HARMLESS) // 20 >= len(hidden), hidden


def test_the_set_is_large_enough_to_mean_something() -> None:
    """More than 120 columns of people, and more than 160 in all."""
    assert 120 < len(PERSONAL)
    assert 160 < len(PERSONAL) + len(HARMLESS)


def test_a_film_rental_gets_a_policy_that_hides_its_people() -> None:
    """Of pagila everything personal is masked as what it is, without a row of it.

    Titles, descriptions and features of films, and what districts are called, nobody recognises as harmless: they are
    replaced too.
    """
    found = by_name(pagila())
    assert {
        "actor.first_name": "name",
        "actor.last_name": "name",
        "address.address": "address",
        "address.address2": "address",
        "address.district": "address",
        "address.phone": "phone",
        "address.postal_code": "address",
        "city.city": "city",
        "customer.email": "email",
        "customer.first_name": "name",
        "customer.last_name": "name",
        "film.description": "text",
        "film.fulltext": "undecided",
        "film.special_features": "redact",
        "film.title": "redact",
        "staff.email": "email",
        "staff.first_name": "name",
        "staff.last_name": "name",
        "staff.password": "redact",
        "staff.picture": "bytes",
        "staff.username": "username",
    } == {column: way for column, way in found.items() if way != "keep"}


def test_columns_that_follow_others_are_left_out() -> None:
    """No foreign key and no column of a partition is listed: they are masked as what they refer to."""
    found = by_name(pagila())
    followers = {"customer.store_id", "film_actor.film_id", "rental.customer_id", "payment_p2022_01.amount"}
    assert set() == followers & set(found)
    assert {"payment.amount", "store.store_id"} <= set(found)


def decided(catalogue: Catalogue, samples: Samples | None = None) -> Policy:
    """The policy that a catalogue's suggestion is, once read again from TOML; what is undecided is kept."""
    found = suggest(catalogue, samples or {})
    said = tomllib.loads(toml([replace(one, rule=one.rule or "keep") for one in found], "rental"))
    policy = parse(said["data"]["rental"]["mask"])
    assert isinstance(policy, Policy), policy
    return policy


def test_a_suggestion_is_a_policy_that_fits() -> None:
    """What is suggested for pagila can be pasted as it is, and holds against the same catalogue."""
    assert isinstance(check(decided(pagila()), pagila()), Checked)


def test_all_labelled_columns_together_make_a_policy_that_fits() -> None:
    """Every rule that is suggested for a labelled column is one that the column can hold."""
    made = [(f"t{n}_{one.table}", one) for n, one in enumerate((*PERSONAL, *HARMLESS))]
    tables = [table(name, column(one.column), unique=(column(one.column).name,) * one.unique) for name, one in made]
    catalogue = Catalogue(tuple(tables))
    samples = {
        (f"public.{name}", column(one.column).name): pl.Series(values(one), dtype=pl.String) for name, one in made
    }
    assert isinstance(check(decided(catalogue, samples), catalogue), Checked)


def test_what_is_unique_stays_so() -> None:
    """Unique texts that nobody knows become hashes, known ones what keeps them apart."""
    alone = table("a", "email text!", "thing text!", "n integer!", unique=("email", "thing", "n"))
    assert {"a.email": "email", "a.thing": "hash", "a.n": "hash"} == by_name(Catalogue((alone,)))


def test_what_is_too_short_gets_something_shorter() -> None:
    """Where the usual way does not fit into the column, another one does."""
    alone = table("a", "email varchar(30)!", "ssn bpchar(11)!", "mail varchar(12)")
    rules = [one.rule for one in suggest(Catalogue((alone,)), {})]
    assert [{"mask": "email", "domain": "x.test"}, {"mask": "hash", "length": 11}] == rules[:2]
    assert {"mask": "hash", "length": 12} == rules[2]


def test_what_nothing_fits_is_left_to_people() -> None:
    """A column that nothing masks is a comment in the policy, so that the seed refuses it."""
    alone = table("a", "words tsvector!", "key varchar(3)!", unique=("key",))
    found = suggest(Catalogue((alone,)), {})
    assert [None, None] == [one.rule for one in found]
    assert {} == tomllib.loads(toml(found))["data"]["NAME"]["mask"]["columns"]


def test_what_is_null_by_right_is_so_only_where_it_may() -> None:
    """Types that nothing masks become null where the column allows it."""
    alone = table("a", "one point", "two point!")
    assert {"a.one": "null", "a.two": "undecided"} == by_name(Catalogue((alone,)))


def test_dates_of_a_person_are_shifted_alike() -> None:
    """All dates of a row go by whose it is, with one identity."""
    people = table("patient", "id integer#", "born date", "admitted date", key="id")
    visits = table("visit", "patient_id integer!", "visited date", refers={"patient_id": "patient.id"})
    rules = {one.column: one.rule for one in suggest(Catalogue((people, visits)), {})}
    of_patient = {"mask": "shift", "by": "id", "identity": "patient.dates"}
    assert (of_patient, of_patient) == (rules["born"], rules["admitted"])
    assert {"mask": "shift", "by": "patient_id", "identity": "visit.dates"} == rules["visited"]


def test_names_and_their_parts_are_one_identity() -> None:
    """A whole name and its parts in one table are masked so that they agree."""
    people = table("patient", "name text", "first_name text", "last_name text")
    rules = [one.rule for one in suggest(Catalogue((people,)), {})]
    assert {"patient.name"} == {rule["identity"] for rule in rules if isinstance(rule, dict)}
    assert 3 == len(rules)


def test_paths_of_documents_are_recognised() -> None:
    """What is personal in documents gets a rule by its path; everything else in them is replaced anyway."""
    alone = table("a", "data jsonb!")
    documents = [
        f'{{"contact": {{"email": "a{n}@example.org", "phones": ["+1 212 555 {n:04}"]}}, "n": {n}}}' for n in range(50)
    ]
    (found,) = suggest(Catalogue((alone,)), {("public.a", "data"): pl.Series(documents)})
    assert {"mask": "json", "paths": {"$.contact.email": "email", "$.contact.phones[*]": "phone"}} == found.rule


def test_keys_of_documents_may_be_values() -> None:
    """A document that is keyed by people does not bring its keys into a policy."""
    alone = table("a", "data jsonb!")
    documents = [f'{{"ann{n}@example.org": {{"email": "x@example.org"}}, "ann{n}": "x@y.org"}}' for n in range(200)]
    found = suggest(Catalogue((alone,)), {("public.a", "data"): pl.Series(documents)})
    assert "ann" not in toml(found)


def test_no_value_is_told() -> None:
    """Nothing of a sample is in a suggestion or its TOML."""
    secret = [f"zq{n}xw@example.org" for n in range(300)]
    alone = table("a", "email text", "status text", "note text", "data json")
    samples = {("public.a", column.name): pl.Series(secret) for column in alone.columns}
    found = suggest(Catalogue((alone,)), samples)
    assert "zq" not in toml(found) + repr(found)


def test_a_harmless_name_does_not_save_what_its_values_give_away() -> None:
    """One address of mail among codes is enough for not keeping them."""
    alone = table("a", "status text")
    seen = pl.Series(["open", "closed"] * 100 + ["someone@example.org"])
    assert "keep" != by_name(Catalogue((alone,)), {("public.a", "status"): seen})["a.status"]


def test_of_columns_that_share_values_the_least_harmless_decides() -> None:
    """A key that is masked is masked wherever it is a key, also where that is called otherwise."""
    users = table("users", "email varchar(80)!", key="email")
    orders = table("orders", "code varchar(80)", refers={"code": "users.email"})
    assert {"users.email": "email"} == by_name(Catalogue((users, orders)))


def test_odd_names_are_quoted_and_odd_types_do_no_harm() -> None:
    """A policy is valid TOML whatever tables, columns and types are called, and rules name them as SQL does."""
    odd = Column('e "mail"\n= 1', "dom\n[x]", "text")
    other = replace(table("Odd.Table", odd), schema="my schema")
    found = suggest(Catalogue((other,)), {})
    (key,) = tomllib.loads(toml(found, "my data"))["data"]["my data"]["mask"]["columns"]
    assert '"my schema"."Odd.Table"."e ""mail""\n= 1"' == key


def test_a_schema_is_named_where_it_takes_that() -> None:
    """Tables outside of the schema public, and those that share a name, are named with their schema."""
    one = table("a", "x text")
    assert ["public.a.x", "other.a.x"] == [
        found.key for found in suggest(Catalogue((one, replace(one, schema="other"))), {})
    ]
    assert ["a.x"] == [found.key for found in suggest(Catalogue((one,)), {})]


def test_generated_columns_need_no_rule() -> None:
    """What the database computes is in no copy, and in no policy."""
    made = replace(column("full_name text"), generated=True)
    assert {"a.first_name": "name"} == by_name(Catalogue((table("a", "first_name text", made),)))


def test_a_check_is_mentioned() -> None:
    """Whoever reads the policy is told which condition masked values have to satisfy."""
    alone = replace(table("a", "email text"), checks=(Check("has_at", ("email",), "CHECK (email ~ '@')"),))
    (found,) = suggest(Catalogue((alone,)), {})
    assert "has_at" in found.why


def test_rows_of_partitions_stay_where_they_belong() -> None:
    """What decides in which partition a row is, is kept or left to people, never masked."""
    alone = replace(table("a", "born date!", "created_at date!"), split_by=("born", "created_at"))
    assert {"a.born": "undecided", "a.created_at": "keep"} == by_name(Catalogue((alone,)))


def test_the_same_is_suggested_every_time() -> None:
    """Nothing depends on chance."""
    assert toml(suggest(pagila(), {})) == toml(suggest(pagila(), {}))
