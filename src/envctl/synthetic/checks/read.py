"""What a condition lets a row hold: all ways to meet it, each as facts that hold together.

A condition of SQL is met where it is not false: also where it is unknown, as it is about nulls. What is returned is
enough: rows that fit one of the alternatives meet the condition. It need not be all that does.
"""

from __future__ import annotations

from envctl.catalogue import Check, Table
from envctl.synthetic.checks.facts import OneOf
from envctl.synthetic.checks.limits import Contradiction, consistent
from envctl.synthetic.checks.moments import EARLIEST, LATEST
from envctl.synthetic.checks.nulls import NEGATED, Nulls
from envctl.synthetic.checks.parse import parse
from envctl.synthetic.checks.signs import TURNED
from envctl.synthetic.checks.sums import ALWAYS, NEVER, Alternatives, both, either, filled, one, widest
from envctl.synthetic.checks.tree import (
    FALSE,
    TRUE,
    Call,
    Case,
    Cast,
    Col,
    Const,
    Distinct,
    Every,
    Is,
    Items,
    Logic,
    Op,
    Tree,
    columns,
    replaced,
    walk,
)
from envctl.synthetic.patterns import Unreadable

_COUNTS = {"num_nulls": False, "num_nonnulls": True}
# What is so compared with all of several values, and with one of them otherwise.
_EXTREMES = {"greatest": frozenset({"<", "<="}), "least": frozenset({">", ">="})}
_ORDERED = frozenset({"<", "<=", ">", ">="})
_THIS_YEAR = tuple(
    Call("date_part", (Const("year", "text"), now)) for now in (Call("now", ()), Cast(Call("now", ()), "date"))
)
_SPLITS = 10  # conditions in a value that are looked at both ways


def read(check: Check, table: Table) -> Alternatives:
    """All ways to meet a condition of a table, or of a domain that one of its columns is of.

    Raises Unreadable, which says what part is not understood, and Contradiction where no row could meet it but, as far
    as that is allowed, with nulls.
    """
    reader = _Reader(table)
    found = reader.meets(reader.plain(parse(check.text), check), want=True)
    possible = tuple(alternative for alternative in found if consistent(alternative, table))
    if not possible and reader.passed_over is not None:
        raise reader.passed_over
    if not possible:
        raise Contradiction("no value can meet it")
    return widest(possible)


class _Reader(Nulls):
    """Reads conditions of one table. `want` is what must come of one, or null; if it is `sure`, not null either."""

    _splits = 0
    passed_over: Unreadable | None = None  # a way to meet it that is not understood, where there are others

    def meets(self, tree: Tree, *, want: bool, sure: bool = False) -> Alternatives:
        """The ways in which that comes of a condition."""
        match tree:
            case Logic():
                found = self._combined(tree, want=want, sure=sure)
            case Const():
                found = self._constant(tree, want=want, sure=sure)
            case Is():
                found = self._is(tree, want=want)
            case Distinct():
                found = self._distinct(tree, want=want)
            case Every():
                found = self._every(tree, want=want, sure=sure)
            case Case():
                branches = self._branches(tree)
                found = either(*(both(way, self.meets(then, want=want, sure=sure)) for way, then in branches))
            case Op(args=(_, _)):
                found = self._operator(tree, want=want, sure=sure)
            case _:
                found = self._said(tree, want=want, sure=sure)
        return found

    def _said(self, tree: Tree, *, want: bool, sure: bool) -> Alternatives:
        """A column or a function that says yes or no by itself."""
        if isinstance(tree, Col) and self.of(tree) == "boolean":
            return self._surely(one(OneOf(tree.name, ("true" if want else "false",))), tree, sure=sure)
        if isinstance(tree, Call) and (ways := self._ways(tree, sure=sure)) is not None:
            return either(*(both(way, self.meets(then, want=want, sure=sure)) for way, then in ways))
        if isinstance(tree, Call):
            return self._surely(self.called(tree, want=want), tree, sure=sure)
        raise Unreadable("a value where a condition must stand")

    def _surely(self, found: Alternatives, tree: Tree, *, sure: bool) -> Alternatives:
        """With nothing that is null, if it must be sure."""
        if not sure:
            return found
        self.strict(tree)
        return both(found, filled(columns(tree)))

    def _combined(self, tree: Logic, *, want: bool, sure: bool) -> Alternatives:
        if tree.word == "not":
            return self.meets(tree.args[0], want=not want, sure=sure)
        parts = (self.meets(part, want=want, sure=sure) for part in tree.args)
        return both(*parts) if (tree.word == "and") == want else either(*self._understood(tree, want=want, sure=sure))

    def _understood(self, tree: Logic, *, want: bool, sure: bool) -> list[Alternatives]:
        """Those of some ways that are understood: one is enough. Raises Unreadable where none is."""
        found: list[Alternatives] = []
        odd: Unreadable | None = None
        for part in tree.args:
            try:
                found.append(self.meets(part, want=want, sure=sure))
            except Unreadable as unreadable:
                odd = unreadable
        if odd is not None and not any(found):
            raise odd
        self.passed_over = odd or self.passed_over
        return found

    def _constant(self, tree: Const, *, want: bool, sure: bool) -> Alternatives:
        if tree.text is None:
            return NEVER if sure else ALWAYS
        if tree.type != "boolean":
            raise Unreadable("a value where a condition must stand")
        return ALWAYS if (tree.text in {"true", "t"}) == want else NEVER

    def _is(self, tree: Is, *, want: bool) -> Alternatives:
        wanted = want != tree.negated
        if tree.what in {"true", "false"}:
            truth = tree.what == "true"
            return self.meets(tree.inner, want=truth == wanted, sure=wanted)
        if tree.what == "unknown":
            raise Unreadable("IS UNKNOWN")
        return self.null(tree.inner) if wanted else self.not_null(tree.inner)

    def _distinct(self, tree: Distinct, *, want: bool) -> Alternatives:
        """Two values, or nulls, that are alike or not."""
        left, right = tree.left, tree.right
        if self.is_condition(left) and self.is_condition(right):  # both are sure, or nobody knows
            return self._operator(Op("<>" if want else "=", (left, right)), want=True, sure=True)
        if isinstance(left, Const):
            left, right = right, left
        if isinstance(right, Const):
            if right.text is None:
                return self.not_null(left) if want else self.null(left)
            alike = self.meets(Op("=", (left, right)), want=True, sure=True)
            return either(self.null(left), self.meets(Op("<>", (left, right)), want=True)) if want else alike
        if want:
            return both(self.meets(Op("<>", (left, right)), want=True), self.not_null(left))
        alike = self.meets(Op("=", (left, right)), want=True, sure=True)
        return either(alike, both(self.null(left), self.null(right)))

    def _branches(self, case: Case) -> list[tuple[Alternatives, Tree]]:
        """What comes of each branch, and the ways in which it is the one."""
        found: list[tuple[Alternatives, Tree]] = []
        before: Alternatives = ALWAYS
        for when, then in case.whens:
            found.append((both(before, self.meets(when, want=True, sure=True)), then))
            before = both(before, self.meets(when, want=False))
        return [(way, then) for way, then in (*found, (before, case.otherwise)) if way]

    def _every(self, tree: Every, *, want: bool, sure: bool) -> Alternatives:
        if isinstance(tree.left, Const) and isinstance(tree.right, Col) and tree.sign == "=" and not tree.all and want:
            return self._surely(self.holding(tree.right, tree.left), tree, sure=sure)
        if not isinstance(tree.right, Items):
            raise Unreadable("a comparison with the items of something that is no list")
        each = (self.meets(Op(tree.sign, (tree.left, item)), want=want, sure=sure) for item in tree.right.args)
        return both(*each) if tree.all == want else either(*each)

    def _operator(self, tree: Op, *, want: bool, sure: bool) -> Alternatives:
        left, right = tree.args
        tree = Op(self.own(tree.sign, left), tree.args)
        if tree.sign in {"=", "<>"} and self.is_condition(left) and self.is_condition(right):
            alike = (tree.sign == "=") == want
            return either(
                *(
                    both(self.meets(left, want=value, sure=sure), self.meets(right, want=value == alike, sure=sure))
                    for value in (True, False)
                )
            )
        if (extreme := self._extreme(tree, want=want, sure=sure)) is not None:
            return extreme
        if tree.sign not in NEGATED and tree.sign not in {"^@", "<@", "&&", "@>"}:
            raise Unreadable(f"the operator {tree.sign}")
        for part in walk(tree):
            if part in _THIS_YEAR and tree.sign in _ORDERED:  # between two years: what holds in both, holds
                years = (Const(str(at.year), "integer") for at in (EARLIEST, LATEST))
                return both(*(self.meets(replaced(tree, part, year), want=want, sure=sure) for year in years))
            if (ways := self._ways(part, sure=sure)) is not None:
                return self._split(tree, part, ways, want=want, sure=sure)
        if any(isinstance(part, Const) and part.text is None for part in tree.args):
            return NEVER if sure else ALWAYS
        if not want and tree.sign in NEGATED:
            found = self.compared(NEGATED[tree.sign], left, right)
        else:
            found = self.compared(tree.sign, left, right) if want else self.uncontained(tree.sign, left, right)
        return self._surely(found, tree, sure=sure)

    def _extreme(self, tree: Op, *, want: bool, sure: bool) -> Alternatives | None:
        """The greatest or the least of several values stands so to another; nulls are not among them."""
        left, right = tree.args
        sign = tree.sign if want else NEGATED.get(tree.sign, "")
        if isinstance(right, Call) and right.name in _EXTREMES and sign in TURNED:
            left, right, sign = right, left, TURNED[sign]
        if not isinstance(left, Call) or left.name not in _EXTREMES or sign not in _ORDERED:
            return None
        if sign in _EXTREMES[left.name] and not sure:
            return both(*(self.meets(Op(sign, (value, right)), want=True) for value in left.args))
        each = (self.meets(Op(sign, (value, right)), want=True, sure=True) for value in left.args)
        return both(*each) if sign in _EXTREMES[left.name] else either(*each)

    def _ways(self, part: Tree, *, sure: bool) -> list[tuple[Alternatives, Tree]] | None:
        """What a value can be, and when, where it depends on a condition."""
        if isinstance(part, Case):
            return self._branches(part)
        if isinstance(part, Cast) and part.type == "integer" and self.is_condition(part.inner):
            values = ((True, Const("1", "integer")), (False, Const("0", "integer")))
            return [(self.meets(part.inner, want=value, sure=sure), number) for value, number in values]
        if isinstance(part, Call) and part.name == "coalesce" and part.args:
            return self._first(part.args[0], part.args[1:])
        if isinstance(part, Call) and part.name in _COUNTS:
            total: Tree = Const("0", "integer")
            for one_of in part.args:
                total = Op("+", (total, Cast(Is(one_of, "null", _COUNTS[part.name]), "integer")))
            return [(ALWAYS, total)]
        return None

    def _first(self, first: Tree, rest: tuple[Tree, ...]) -> list[tuple[Alternatives, Tree]]:
        """The first value that is not null."""
        if not rest:
            return [(ALWAYS, first)]
        if self.is_condition(first) and not isinstance(first, Col):
            return [(self.meets(first, want=value, sure=True), TRUE if value else FALSE) for value in (True, False)]
        return [(self.not_null(first), first), (self.null(first), Call("coalesce", rest))]

    def _split(
        self, tree: Tree, part: Tree, ways: list[tuple[Alternatives, Tree]], *, want: bool, sure: bool
    ) -> Alternatives:
        """One way or another, and in each the condition with what the part is then."""
        self._splits += 1
        if self._splits > 1 << _SPLITS:
            raise Unreadable("a condition with too many others within it")
        parts = [(way, self.meets(replaced(tree, part, value), want=want, sure=sure)) for way, value in ways if way]
        return either(*(both(way, then) for way, then in parts if then))
