"""How the columns of one group are masked: all like the one that the others lead to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from envctl.catalogue import Column, written
from envctl.masking.policies.fits import described
from envctl.masking.policies.groups import Group, Node
from envctl.masking.policies.matches import Names
from envctl.masking.policies.rules import ANY, Fault, Policy, Rule
from envctl.masking.table import ColumnRule
from envctl.masking.transforms.base import Transform
from envctl.masking.transforms.keep import Keep

_UNLISTED = Rule("", ANY, ANY, Keep(), text='unlisted = "keep"')


@dataclass
class Found:
    """What comes out, column by column."""

    rules: dict[Node, ColumnRule] = field(default_factory=dict)
    kept: dict[Node, Rule] = field(default_factory=dict)  # and by what
    uncovered: list[Node] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    doubts: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Decision:
    """How the columns of one group are masked."""

    group: Group
    rules: Mapping[Node, Rule]
    policy: Policy
    names: Names
    found: Found

    def take(self) -> None:
        """Note the rule of each column, or what is wrong."""
        said = {root: self._of_root(root) for root in self.group.roots}
        if missing := [root for root, rule in said.items() if rule is None]:
            self.found.uncovered += missing
            self.found.faults += [self._fault(root, "no rule covers it", self._words(root)) for root in missing]
        decided = [(root, rule) for root, rule in said.items() if rule is not None]
        if not decided:
            return
        root, rule = decided[0]
        self.found.faults += self._against(root, rule, dict(decided))
        if rule.keeps:
            self.found.kept.update(dict.fromkeys(self.group.members, rule))
            return
        self.found.faults += self._unfollowable(root, rule)
        self.found.doubts += self._written_differently()
        identity = rule.identity or ".".join(root)
        for table, column in self.group.members:
            if (there := self._column((table, column))) is not None:
                self.found.rules[table, column] = ColumnRule(
                    there, rule.transform, identity, rule.where, sought=rule.elsewhere == "refuse"
                )

    def _of_root(self, root: Node) -> Rule | None:
        """Its rule; of a circle any column's will do."""
        own = (self.rules[node] for node in (root, *self.group.circles.get(root, ())) if node in self.rules)
        return next(own, _UNLISTED if self.policy.unlisted == "keep" else None)

    def _against(self, root: Node, rule: Rule, roots: Mapping[Node, Rule]) -> Iterator[Fault]:
        """Rules that say something else than the one that counts for all of the group."""
        for node in self.group.members:
            own = self.rules.get(node) if node not in roots else roots[node]
            if own is None or node == root or self._agrees(node, own, rule):
                continue
            sources = self.group.sources.get(node, (root,))
            verb = "has its values from" if node in self.group.inherited else "references"
            if node in roots:
                what = (
                    f"is {_done(own)} by {own.text}, and shares values with {self._shown(root)}, which is {_done(rule)}"
                )
            else:
                what = f"is {_done(own)} by {own.text}, and {verb} {self._shown(sources[0])}, which is {_done(rule)}"
            hint = f"take {own.text} out, or say the same of {self._shown(root)}"
            if not own.exact and rule.keeps:
                hint = f'write {json.dumps(self._shown(node))} = "keep" if it is meant to be kept'
            yield self._fault(node, what, hint)

    def _agrees(self, node: Node, own: Rule, rule: Rule) -> bool:
        """Whether a column's own rule leaves it to be masked like the others."""
        if _same(own, rule) or (own.keeps and rule.keeps):
            return True
        if own.exact:
            return False
        # A pattern that keeps must not win, and one exact rule is one for all of a table's partitions.
        return own.keeps or (node in self.group.inherited and rule.exact)

    def _unfollowable(self, root: Node, rule: Rule) -> Iterator[Fault]:
        """Results that depend on more than the value, where another table has only the value."""
        for node, key in self.group.tied.items():
            yield self._fault(node, f"is tied by {key} to a generated column, and masked it would not match", "keep it")
        if not self.group.keyed:
            return
        others = [node for node in self.group.members if node not in self.group.inherited and node != root]
        shown = self._shown(others[0]) if others else ""
        if rule.where:
            what = f"has a condition, and {shown}, which references it, has not the columns that it reads"
            yield self._fault(root, what, "take `where` out")
        for name in (*rule.transform.reads, *rule.transform.follows):
            what = f"is masked by the help of {written(name)}, which {shown}, that references it, does not have"
            yield self._fault(root, what, "mask it by something that depends on its value alone")
        yield from self._cut_apart(rule.transform)

    def _cut_apart(self, transform: Transform) -> Iterator[Fault]:
        """Columns of one key that do not hold the same results."""
        lengths: dict[tuple[object, ...], Node] = {}
        for node in self.group.members:
            column = self._column(node)
            if column is not None and column.family in transform.takes:
                lengths.setdefault((transform.longest(column), column.family, column.array), node)
        if len(lengths) > 1:
            first, second = list(lengths.values())[:2]
            what = f"and {self._shown(second)} are of types in which {transform.name} gives different results"
            yield self._fault(first, what, "keep both, or mask them by something that fits both")

    def _written_differently(self) -> Iterator[Fault]:
        """Columns of a key in which one value may be written in two ways."""
        columns = [column for node in self.group.members if (column := self._column(node)) is not None]
        mixed = len({column.type for column in columns}) > 1
        loose = any(
            column.caseless
            or (column.family == "number" and (mixed or column.type == "numeric"))
            or (column.fixed and mixed)
            for column in columns
        )
        if self.group.keyed and loose:
            what = "is part of a foreign key: values that are equal but written differently (1.0 and 1.00, A and a)"
            yield self._fault(self.group.roots[0], f"{what} are masked apart, which the load would refuse")

    def _column(self, node: Node) -> Column | None:
        return self.names.full[node[0]].column(node[1])

    def _words(self, node: Node) -> str:
        column = self._column(node)
        return described(self.names.full[node[0]], column) if column else ""

    def _shown(self, node: Node) -> str:
        return self.names.shown(*node)

    def _fault(self, node: Node, what: str, hint: str = "") -> Fault:
        return Fault(self._shown(node), what, hint, *node)


def _done(rule: Rule) -> str:
    condition = f" where {rule.where}" if rule.where else ""
    return "kept" if rule.keeps else f"masked by {rule.transform.name}{condition}"


def _same(one: Rule, other: Rule) -> bool:
    """Whether two rules give the same results to the same values."""
    return (one.transform, one.where) == (other.transform, other.where) and (
        not (one.identity and other.identity) or one.identity == other.identity
    )
