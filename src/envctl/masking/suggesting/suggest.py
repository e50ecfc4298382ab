"""A first policy for a database: what each column seems to hold, and how to mask it so that the result fits."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import polars as pl

from envctl.catalogue import Catalogue, Column, Table, written
from envctl.masking.policies.fits import faults
from envctl.masking.policies.groups import Group, Node, groups
from envctl.masking.policies.rules import transform_of
from envctl.masking.suggesting.cases import SURE, Case, Rule
from envctl.masking.suggesting.detect import detect, shape, texts
from envctl.masking.suggesting.leaves import leaves
from envctl.masking.suggesting.names import hints, of_people, words
from envctl.masking.suggesting.verdicts import verdict
from envctl.masking.suggesting.vocabulary import THINGS, Kind
from envctl.masking.table import ColumnRule
from envctl.masking.transforms.base import Transform

_PERSON: frozenset[Kind] = frozenset({"email", "first_name", "last_name", "full_name", "phone", "birth_date"})
_OF_A_PERSON = 2  # columns of these kinds, from which on a table is one of people
_ADDRESS: frozenset[Kind] = frozenset({"city", "postcode", "address"})
_UNDECIDED = "no way of masking fits: say what to do with it"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_NONE = pl.Series([], dtype=pl.String)

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


Samples = Mapping[Node, pl.Series]


def suggest(catalogue: Catalogue, samples: Samples) -> tuple[Suggestion, ...]:
    """A rule for every column that needs one: not those that follow others, nor those that are computed from others.

    Samples may be missing, of some columns or all: then names and types decide alone.
    """
    known = _Known(catalogue, samples)
    found = {one_of: suggestion for group in groups(catalogue) for one_of, suggestion in _of_group(group, known)}
    nodes = ((table.full, column.name) for table in catalogue.tables for column in table.columns)
    return tuple(found[node] for node in nodes if node in found)


def toml(suggestions: Iterable[Suggestion], data: str = "NAME") -> str:
    """The tables of a stack file that say it, a line for each column; what nobody could decide is a comment."""
    lines = [f"[data.{_key(data)}.mask]", 'unlisted = "refuse"', "", f"[data.{_key(data)}.mask.columns]"]
    for table, columns in groupby(suggestions, key=lambda suggestion: suggestion.table):
        lines += [f"# {_printable(table)}", *map(_line, columns)]
    return "\n".join(lines) + "\n"


class _Traits:
    """What the columns of a table say of all of them."""

    def __init__(self, table: Table) -> None:
        leading = [hint.kind for column in table.columns for hint in hints(column.name, table.name)[:1]]
        kinds = frozenset(leading)
        self.people = of_people(table.name) or sum(kind in _PERSON for kind in leading) >= _OF_A_PERSON
        self.things = bool(THINGS.intersection(words(table.name)[-1:]))
        self.addressed = bool(kinds & _ADDRESS)
        whole = "full_name" in kinds and bool(kinds & {"first_name", "last_name"})
        self.names = f"{written(table.name)}.name" if whole else ""
        self.columns = {column.name: column for column in table.columns}


class _Known:
    """What is asked about again and again."""

    def __init__(self, catalogue: Catalogue, samples: Samples) -> None:
        self.tables = {table.full: table for table in catalogue.tables}
        self.named = Counter(table.name for table in catalogue.tables)
        self.keys = frozenset(_key_names(catalogue))
        self.samples = samples
        self.traits = {table.full: _Traits(table) for table in catalogue.tables}

    def at(self, node: Node) -> tuple[Table, Column]:
        """A table, and a column of it that there is."""
        table = self.tables[node[0]]
        return table, self.traits[node[0]].columns[node[1]]


def _of_group(group: Group, known: _Known) -> Iterator[tuple[Node, Suggestion]]:
    """Of columns that share their values one rule for all that need any: that of the least harmless of them."""
    verdicts = {root: verdict(_case(root, group, known)) for root in group.roots}
    strict = {root: found for root, found in verdicts.items() if found.rules != ("keep",)}
    found = max((strict or verdicts).values(), key=lambda verdict: verdict.confidence)
    places = [known.at(node) for node in group.members]
    rule = next((rule for rule in found.rules if rule == "keep" or _fits(rule, group, places)), None)
    why = found.why if rule is not None else f"{found.why}; {_UNDECIDED}"
    checks = [check.name for table, column in places for check in table.checks if column.name in check.columns]
    if checks and rule is not None and rule != "keep":
        why = f"{why}; CHECK {checks[0]} has to hold afterwards"
    for root in group.roots:
        table, column = known.at(root)
        key = written(*_unless_plain(table, known.named), table.name, column.name)
        yield root, Suggestion(table.full, column.name, rule, round(found.confidence, 2), why, column.type, key)


def _case(root: Node, group: Group, known: _Known) -> Case:
    table, column = known.at(root)
    traits = known.traits[table.full]
    sample = known.samples.get(root, _NONE)
    values = _elements(sample) if column.array else sample
    looked = column.family in {"text", "integer", "date", "timestamp"}
    places = [known.at(node) for node in group.members]
    return Case(
        column=column,
        hints=hints(column.name, table.name),
        findings=detect(values, column.name, table.name) if looked else (),
        shape=shape(values),
        unique=any(column.name in unique.columns for table, column in places for unique in table.uniques),
        key=table.key == (column.name,),
        people=traits.people,
        things=traits.things,
        refers=_refers(table, column, known.keys),
        subject=_subject(table, column, people=traits.people),
        dates=f"{written(table.name)}.dates",
        names=traits.names,
        addressed=traits.addressed,
        paths=_paths(values) if column.family in {"json", "text"} else {},
    )


def _fits(rule: Rule, group: Group, places: Places) -> bool:
    """Whether every column that is masked so can hold the results, stays unique where it is, and still joins."""
    transform = transform_of(rule)
    if not isinstance(transform, Transform) or group.tied or (group.keyed and transform.reads):
        return False
    results = {(transform.longest(column), column.family, column.array) for _, column in places}
    if group.keyed and len(results) > 1:
        return False
    return not any(faults(table, {column.name: ColumnRule(column, transform, "")}) for table, column in places)


def _unless_plain(table: Table, names: Mapping[str, int]) -> tuple[str, ...]:
    """A table's schema, where it takes that to name it."""
    return () if table.schema == "public" and names[table.name] == 1 else (table.schema,)


def _subject(table: Table, column: Column, *, people: bool) -> str:
    """The column that says whom a row is about: of people their own key, else a reference to people."""
    own = table.key if people and len(table.key) == 1 else ()
    references = (key for key in table.foreign_keys if len(key.columns) == 1)
    whose = (key.columns[0] for key in references if of_people(key.table.rpartition(".")[2]))
    return next((name for name in (*own, *whose) if name != column.name), "")


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
    for path, found_there in leaves(texts(values)).items():
        leaf = pl.Series(found_there, dtype=pl.String)
        name = path.replace("[*]", "").rpartition(".")[2]
        column = Column(name, "text", "text")
        seen = verdict(Case(column, hints=hints(name), findings=detect(leaf, name), shape=shape(leaf)))
        if seen.rules != ("keep",) and seen.confidence > SURE:
            found[path] = seen.rules[0]
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
