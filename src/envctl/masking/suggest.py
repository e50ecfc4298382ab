"""A first policy for a database: what each column seems to hold, and how to mask it so that the result fits."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

import polars as pl
from pydantic import ValidationError

from envctl.catalogue import Catalogue, Column, Table, written
from envctl.masking.detect import detect, leaves, shape
from envctl.masking.following import roots
from envctl.masking.names import hints, of_people, words
from envctl.masking.transforms import TRANSFORMS
from envctl.masking.transforms.base import Transform
from envctl.masking.verdicts import SURE, Case, Rule, verdict
from envctl.masking.vocabulary import Kind

_PERSON: frozenset[Kind] = frozenset({"email", "first_name", "last_name", "full_name", "phone", "birth_date"})
_OF_A_PERSON = 2  # columns of these kinds, from which on a table is one of people
_ADDRESS: frozenset[Kind] = frozenset({"city", "postcode", "address"})
_UNDECIDED = "no way of masking fits: say what to do with it"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_NONE = pl.Series([], dtype=pl.String)
_NOWHERE = Table("", "", ())  # where the leaves of documents are

Places = Sequence[tuple[Table, Column]]


@dataclass(frozen=True)
class Suggestion:
    """How to mask a column. `rule` is as a policy says it, None where nothing that is safe fits.

    `table` is its full name, `confidence` 0–1, `why` in words without any value, `type` as Postgres writes it, `key`
    what a policy calls the column.
    """

    table: str
    column: str
    rule: Rule | None
    confidence: float
    why: str
    type: str = ""
    key: str = ""


Samples = Mapping[tuple[str, str], pl.Series]  # by a table's full name and a column's


def suggest(catalogue: Catalogue, samples: Samples) -> tuple[Suggestion, ...]:
    """A rule for every column that needs one: not those that follow others, nor those that are computed from others.

    Samples may be missing, of some columns or all: then names and types decide alone.
    """
    followed = roots(catalogue)
    keys = frozenset(_key_names(catalogue))
    names = Counter(table.name for table in catalogue.tables)
    return tuple(
        replace(
            _suggested(table, column, followed[place], samples.get(place, _NONE), keys),
            key=written(*_unless_plain(table, names), table.name, column.name),
        )
        for table in catalogue.tables
        for column in table.columns
        if (place := (table.full, column.name)) in followed and not column.generated
    )


def toml(suggestions: Iterable[Suggestion], data: str = "NAME") -> str:
    """The tables of a stack file that say it, a line for each column; what nobody could decide is a comment."""
    lines = [f"[data.{_key(data)}.mask]", 'unlisted = "refuse"', "", f"[data.{_key(data)}.mask.columns]"]
    for table, columns in groupby(suggestions, key=lambda suggestion: suggestion.table):
        lines += [f"# {_printable(table)}", *map(_line, columns)]
    return "\n".join(lines) + "\n"


def _suggested(
    table: Table, column: Column, alike: Places, sample: pl.Series, keys: frozenset[tuple[str, ...]]
) -> Suggestion:
    """Of one column; `alike` are the columns that are masked as it is, itself among them."""
    found = verdict(_case(table, column, alike, sample, keys))
    rule: Rule | None = "keep"
    if found.rules != ("keep",):
        rule = next((rule for rule in found.rules if _fits(rule, alike)), None)
    why = found.why if rule is not None else f"{found.why}; {_UNDECIDED}"
    return Suggestion(table.full, column.name, rule, round(found.confidence, 2), why, column.type)


def _case(table: Table, column: Column, alike: Places, sample: pl.Series, keys: frozenset[tuple[str, ...]]) -> Case:
    said = hints(column.name, table.name)
    values = _elements(sample) if column.array else sample
    looked = column.family in {"text", "integer", "date", "timestamp"}
    return Case(
        column=column,
        hints=said,
        findings=detect(values, column.name, table.name) if looked else (),
        shape=shape(values),
        unique=any(column.name in unique.columns for table, column in alike for unique in table.uniques),
        key=table.key == (column.name,),
        people=_people(table),
        refers=_refers(table, column, keys),
        subject=_subject(table, column),
        addressed=any(hint.kind in _ADDRESS for other in table.columns for hint in hints(other.name)[:1]),
        paths=_paths(values) if column.family in {"json", "text"} else {},
    )


def _fits(rule: Rule, places: Places) -> bool:
    """Whether every column that is masked so can hold the results, and stays unique where it is."""
    transform = _made(json.dumps(rule))
    return transform is not None and all(_holds(transform, table, column) for table, column in places)


def _holds(transform: Transform, table: Table, column: Column) -> bool:
    if column.family not in transform.takes or transform.objection(column) is not None:
        return False
    if column.name in table.split_by:
        return False  # masked rows would not belong into the partitions that they are in
    longest = transform.longest(column)
    if column.length is not None and longest is not None and longest > column.length:
        return False
    about = [unique for unique in table.uniques if column.name in unique.columns]
    folded = column.caseless or any(unique.expressions for unique in about)
    return not about or (transform.distinct(column) and (not folded or transform.digested(column)))


@cache
def _made(rule: str) -> Transform | None:
    """The transform that a rule asks for, written as JSON; None if there is none that takes these settings."""
    said = json.loads(rule)
    settings = {} if isinstance(said, str) else {key: value for key, value in said.items() if key != "mask"}
    way = TRANSFORMS.get(said if isinstance(said, str) else said["mask"])
    try:
        return None if way is None else way.model_validate(settings)
    except ValidationError:
        return None


def _unless_plain(table: Table, names: Mapping[str, int]) -> tuple[str, ...]:
    """A table's schema, where it takes that to name it."""
    return () if table.schema == "public" and names[table.name] == 1 else (table.schema,)


def _people(table: Table) -> bool:
    """Whether it has a row for each of some people, by its name or by what its columns are named."""
    kinds = [hint.kind for column in table.columns for hint in hints(column.name, table.name)[:1]]
    return of_people(table.name) or sum(kind in _PERSON for kind in kinds) >= _OF_A_PERSON


def _subject(table: Table, column: Column) -> str | None:
    """The column that says whom a row is about: of people their own key, else the key of the people it refers to."""
    if _people(table):
        return table.key[0] if len(table.key) == 1 and table.key[0] != column.name else None
    whose = (key.columns[0] for key in table.foreign_keys if len(key.columns) == 1 and of_people(key.table))
    return next((name for name in whose if name != column.name), None)


def _key_names(catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    """What columns are called that refer to tables, without saying so to the database: the words of their names."""
    for table in catalogue.tables:
        yield from ((*words(table.name), end) for end in ("id", "uuid", "guid"))
        if len(table.key) == 1 and len(words(table.key[0])) > 1:
            yield words(table.key[0])


def _refers(table: Table, column: Column, keys: frozenset[tuple[str, ...]]) -> bool:
    """Whether its name ends as a reference would, or a type stands beside it (`owner_id`, `owner_type`)."""
    said = words(column.name)
    beside = (*said[:-1], "type")
    return any(said[start:] in keys for start in range(len(said))) or (
        len(said) > 1 and said[-1] in {"id", "uuid"} and any(words(other.name) == beside for other in table.columns)
    )


def _elements(values: pl.Series) -> pl.Series:
    """What is in arrays, roughly: as much as it takes to see what it is."""
    inside = values.cast(pl.String).drop_nulls().str.strip_chars("{}").str.split(",").explode()
    return inside.str.strip_chars('" ').drop_nulls()


def _paths(values: pl.Series) -> dict[str, Rule]:
    """Paths of documents that are recognised as personal; what else is in them is replaced anyway."""
    found: dict[str, Rule] = {}
    for path, leaf in leaves(values).items():
        name = path.replace("[*]", "").rpartition(".")[2]
        column = Column(name, "text", "text")
        seen = verdict(Case(column, hints=hints(name), findings=detect(leaf, name), shape=shape(leaf)))
        if seen.rules != ("keep",) and seen.confidence > SURE:
            rule = next((rule for rule in seen.rules if _fits(rule, ((_NOWHERE, column),))), None)
            found |= {path: rule} if rule is not None else {}
    return found


def _line(suggestion: Suggestion) -> str:
    key = _value(suggestion.key or written(*suggestion.table.split("."), suggestion.column))
    about = f"  # {_printable(suggestion.type)}; {suggestion.confidence:.2f}: {_printable(suggestion.why)}"
    if suggestion.rule is None:
        return f"# {_printable(key)} = …{about}"
    return f"{key} = {_value(suggestion.rule)}{about}"


def _value(value: object) -> str:
    """A value of a rule as TOML writes it, on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _value(key)


def _printable(text: str) -> str:
    """A text that a comment may hold."""
    return "".join(c if c.isprintable() else "�" for c in text)
