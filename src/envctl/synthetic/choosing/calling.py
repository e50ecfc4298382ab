"""What a column probably holds, by what it and its table are called: rules as a stack file has them, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from envctl.catalogue import Column, Table
from envctl.masking.suggesting.names import Hint, hints, of_people, words
from envctl.masking.suggesting.vocabulary import COMPANIES, PEOPLE
from envctl.synthetic.choosing.vocabulary import CALLED, CHOICES, GOODS, JOBS, KINDS, NAMED, OFTEN, OWNERS, STATUSES

Rule = str | Mapping[str, object]

_LONG = 300  # characters, from which on a text has room for a paragraph
_SURE = 0.6  # confidence of a hint, from which on it counts
_NAMES = frozenset({"name", "nom", "names", "nombre", "bezeichnung", "navn"})
_STATUS = frozenset({"status", "state", "zustand", "statut", "estado", "condition"})
_PLACES = frozenset({"city", "postcode", "country", "address"})
_CATEGORIES = frozenset({"category", "kategorie", "categorie", "categoria"})
_CODES: Mapping[tuple[str, ...], Rule] = {("country",): "country_code", ("currency",): "currency"}  # of tables
_SECOND_LINE = re.compile(r"(address|addr|street|line|adresse).*2$", re.IGNORECASE)
_UNITS: Mapping[str, object] = {"generate": "pick", "from": [f"Apt. {n}" for n in range(1, 100)]}


def rules_for(column: Column, table: Table) -> Iterator[Rule]:
    """What may make it. Not each fits the type."""
    said = words(column.name)
    if said[-1:] and said[-1] in _STATUS and not (said[-1] == "state" and _places(column, table)):
        yield _status((*_singles(table.name), *said[:-1]))
    elif said[-1:] == ("state",):
        yield "state"
    if _SECOND_LINE.search(column.name):
        yield _UNITS
    if said == ("title",) and (of_people(table.name) or JOBS.intersection(_singles(table.name))):
        yield "job" if JOBS.intersection(_singles(table.name)) else "salutation"
    if said == ("prefix",) and of_people(table.name):
        yield "salutation"
    yield from _phrases([said], column, table)
    yield from _names(column, table)
    yield from _phrases([said[at:] for at in range(1, len(said) - 1)], column, table)
    yield from _kinds(column, table)
    yield from _phrases([said[-1:]], column, table)


def _names(column: Column, table: Table) -> Iterator[Rule]:
    """Of a column that is some name."""
    said = words(column.name)
    if said[-1:] and said[-1] in PEOPLE - {"account", "profile", "user"} and len(said) <= 2:  # noqa: PLR2004 – words
        yield "full_name"
    if not said or said[-1] not in _NAMES or _sure(hints(column.name, table.name)):
        return
    owners = said[-2:-1] or _singles(table.name)[-1:]
    for owner in owners:
        yield from (rule for rule, phrase in NAMED if owner in phrase.split())
        yield from _listed((owner,))
        if owner in PEOPLE or owner in OWNERS:
            yield "full_name"
        if owner in COMPANIES:
            yield "company"
    person = any(_of_a_person(other.name, table.name) for other in table.columns if other != column)
    yield "full_name" if person and len(said) == 1 else "title"


def _singles(table: str) -> tuple[str, ...]:
    """The words of a table's name, each in the singular."""
    return tuple(
        word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s") if not word.endswith("ss") else word
        for word in words(table)
    )


def _of_a_person(column: str, table: str) -> bool:
    found = hints(column, table)
    told = {"email", "birth_date", "first_name", "last_name"}
    return bool(found) and (found[0].kind in told or found[0].because in {"gender", "sex", "geschlecht"})


def _sure(found: tuple[Hint, ...]) -> bool:
    return (
        bool(found)
        and found[0].kind in {"first_name", "last_name", "full_name", "username"}
        and (found[0].confidence >= _SURE)
    )


def _phrases(tails: Sequence[tuple[str, ...]], column: Column, table: Table) -> Iterator[Rule]:
    """By how its name ends: the longest that is known."""
    for tail in filter(None, tails):
        rule = _called().get(tail)
        if rule == "paragraph" and column.length is not None and column.length < _LONG:
            rule = "sentence"
        if tail == ("code",):
            rule = _CODES.get(_singles(table.name)[-1:]) or rule
        if rule is not None:
            yield rule
        elsewhere = tail[-1] in _CATEGORIES and not GOODS.intersection(_singles(table.name))
        yield from _listed(("type",) if elsewhere else tail)


def _kinds(column: Column, table: Table) -> Iterator[Rule]:
    """By what masking takes it for."""
    found = hints(column.name, table.name)
    if not found or found[0].confidence < _SURE:
        return
    if found[0].kind == "address":
        others = {hint.kind for other in table.columns if other != column for hint in hints(other.name, table.name)[:1]}
        yield "street" if others & {"city", "postcode"} else "address"
    elif found[0].kind == "flag" and column.family == "integer":
        yield {"generate": "pick", "from": [1, 0], "weights": [OFTEN, 1]}
    elif found[0].kind == "flag" and column.length == 1:
        yield {"generate": "pick", "from": ["Y", "N"], "weights": [OFTEN, 1]}
    elif found[0].kind == "picture":
        yield {"generate": "file_name", "ending": "jpg"}
    elif found[0].kind in KINDS:
        yield KINDS[found[0].kind]


def _places(column: Column, table: Table) -> bool:
    """Whether the table says where something is."""
    if words(table.name)[-1:] in {("state",), ("address",), ("city",)}:
        return True
    others = (words(other.name)[-1:] for other in table.columns if other != column)
    return any(set(other) & {*_PLACES, "zip", "plz", "postal", "street", "country"} for other in others)


def _status(said: tuple[str, ...]) -> Rule:
    """What a status of such things may be."""
    spelled = next(made for things, made in STATUSES if not things or set(things.split()) & set(said))
    return _pick(spelled)


def _listed(tail: tuple[str, ...]) -> Iterator[Rule]:
    spelled = _choices().get(tail)
    if spelled is not None:
        yield _pick(spelled)


def _pick(spelled: str) -> Rule:
    """One of some, of which the last one comes often."""
    few, _, often = spelled.partition(" | ")
    return {
        "generate": "pick",
        "from": [often, *few.split()],
        "weights": [OFTEN, *[1] * len(few.split())],
    }


@cache
def _called() -> Mapping[tuple[str, ...], Rule]:
    return {words(phrase): rule for rule, phrases in CALLED for phrase in phrases.split(",")}


@cache
def _choices() -> Mapping[tuple[str, ...], str]:
    return {words(phrase): made for phrases, made in CHOICES for phrase in phrases.split(",")}
