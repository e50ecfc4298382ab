"""Conditions of numbers: what is reckoned with columns, and how it compares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

from envctl.synthetic.checks.calculations import digits, solved
from envctl.synthetic.checks.facts import Compare, High, Low, Multiple, Never, OneOf
from envctl.synthetic.checks.facts import Op as Sign
from envctl.synthetic.checks.kinds import NUMBERS, Kinds
from envctl.synthetic.checks.signs import TURNED
from envctl.synthetic.checks.sums import NEVER, Alternatives, both, either, one
from envctl.synthetic.checks.terms import Terms, difference, exactly, terms_of
from envctl.synthetic.checks.tree import Call, Cast, Col, Const, Op, Tree
from envctl.synthetic.patterns import Unreadable

_PLACES = Decimal(1).scaleb(-12)  # as far as a bound is written that has no end
_PAIR = 2
_WHOLE = frozenset({"round", "trunc", "floor", "ceil", "ceiling"})


def compared(kinds: Kinds, op: Sign, left: Tree, right: Tree) -> Alternatives | None:
    """What a comparison of numbers demands; None where it is none."""
    for one_side, other, sign in ((left, right, op), (right, left, TURNED[op])):
        if (found := _special(kinds, sign, one_side, other)) is not None:
            return found
    if not {kinds.of(left), kinds.of(right)} <= NUMBERS:
        return None
    terms = difference(kinds, left, right)
    if terms is not None and (found := _linear(terms, op)) is not None:
        return found
    return solved(kinds, op, left, right, terms)


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


_HOLDS: Mapping[Sign, Callable[[Fraction], bool]] = {
    "=": lambda n: n == 0,
    "<>": lambda n: n != 0,
    "<": lambda n: n < 0,
    "<=": lambda n: n <= 0,
    ">": lambda n: n > 0,
    ">=": lambda n: n >= 0,
}


def _special(kinds: Kinds, op: Sign, left: Tree, right: Tree) -> Alternatives | None:
    """Remainders, what is rounded, and what is without a sign."""
    if isinstance(left, Op) and left.sign == "%":
        left = Call("mod", left.args)
    if op == "=" and isinstance(right, Col) and kinds.of(right) in NUMBERS:
        return _unchanged(left, right)
    number = terms_of(kinds, right) if isinstance(right, Const) else None
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
        places = int(value) - (op == "<")
        return one(Multiple(inner.name, f"{Decimal(1).scaleb(-places):f}")) if places >= 0 else NEVER
    return None


def _unchanged(left: Tree, column: Col) -> Alternatives | None:
    """What is made of a number is that very number."""
    if isinstance(left, Cast) and left.inner == column and left.type in {"smallint", "integer", "bigint"}:
        return one(Multiple(column.name, "1"))
    if not isinstance(left, Call) or left.args[:1] != (column,):
        return None
    if left.name == "abs":
        return one(Low(column.name, "0"))
    if left.name in _WHOLE and (places := digits(left)) is not None:
        return one(Multiple(column.name, f"{Decimal(1).scaleb(-places):f}"))
    return None


def _remainder(kinds: Kinds, left: Call, op: Sign, rest: Fraction) -> Alternatives:
    column, by = left.args[0], terms_of(kinds, left.args[1])
    if not isinstance(column, Col) or by is None or set(by) != {()} or not by[()] or kinds.of(column) not in NUMBERS:
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
