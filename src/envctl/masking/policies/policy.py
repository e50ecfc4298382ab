"""A policy held against a database: how each column is masked, or everything that is wrong and the lines to paste.

The rule of a column is the most exact one that means it. A column that references another, and one that a partition or
a child has from its parent, is masked like that other: it needs no rule, and must not have a different one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from envctl.catalogue import Catalogue, Column, Family, Table
from envctl.masking.policies.decide import Decision, Found
from envctl.masking.policies.fits import described, doubts, faults
from envctl.masking.policies.groups import Node, groups
from envctl.masking.policies.matches import Names, match
from envctl.masking.policies.rules import Fault, Policy, transform_of
from envctl.masking.table import ColumnRule
from envctl.masking.transforms import TRANSFORMS
from envctl.masking.transforms.base import Transform
from envctl.masking.transforms.json import Json
from envctl.masking.transforms.keep import Keep

Propose = Callable[[Table, Column], str]  # what a rule for a column could say, as TOML; nothing where nobody knows

# Ways that hide everything and need no settings, by what a column is; those that give something of the kind first.
_USUAL: Mapping[Family, tuple[str, ...]] = {
    "text": ("redact",),
    "integer": ("noise",),
    "number": ("noise",),
    "date": ("shift",),
    "timestamp": ("shift",),
    "uuid": ("uuid",),
    "network": ("ip",),
    "json": ("json",),
    "bytes": ("bytes",),
    "enum": ("pick",),
    "boolean": ("pick",),
}
_NOBODY_KNOWS = "nothing that masks it fits; only if it tells nothing of anybody"
_OTHERWISE = ("hash", "email", "username", "null", "redact")  # what may fit where the usual ones do not
_HARMLESS = frozenset({"integer", "number", "boolean", "enum", "timestamp"})  # of the same name by chance


@dataclass(frozen=True)
class Checked:
    """What becomes of each column of each table. A column that is in neither of both is generated.

    Partitioned tables have their partitions' rules: a dump may hold the rows of all partitions as theirs.
    """

    tables: Mapping[str, tuple[ColumnRule, ...]]  # of the columns that are masked; a table without any has none
    kept: Mapping[str, tuple[str, ...]]
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Problems:
    """Why nothing is masked and nothing loaded. `patch` are lines of TOML for the columns that no rule covers."""

    faults: tuple[Fault, ...]
    patch: str = ""
    warnings: tuple[Fault, ...] = ()


def proposal(table: Table, column: Column) -> str:
    """The first that fits of what hides everything; `keep` for nothing but what a sequence counts."""
    ways = (Keep.name,) if column.counted else (*_USUAL.get(column.family, ()), *_OTHERWISE)
    fitting = (way for way in ways if way in TRANSFORMS and _fits(table, column, TRANSFORMS[way]()))
    return json.dumps(way) if (way := next(fitting, "")) else ""


def _fits(table: Table, column: Column, transform: Transform) -> bool:
    return not faults(table, {column.name: ColumnRule(column, transform, "")})


def check(policy: Policy, catalogue: Catalogue, propose: Propose = proposal) -> Checked | Problems:
    """Hold a policy against a database. Needs no key, and looks at no row."""
    names, found = Names(catalogue), Found()
    matches = match(policy, names)
    found.faults += [*matches.faults, *_of_the_whole(policy, catalogue)]
    for group in groups(catalogue):
        Decision(group, matches.rules, policy, names, found).take()
    found.faults += _identities(found.rules, names)
    words = list(_words_of_texts(found, names))
    found.faults += [fault for fault, meant in words if not meant]
    found.doubts += [replace(fault, hint="") for fault, meant in words if meant]
    by_table = {
        table.full: {
            c.name: found.rules[table.full, c.name] for c in table.columns if (table.full, c.name) in found.rules
        }
        for table in catalogue.tables
    }
    unfit = {table.full: faults(table, by_table[table.full]) for table in catalogue.tables}
    doubted = {table.full: doubts(table, by_table[table.full]) for table in catalogue.tables}
    found.faults += _once(unfit, names)
    warnings = (*found.doubts, *_once(doubted, names), *_kept_by_chance(found, names))
    if found.faults:
        return Problems(tuple(found.faults), _patch(found.uncovered, names, propose), warnings)
    return Checked(
        tables={full: tuple(rules.values()) for full, rules in by_table.items()},
        kept={
            table.full: tuple(c.name for c in table.columns if (table.full, c.name) in found.kept)
            for table in catalogue.tables
        },
        warnings=warnings,
    )


def _of_the_whole(policy: Policy, catalogue: Catalogue) -> Iterator[Fault]:
    if catalogue.large_objects and policy.large_objects == "refuse":
        what = f"there are {catalogue.large_objects}, and nobody knows what is in them"
        yield Fault("large objects", what, 'to let them pass as they are: large_objects = "keep"')
    if catalogue.foreign_tables and policy.foreign_tables == "refuse":
        shown = ", ".join(catalogue.foreign_tables[:3]) + " …" * (len(catalogue.foreign_tables) > 3)  # noqa: PLR2004
        what = f"{shown} would show the rows of another server, which nobody masks"
        yield Fault("foreign tables", what, 'to let their definitions pass: foreign_tables = "keep"')


def _identities(rules: Mapping[Node, ColumnRule], names: Names) -> Iterator[Fault]:
    """One identity, one way of masking, in columns and in documents alike."""
    known: dict[str, tuple[Node, Transform]] = {}
    told: set[tuple[str, str]] = set()
    for node, rule in rules.items():
        for identity, transform in ((rule.identity, rule.transform), *_within(rule.transform)):
            first, other = known.setdefault(identity, (node, transform))
            if _alike(transform, other) or (identity, transform.name) in told:
                continue
            told.add((identity, transform.name))
            where = f"as {names.shown(*first)} has, which is" if first != node else "twice,"
            what = f"has the identity {identity} {where} masked in another way"
            yield Fault(names.shown(*node), what, "give both the same mask and settings, or other identities", *node)


def _within(transform: Transform) -> Iterator[tuple[str, Transform]]:
    """The identities of values inside of documents, and what masks them."""
    for said in transform.paths.values() if isinstance(transform, Json) else ():
        identity = said.get("identity") if isinstance(said, Mapping) else None
        inner = transform_of(said) if identity else None
        if identity and isinstance(inner, Transform):
            yield identity, inner


def _alike(one: Transform, other: Transform) -> bool:
    """Whether two ways give the same result, but for what columns of one identity may differ in."""
    if one.name != other.name:
        return False
    skipped = set(one.aspects)
    return one.model_dump(exclude=skipped) == other.model_dump(exclude=skipped)


def _kept_by_chance(found: Found, names: Names) -> Iterator[Fault]:
    """Columns that nobody named and that are kept, while others of the same name are masked."""
    masked = {(node[1], rule.column.family): node for node, rule in found.rules.items()}
    for node, rule in found.kept.items():
        column = names.full[node[0]].column(node[1])
        if column is None or column.family in _HARMLESS or rule.exact:
            continue
        if other := masked.get((column.name, column.family)):
            at = names.shown(*node)
            hint = f'if that is meant, write {json.dumps(at, ensure_ascii=False)} = "keep"'
            yield Fault(at, f"is kept by {rule.text}, while {names.shown(*other)} is masked", hint, *node)


def _words_of_texts(found: Found, names: Names) -> Iterator[tuple[Fault, bool]]:
    """Columns for text search that are kept where texts are masked, and whether somebody said so of the very column."""
    masked = {full for (full, _), rule in found.rules.items() if rule.column.family in {"text", "json"}}
    for node, rule in found.kept.items():
        column = names.full[node[0]].column(node[1])
        if column is not None and column.type.startswith("tsvector") and node[0] in masked:
            at = names.shown(*node)
            hint = f'keep it by name, {_toml(at)} = "keep", only if no masked column is in it'
            what = "is kept, and may hold the words of texts that are masked in the same table"
            yield Fault(at, what, hint, *node), rule.exact


def _once(by_table: Mapping[str, Iterable[Fault]], names: Names) -> Iterator[Fault]:
    """Of each column what is not said of the same one of its parents already."""
    said = {(fault.table, fault.column) for found in by_table.values() for fault in found}
    for found in by_table.values():
        for fault in found:
            parents = names.full[fault.table].parents
            if not any((parent, fault.column) in said for parent in parents):
                yield replace(fault, at=names.shown(fault.table, fault.column))


def _patch(uncovered: Iterable[Node], names: Names, propose: Propose) -> str:
    """Lines for `[data.NAME.mask.columns]`."""
    lines: list[str] = []
    for node in uncovered:
        table = names.full[node[0]]
        column = table.column(node[1])
        if column is not None:
            rule, at, words = propose(table, column), _toml(names.shown(*node)), described(table, column)
            lines.append(f"{at} = {rule}  # {words}\n" if rule else f'# {at} = "keep"  # {words}: {_NOBODY_KNOWS}\n')
    return "".join(lines)


def _toml(text: str) -> str:
    """A text as TOML writes it, in the quotes that are easier to read."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
