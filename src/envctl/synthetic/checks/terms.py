"""Values as sums of products of columns, reckoned exactly."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from envctl.synthetic.checks.kinds import NUMBERS, Kinds
from envctl.synthetic.checks.tree import Col, Const, Op, Tree

# What a column's values are multiplied by: the columns in a product, and the number before it.
Terms = Mapping[tuple[str, ...], Fraction]


def difference(kinds: Kinds, left: Tree, right: Tree) -> Terms | None:
    """What is left of one value without another; None where that is no sum of products."""
    one_side, other = terms_of(kinds, left), terms_of(kinds, right)
    return None if one_side is None or other is None else _added(one_side, other, -1)


def terms_of(kinds: Kinds, tree: Tree) -> Terms | None:
    """A value as a sum of products; None where it is none, or one that is rounded."""
    if isinstance(tree, Const):
        return {(): Fraction(tree.text)} if tree.text is not None and kinds.of(tree) in NUMBERS else None
    if isinstance(tree, Col):
        return {(tree.name,): Fraction(1)} if kinds.of(tree) in NUMBERS else None
    if not isinstance(tree, Op):
        return None
    parts = [terms_of(kinds, part) for part in tree.args]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if len(known) == 1:
        return _added({}, known[0], -1 if tree.sign == "-" else 1) if tree.sign in {"-", "+"} else None
    return _combined(kinds, tree, known[0], known[1])


def _combined(kinds: Kinds, tree: Op, left: Terms, right: Terms) -> Terms | None:
    if tree.sign in {"+", "-"}:
        return _added(left, right, 1 if tree.sign == "+" else -1)
    if tree.sign == "*":
        product: dict[tuple[str, ...], Fraction] = {}
        for mine, factor in left.items():
            for yours, other in right.items():
                columns = tuple(sorted((*mine, *yours)))
                product[columns] = product.get(columns, Fraction(0)) + factor * other
        return product
    exact = tree.sign == "/" and kinds.of(tree) == "number" and set(right) == {()} and right[()]
    return {columns: factor / right[()] for columns, factor in left.items()} if exact else None


def _added(left: Terms, right: Terms, times: int) -> Terms:
    total = dict(left)
    for columns, factor in right.items():
        total[columns] = total.get(columns, Fraction(0)) + times * factor
    return {columns: factor for columns, factor in total.items() if factor or not columns}


def exactly(value: Fraction) -> str | None:
    """A number as Postgres writes it; None where it has no end."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest > 1:
        return None
    found = f"{Decimal(value.numerator) / value.denominator:f}"
    return found.rstrip("0").rstrip(".") if "." in found else found
