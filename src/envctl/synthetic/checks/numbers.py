"""Conditions of numbers: what is reckoned with columns, and how it compares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

from envctl.synthetic.checks.expressions import Arithmetic, Constant, Expression, Ref, Rounded
from envctl.synthetic.checks.facts import Compare, Equal, High, Low, Multiple, Never, OneOf
from envctl.synthetic.checks.facts import Op as Sign
from envctl.synthetic.checks.kinds import Kinds
from envctl.synthetic.checks.sums import NEVER, Alternatives, both, either, one
from envctl.synthetic.checks.tree import Call, Cast, Col, Const, Op, Tree
from envctl.synthetic.checks.tree import columns as columns_of
from envctl.synthetic.patterns import Unreadable

# What a column's values are multiplied by: the columns in a product, and the number before it.
Terms = Mapping[tuple[str, ...], Fraction]

TURNED: Mapping[str, Sign] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_NUMBERS = frozenset({"integer", "number"})
_FLOATS = frozenset({"real", "double precision"})
_PLACES = Decimal(1).scaleb(-12)  # as far as a bound is written that has no end
_PAIR = 2
_WHOLE = frozenset({"round", "trunc", "floor", "ceil", "ceiling"})


def compared(kinds: Kinds, op: Sign, left: Tree, right: Tree) -> Alternatives | None:
    """What a comparison of numbers demands; None where it is none."""
    for one_side, other, sign in ((left, right, op), (right, left, TURNED[op])):
        if (found := _special(kinds, sign, one_side, other)) is not None:
            return found
    if not {kinds.of(left), kinds.of(right)} <= _NUMBERS:
        return None
    terms = _difference(kinds, left, right)
    if terms is not None and (found := _linear(terms, op)) is not None:
        return found
    return _solved(kinds, op, left, right, terms)


def _difference(kinds: Kinds, left: Tree, right: Tree) -> Terms | None:
    one_side, other = _terms(kinds, left), _terms(kinds, right)
    return None if one_side is None or other is None else _added(one_side, other, -1)


def _terms(kinds: Kinds, tree: Tree) -> Terms | None:
    """A value as a sum of products; None where it is none, or one that is rounded."""
    if isinstance(tree, Const):
        return {(): Fraction(tree.text)} if tree.text is not None and kinds.of(tree) in _NUMBERS else None
    if isinstance(tree, Col):
        return {(tree.name,): Fraction(1)} if kinds.of(tree) in _NUMBERS else None
    if not isinstance(tree, Op):
        return None
    parts = [_terms(kinds, part) for part in tree.args]
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


def _linear(terms: Terms, op: Sign) -> Alternatives | None:
    """What a sum that stands so to 0 demands; None where it is not of one column, or a plain one."""
    rest = terms.get((), Fraction(0))
    factors = {columns: factor for columns, factor in terms.items() if columns}
    if not factors:
        return one() if _HOLDS[op](rest) else NEVER
    if len(factors) == 1 and not rest and op in {"<", "<=", ">", ">="}:
        ((columns, factor),) = factors.items()
        return _signs(columns, op if factor > 0 else TURNED[op])
    if any(len(columns) > 1 for columns in factors):
        return None
    if len(factors) == 1:
        (((column,), factor),) = factors.items()
        return single(column, op if factor > 0 else TURNED[op], -rest / factor)
    if len(factors) == _PAIR and op != "=" and not sum(factors.values()):
        ((left,), factor), ((right,), _) = factors.items()
        offset = exactly(-rest / factor)
        return None if offset is None else _pair(left, op if factor > 0 else TURNED[op], right, offset)
    return _shared(factors, op, rest)


def _pair(left: str, op: Sign, right: str, offset: str) -> Alternatives:
    return one(Compare(left, op, right, "" if offset == "0" else offset))


def _signs(columns: tuple[str, ...], op: Sign) -> Alternatives | None:
    """A product that is above or below 0."""
    if op in {">", ">="}:
        return one(*(Low(column, "0", op == ">") for column in columns))
    return one(High(columns[0], "0", op == "<")) if len(columns) == 1 else None


def _shared(factors: Terms, op: Sign, rest: Fraction) -> Alternatives | None:
    """Several columns that add up to no more, or no less, than a number: each has its share of it."""
    if op not in {"<", "<=", ">", ">="} or len({factor > 0 for factor in factors.values()}) > 1:
        return None
    shares = [
        single(column, op if factor > 0 else TURNED[op], -rest / len(factors) / factor)
        for (column,), factor in factors.items()
    ]
    return both(*shares)


def single(column: str, op: Sign, value: Fraction) -> Alternatives:
    """A column that stands so to a number."""
    exact = exactly(value)
    if op in {"=", "<>"}:
        if exact is None:
            raise Unreadable("a number with infinitely many digits")
        return one(OneOf(column, (exact,)) if op == "=" else Never(column, (exact,)))
    above = op in {">", ">="}
    if exact is None:
        rounding = ROUND_CEILING if above else ROUND_FLOOR
        exact = f"{(Decimal(value.numerator) / value.denominator).quantize(_PLACES, rounding):f}"
    return one((Low if above else High)(column, exact, op in {"<", ">"}))


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


_HOLDS: Mapping[Sign, Callable[[Fraction], bool]] = {
    "=": lambda n: n == 0,
    "<>": lambda n: n != 0,
    "<": lambda n: n < 0,
    "<=": lambda n: n <= 0,
    ">": lambda n: n > 0,
    ">=": lambda n: n >= 0,
}


def _solved(kinds: Kinds, op: Sign, left: Tree, right: Tree, terms: Terms | None) -> Alternatives | None:
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
    if isinstance(tree, Const) and tree.text is not None and kinds.of(tree) in _NUMBERS:
        return Constant(Decimal(tree.text))
    if isinstance(tree, Col) and kinds.of(tree) in _NUMBERS:
        return Ref(tree.name)
    if isinstance(tree, Call) and tree.name == "round" and _digits(tree) is not None:
        return Rounded(written(kinds, tree.args[0]), _digits(tree) or 0)
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


def _digits(call: Call) -> int | None:
    """How many digits are left behind the point by a function that rounds."""
    if len(call.args) == 1:
        return 0
    places = call.args[1]
    return int(places.text) if isinstance(places, Const) and places.text and places.text.isdecimal() else None


def _special(kinds: Kinds, op: Sign, left: Tree, right: Tree) -> Alternatives | None:
    """Remainders, what is rounded, and what is without a sign."""
    if isinstance(left, Op) and left.sign == "%":
        left = Call("mod", left.args)
    if op == "=" and isinstance(right, Col) and kinds.of(right) in _NUMBERS:
        return _unchanged(left, right)
    number = _terms(kinds, right) if isinstance(right, Const) else None
    if number is None or not isinstance(left, Call) or not left.args:
        return None
    value, inner = number[()], left.args[0]
    if left.name == "mod":
        return _remainder(kinds, left, op, value)
    if left.name == "abs":
        return _size(kinds, inner, op, value)
    return _digits_of(left, inner, op, value) if isinstance(inner, Col) else None


def _digits_of(left: Call, inner: Col, op: Sign, value: Fraction) -> Alternatives | None:
    """The sign of a column, and how many digits it has behind the point."""
    if left.name == "sign" and op == "=" and abs(value) == 1:
        return single(inner.name, ">" if value > 0 else "<", Fraction(0))
    if left.name == "scale" and op in {"<=", "<"} and value.denominator == 1:
        digits = int(value) - (op == "<")
        return one(Multiple(inner.name, f"{Decimal(1).scaleb(-digits):f}")) if digits >= 0 else NEVER
    return None


def _unchanged(left: Tree, column: Col) -> Alternatives | None:
    """What is made of a number is that very number."""
    if isinstance(left, Cast) and left.inner == column and left.type in {"smallint", "integer", "bigint"}:
        return one(Multiple(column.name, "1"))
    if not isinstance(left, Call) or left.args[:1] != (column,):
        return None
    if left.name == "abs":
        return one(Low(column.name, "0"))
    if left.name in _WHOLE and (digits := _digits(left)) is not None:
        return one(Multiple(column.name, f"{Decimal(1).scaleb(-digits):f}"))
    return None


def _remainder(kinds: Kinds, left: Call, op: Sign, rest: Fraction) -> Alternatives:
    column, by = left.args[0], _terms(kinds, left.args[1])
    if not isinstance(column, Col) or by is None or set(by) != {()} or not by[()] or kinds.of(column) not in _NUMBERS:
        raise Unreadable("a remainder of something unusual")
    size = abs(by[()])
    if op == "=" and abs(rest) >= size:
        return NEVER
    if op == "<>" and size > 1:
        rest, op = Fraction(0 if rest else 1), "="
    said, whole = exactly(rest), exactly(size)
    if op != "=" or said is None or whole is None:
        raise Unreadable("a remainder that is compared by its size")
    return one(Multiple(column.name, whole, said))


def _size(kinds: Kinds, inner: Tree, op: Sign, value: Fraction) -> Alternatives:
    """What has a size without its sign."""
    if value < 0 and op == "=":
        return NEVER
    said, opposite = exactly(value), exactly(-value)
    if said is None or opposite is None:
        raise Unreadable("a number with infinitely many digits")
    other: Sign = op if op in {"=", "<>"} else TURNED[op]
    above = compared(kinds, op, inner, Const(said, "numeric"))
    below = compared(kinds, other, inner, Const(opposite, "numeric"))
    if above is None or below is None:
        raise Unreadable("abs of something unusual")
    return both(above, below) if op in {"<", "<=", "<>"} else either(above, below)
