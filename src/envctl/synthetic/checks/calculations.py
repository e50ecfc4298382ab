"""Columns that are to be what comes of others."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from envctl.synthetic.checks.expressions import Arithmetic, Constant, Expression, Ref, Rounded
from envctl.synthetic.checks.facts import Equal
from envctl.synthetic.checks.facts import Op as Sign
from envctl.synthetic.checks.kinds import NUMBERS, Kinds
from envctl.synthetic.checks.signs import TURNED
from envctl.synthetic.checks.sums import Alternatives, one
from envctl.synthetic.checks.terms import Terms, exactly
from envctl.synthetic.checks.tree import Call, Col, Const, Op, Tree
from envctl.synthetic.checks.tree import columns as columns_of
from envctl.synthetic.patterns import Unreadable

_FLOATS = frozenset({"real", "double precision"})


def solved(kinds: Kinds, op: Sign, left: Tree, right: Tree, terms: Terms | None) -> Alternatives | None:
    """A column that is to be what comes of others, or that and one more or less."""
    sides: tuple[tuple[Tree, Tree, Sign], ...] = ((left, right, op), (right, left, TURNED[op]))
    for mine, other, sign in sides:
        if isinstance(mine, Col) and sign != "<>" and mine.name not in columns_of(other):
            expression = written(kinds, other)
            if sign in {"<", ">"}:
                expression = Arithmetic("+" if sign == ">" else "-", expression, Constant(Decimal(1)))
            return _equal(kinds, mine.name, expression)
    if op == "=" and terms is not None and (found := _isolated(kinds, terms)) is not None:
        return found
    raise Unreadable("a calculation that no column alone is compared with")


def _isolated(kinds: Kinds, terms: Terms) -> Alternatives | None:
    """A sum that is 0: its last column, in the table's order, is what the others leave."""
    names = [column.name for column in kinds.table.columns]
    alone = [
        columns[0]
        for columns, factor in terms.items()
        if len(columns) == 1 and abs(factor) == 1 and not any(columns[0] in many for many in terms if many != columns)
    ]
    if not alone:
        return None
    last = max(alone, key=names.index)
    sign = -terms[last,]
    total: Expression | None = None
    for columns, factor in sorted(terms.items(), key=lambda term: (term[1] * sign < 0, term[0])):
        if columns != (last,) and factor:
            total = _with(total, columns, factor * sign)
    return None if total is None else _equal(kinds, last, total)


def _with(total: Expression | None, columns: tuple[str, ...], factor: Fraction) -> Expression:
    said = exactly(abs(factor))
    if said is None:
        raise Unreadable("a number with infinitely many digits")
    parts: list[Expression] = [Ref(column) for column in columns]
    if said != "1" or not parts:
        parts.insert(0, Constant(Decimal(said)))
    product = parts[0]
    for part in parts[1:]:
        product = Arithmetic("*", product, part)
    if total is None:
        return product if factor > 0 else Arithmetic("-", Constant(Decimal(0)), product)
    return Arithmetic("+" if factor > 0 else "-", total, product)


def _equal(kinds: Kinds, column: str, expression: Expression) -> Alternatives:
    if not expression.columns:
        raise Unreadable("a calculation without columns")
    if isinstance(expression, Ref):
        return one(Equal(column, expression))
    if any(kinds.column(name).base in _FLOATS for name in (column, *expression.columns)):
        raise Unreadable("a calculation with numbers that are not exact (real, double precision)")
    return one(Equal(column, expression))


def written(kinds: Kinds, tree: Tree) -> Expression:
    """A calculation that is the same to Postgres and to us. Raises Unreadable."""
    if isinstance(tree, Const) and tree.text is not None and kinds.of(tree) in NUMBERS:
        return Constant(Decimal(tree.text))
    if isinstance(tree, Col) and kinds.of(tree) in NUMBERS:
        return Ref(tree.name)
    if isinstance(tree, Call) and tree.name == "round" and digits(tree) is not None:
        return Rounded(written(kinds, tree.args[0]), digits(tree) or 0)
    if isinstance(tree, Op) and tree.sign in {"+", "-", "*"}:
        parts = [written(kinds, part) for part in tree.args]
        if len(parts) == 1:
            return Arithmetic("-" if tree.sign == "-" else "+", Constant(Decimal(0)), parts[0])
        return Arithmetic(tree.sign, parts[0], parts[1])  # type: ignore[arg-type]
    if isinstance(tree, Op) and tree.sign == "/" and isinstance(by := tree.args[1], Const) and by.text is not None:
        exact = exactly(1 / Fraction(by.text)) if Fraction(by.text) else None
        if kinds.of(tree) == "number" and exact is not None:
            return Arithmetic("*", written(kinds, tree.args[0]), Constant(Decimal(exact)))
    raise Unreadable("a calculation with something unusual in it")


def digits(call: Call) -> int | None:
    """How many digits are left behind the point by a function that rounds."""
    if len(call.args) == 1:
        return 0
    places = call.args[1]
    return int(places.text) if isinstance(places, Const) and places.text and places.text.isdecimal() else None
