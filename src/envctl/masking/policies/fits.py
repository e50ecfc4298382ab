"""Whether what a column is masked by fits what the database says of the column: its type, its length, what is unique.

A fault is what is known to go wrong: nothing is loaded. A doubt is what nobody can tell without the rows, such as a
CHECK that reads a masked column: it is said, and should it go wrong, Postgres refuses the row and the load ends there,
with nothing released. No row is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from envctl.catalogue import Check, Column, Table, Unique, written
from envctl.masking.conditions import where
from envctl.masking.policies.rules import Fault
from envctl.masking.table import ColumnRule
from envctl.masking.transforms import TRANSFORMS
from envctl.masking.transforms.base import Transform

Rules = Mapping[str, ColumnRule]  # of the columns of one table that are masked

_LITERAL = re.compile(r"'(?:[^']|'')*'")
_NAME = re.compile(r'"(?:[^"]|"")+"|[^\W\d][\w$]*')
_CAST = re.compile(r"::(?:\w+\.)?(?:text|citext|character varying(?:\(\d+\))?)$")
_FOLDED = re.compile(r"(?:lower|upper)\((?P<inside>.*)\)", re.DOTALL)
_NULL_TEST = re.compile(r'(?P<name>"(?:[^"]|"")+"|[^\W\d][\w$]*)(?: IS NOT NULL| IS NULL)\b')


def faults(table: Table, rules: Rules) -> tuple[Fault, ...]:
    """What cannot be: of each masked column its type, its length, what it is unique for, and what its rule reads."""
    found = [fault for rule in rules.values() for fault in _of_column(table, rule)]
    found += [
        fault for rule in rules.values() for unique in table.uniques for fault in _of_unique(table, rules, rule, unique)
    ]
    return (*found, *_in_circles(table, rules))


def doubts(table: Table, rules: Rules) -> tuple[Fault, ...]:
    """What may go wrong in the load, which then ends without a result."""
    return tuple(doubt for rule in rules.values() for doubt in _doubts(table, rule))


def described(table: Table, column: Column) -> str:
    """A column in a few words: its type, and what a rule for it has to mind."""
    unique = any(column.name in unique.columns for unique in table.uniques)
    words = (column.type, "NOT NULL" * (not column.nullable), "unique" * unique)
    return "".join(c if c.isprintable() else "?" for c in ", ".join(word for word in words if word))


def mentions(text: str) -> frozenset[str]:
    """Every name in an expression as Postgres writes it: of columns, and of types and functions too."""
    return frozenset(_plain(name) for name in _NAME.findall(_LITERAL.sub("''", text)))


def _fault(table: Table, column: Column, what: str, hint: str = "") -> Fault:
    return Fault(written(table.schema, table.name, column.name), what, hint, table.full, column.name)


def _of_column(table: Table, rule: ColumnRule) -> Iterator[Fault]:
    column, transform = rule.column, rule.transform
    if column.family not in transform.takes:
        kind = column.family if column.family != "other" else f"the type {column.type}"
        what = f"is {column.type}, and {transform.name} masks {_listed(sorted(transform.takes))}"
        yield _fault(table, column, what, f"{kind} can be masked by: {_listed(_takers(column))}")
        return
    if objection := transform.objection(column):
        yield _fault(table, column, f"cannot be masked by {transform.name}: it {objection}")
        return
    if (longest := transform.longest(column)) is not None and column.length is not None and longest > column.length:
        what = f"holds {column.length} characters, and {transform.name} needs up to {longest}"
        yield _fault(table, column, what, "give it other settings, or mask it by something shorter")
    if column.name in table.split_by:
        what = "decides in which partition a row is, so that masked rows would belong elsewhere"
        yield _fault(table, column, what, "keep it")
    for name in (*transform.reads, *transform.follows):
        other = table.column(name)
        if other is None:
            yield _fault(
                table, column, f"is masked by the help of a column {written(name)}, which the table does not have"
            )
        elif other.generated:
            what = f"is masked by the help of {written(name)}, which is generated and in no copy of the rows"
            yield _fault(table, column, what, "name what it is generated from")
    if rule.where and (wrong := where.check(rule.where, table)):
        yield _fault(table, column, f"has a condition that cannot be used: {wrong}")


def _in_circles(table: Table, rules: Rules) -> Iterator[Fault]:
    """Transforms that wait for each other's results."""
    before = {name: [on for on in rule.transform.follows if on in rules] for name, rule in rules.items()}
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        circle = error.args[1]
        yield _fault(
            table, rules[circle[0]].column, f"is made of what is made of it: {' → '.join(map(written, circle))}"
        )


def _of_unique(table: Table, rules: Rules, rule: ColumnRule, unique: Unique) -> Iterator[Fault]:
    """Whether rows that differ in what is unique still do."""
    column, transform = rule.column, rule.transform
    if column.name not in unique.columns or column.family not in transform.takes:
        return
    if unique.exact and any(_settled(table, rules, other, unique) for other in table.uniques):
        return
    if column.name in mentions(_without_null_tests(unique.condition)):
        what = (
            f"decides which rows are unique in {written(unique.name)} (WHERE {unique.condition}), and masked it may not"
        )
        yield _fault(table, column, what, "keep it, or make the condition one of IS NOT NULL")
        return
    expressions = [text for text in unique.expressions if column.name in mentions(text)]
    folded = [text for text in expressions if _is_folded(text, column.name)]
    if odd := [text for text in expressions if text not in folded]:
        what = f"is unique in {written(unique.name)} by {odd[0]}, and nobody can tell whether it still is when masked"
        yield _fault(table, column, what, "keep it")
    elif transform.gives_null:
        if not unique.nulls:
            yield _fault(table, column, f"is unique in {written(unique.name)}, for which two nulls are the same")
    elif (folded or column.caseless) and not transform.digested(column):
        what = (
            f"is unique in {written(unique.name)} whatever case it is written in, which {transform.name} does not keep"
        )
        yield _fault(table, column, what, _keepers(column, digested=True))
    elif not transform.distinct(column):
        what = f"is unique in {written(unique.name)}, and {transform.name} may give two values the same result"
        yield _fault(table, column, what, _keepers(column, digested=False))


def _settled(table: Table, rules: Rules, smaller: Unique, unique: Unique) -> bool:
    """Whether some of the columns alone are unique already, and stay so, so that nothing depends on the others."""
    if not (smaller.exact and set(smaller.columns) < set(unique.columns)):
        return False
    columns = [table.column(name) for name in smaller.columns]
    return all(
        column is not None
        and not column.nullable
        and (column.name not in rules or rules[column.name].transform.distinct(column))
        for column in columns
    )


def _doubts(table: Table, rule: ColumnRule) -> Iterator[Fault]:
    column, transform = rule.column, rule.transform
    for check in table.checks:
        if column.name in check.columns and not _only_asks_for_null(check, rule):
            yield _fault(
                table, column, f"is read by the CHECK {check.name}, which masked values have to satisfy: {check.text}"
            )
    uniques = [unique for unique in table.uniques if column.name in unique.columns]
    if rule.where and uniques and not (transform.digested(column) or transform.gives_null):
        what = (
            f"is unique in {written(uniques[0].name)}, and a masked value may be one that its condition leaves as it is"
        )
        yield _fault(table, column, what)
    if column.counted and not transform.gives_null:
        yield _fault(table, column, "is counted by a sequence, which may come to a masked value when rows are added")


def _only_asks_for_null(check: Check, rule: ColumnRule) -> bool:
    """Whether a condition looks at nothing of a column but whether it is null, which masking does not change."""
    named = rule.column.name in mentions(check.text)  # else by VALUE, as domains do, or through a generated column
    return named and not rule.transform.gives_null and rule.column.name not in mentions(_without_null_tests(check.text))


def _without_null_tests(text: str) -> str:
    return _NULL_TEST.sub("", _LITERAL.sub("''", text))


def _is_folded(text: str, name: str) -> bool:
    """Whether an expression is lower or upper of a column, whatever it is cast to."""
    found = _FOLDED.fullmatch(_bare(text))
    inside = found["inside"] if found else ""
    while (less := _CAST.sub("", _bare(inside))) != inside:
        inside = less
    return bool(_NAME.fullmatch(inside)) and _plain(inside) == name


def _bare(text: str) -> str:
    """Without brackets around all of it."""
    while text.startswith("(") and text.endswith(")") and _closes_last(text):
        text = text[1:-1]
    return text


def _closes_last(text: str) -> bool:
    depth = 0
    for at, letter in enumerate(_NAME.sub(lambda name: "n" * len(name[0]), text)):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return at == len(text) - 1
    return False


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _takers(column: Column) -> list[str]:
    return sorted(name for name, kind in TRANSFORMS.items() if column.family in kind.takes)


def _keepers(column: Column, *, digested: bool) -> str:
    """What keeps a column unique, as it is without settings."""
    known = [made for name in _takers(column) if (made := _made(TRANSFORMS[name])) is not None]
    keeps = [made.name for made in known if (made.digested(column) if digested else made.distinct(column))]
    return f"what keeps it unique: {_listed(keeps)}"


def _made(kind: type[Transform]) -> Transform | None:
    """A transform without settings, if it needs none."""
    required = any(field.is_required() for field in kind.model_fields.values())
    return None if required else kind()


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "nothing"
