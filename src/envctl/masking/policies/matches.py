"""Which columns of a database each rule of a policy means. A rule that means none is a mistake, not a formality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from envctl.catalogue import Catalogue, Table, written
from envctl.masking.policies.groups import Node
from envctl.masking.policies.rules import ANY, Fault, Policy, Rule, nearest


class Names:
    """The tables and columns of a database by their names."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.tables: dict[str, list[Table]] = defaultdict(list)
        self.columns: dict[str, list[Table]] = defaultdict(list)
        self.schemas: dict[str, list[Table]] = defaultdict(list)
        self.full = {table.full: table for table in catalogue.tables}
        for table in catalogue.tables:
            self.tables[table.name].append(table)
            self.schemas[table.schema].append(table)
            for column in table.columns:
                self.columns[column.name].append(table)

    def shown(self, table: str, column: str = "") -> str:
        """A table or column as a rule would write it, without the schema where there is only one table of that name."""
        found = self.full[table]
        schema = [found.schema] if len(self.tables[found.name]) > 1 else []
        return written(*schema, found.name, *([column] if column else []))


@dataclass(frozen=True)
class Matches:
    """The rule that counts for each column that one covers."""

    rules: Mapping[Node, Rule]
    faults: tuple[Fault, ...]


def match(policy: Policy, names: Names) -> Matches:
    """Hold the rules of a policy against what there is."""
    covering: dict[Node, list[Rule]] = defaultdict(list)
    faults: list[Fault] = []
    for rule in policy.rules:
        found = list(_tables(rule, names))
        fault = _ambiguous(rule, found) or _missing(rule, found, names) or _generated(rule, found)
        if fault:
            faults.append(fault)
            continue
        for table in found:
            for column in table.columns:
                if not column.generated and rule.column in {ANY, column.name}:
                    covering[table.full, column.name].append(rule)
    rules: dict[Node, Rule] = {}
    clashes: dict[tuple[str, str], Fault] = {}
    for node, several in covering.items():
        several.sort(key=lambda rule: rule.rank, reverse=True)
        rules[node] = several[0]
        for other, fault in _clash(node, several, names):
            clashes.setdefault((several[0].text, other.text), fault)
    return Matches(rules, (*faults, *clashes.values()))


def _tables(rule: Rule, names: Names) -> Iterable[Table]:
    by_name = names.columns.get(rule.column or "", []) if rule.table is ANY else names.tables.get(rule.table, [])
    return [
        table
        for table in by_name
        if rule.schema in {ANY, "", table.schema} and (rule.column is ANY or table.column(rule.column) is not None)
    ]


def _ambiguous(rule: Rule, found: list[Table]) -> Fault | None:
    if rule.schema != "" or rule.table is ANY or len(found) <= 1:
        return None
    schemas = ", ".join(written(table.schema) for table in found)
    hint = f"write {written(found[0].schema)}.{rule.text}, or *.{rule.text} for all of them"
    return Fault(rule.text, f"there is a table of this name in several schemas: {schemas}", hint)


def _missing(rule: Rule, found: list[Table], names: Names) -> Fault | None:
    if found or rule.missing == "allow":
        return None
    guess = _guess(rule, names)
    hint = f"did you mean {guess}?" if guess else "correct it or take it out"
    return Fault(rule.text, "there is no such column" if rule.column is not ANY else "there is no such table", hint)


def _guess(rule: Rule, names: Names) -> str:
    """What a rule was probably meant to be called."""
    if rule.table is ANY:
        return _prefixed("*.", nearest(rule.column or "", {name: written(name) for name in names.columns}))
    tables = names.tables.get(rule.table, [])
    if any(rule.schema in {ANY, "", table.schema} for table in tables):
        known = {column.name: names.shown(table.full, column.name) for table in tables for column in table.columns}
        return nearest(rule.column or "", known)
    near = nearest(rule.table, {table.name: table.full for table in names.full.values()})
    if tables:
        near = tables[0].full
    if not near:
        return ""
    if rule.column is ANY:
        return f"{names.shown(near)}.*"
    known = {column.name: names.shown(near, column.name) for column in names.full[near].columns}
    return nearest(rule.column, known)


def _prefixed(prefix: str, text: str) -> str:
    return f"{prefix}{text}" if text else ""


def _generated(rule: Rule, found: list[Table]) -> Fault | None:
    """A generated column is made of others, whatever a rule says."""
    if not rule.exact or rule.keeps:
        return None
    columns = [table.column(rule.column) for table in found if rule.column is not ANY]
    if not any(column and column.generated for column in columns):
        return None
    return Fault(rule.text, "is generated, and made again of what is masked", "take the rule out")


def _clash(node: Node, rules: list[Rule], names: Names) -> Iterator[tuple[Rule, Fault]]:
    """Rules of which nobody can tell which one is meant. The first one counts."""
    first, at = rules[0], names.shown(*node)
    hint = f"write a rule for {at} itself"
    for other in rules[1:]:
        if other.rank == first.rank:
            what = f"is covered by {first.text} as well as by {other.text}"
            yield other, Fault(at, what, "take one of them out" if first.exact else hint, *node)
        elif first.keeps and not first.exact and not other.keeps:
            yield other, Fault(at, f"would be kept by {first.text}, and masked by {other.text}", hint, *node)
