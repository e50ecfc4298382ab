"""Where values are null, and where they are not."""

from __future__ import annotations

from abc import abstractmethod

from envctl.synthetic.checks.comparisons import Comparisons
from envctl.synthetic.checks.facts import Null
from envctl.synthetic.checks.sums import ALWAYS, NEVER, Alternatives, both, either, filled, one
from envctl.synthetic.checks.tree import (
    Call,
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
    walk,
)
from envctl.synthetic.patterns import Unreadable

NEGATED = {
    **{"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"},
    **{"~": "!~", "!~": "~", "~*": "!~*", "!~*": "~*", "~~": "!~~", "!~~": "~~", "~~*": "!~~*", "!~~*": "~~*"},
}
# What is null where one of its parts is, and only there.
_STRICT_SIGNS = frozenset({*NEGATED, "+", "-", "*", "/", "%", "||", "^@", "<@"})
_STRICT_CALLS = frozenset(
    {
        *("lower", "upper", "btrim", "ltrim", "rtrim", "left", "right", "substring", "substr", "replace", "strpos"),
        *("length", "char_length", "character_length", "octet_length", "bit_length", "cardinality", "starts_with"),
        *("abs", "mod", "sign", "round", "trunc", "floor", "ceil", "ceiling", "scale", "regexp_replace", "regexp_like"),
        *("now", "age", "date_part", "date_trunc", "isempty", "isfinite", "jsonb_typeof", "json_typeof"),
    }
)


class Nulls(Comparisons):
    """Reads what conditions of one table say of nulls."""

    @abstractmethod
    def meets(self, tree: Tree, *, want: bool, sure: bool = False) -> Alternatives:
        """The ways in which that comes of a condition, or null; if it is to be `sure`, not null."""

    def null(self, inner: Tree) -> Alternatives:
        """The ways in which a value is null."""
        if isinstance(inner, Const):
            return ALWAYS if inner.text is None else NEVER
        if isinstance(inner, Call) and inner.name == "coalesce":
            return both(*(self.null(part) for part in inner.args))
        if (
            isinstance(inner, Call)
            and inner.name == "array_position"
            and any(isinstance(arg, Const) and arg.text is None for arg in inner.args)
        ):
            return ALWAYS  # no array that is made has nulls in it
        self.strict(inner)
        return either(*(one(Null(column)) for column in columns(inner)))

    def not_null(self, inner: Tree) -> Alternatives:
        """The ways in which it is not."""
        if isinstance(inner, Const):
            return NEVER if inner.text is None else ALWAYS
        if isinstance(inner, Call) and inner.name == "coalesce":
            return either(*(self.not_null(part) for part in inner.args))
        if isinstance(inner, Call) and inner.name == "nullif":
            return both(self.not_null(inner.args[0]), self.meets(Op("<>", inner.args), want=True))
        if self.is_condition(inner) and not isinstance(inner, Col):
            return either(*(self.meets(inner, want=value, sure=True) for value in (True, False)))
        self.strict(inner)
        return filled(columns(inner))

    def strict(self, tree: Tree) -> None:
        """Raises Unreadable where it is not certain that something is null exactly where a part of it is."""
        for part in walk(tree):
            fine = (
                (isinstance(part, Col) and self.of(part) != "range")  # lower and upper of one may be null
                or isinstance(part, Items | Cast)
                or (isinstance(part, Const) and part.text is not None)
                or (isinstance(part, Op) and part.sign in _STRICT_SIGNS)
                or (isinstance(part, Call) and part.name in _STRICT_CALLS)
            )
            if not fine:
                raise Unreadable("IS NULL of something that is computed")

    def is_condition(self, tree: Tree) -> bool:
        """Whether a part is true or false, or unknown."""
        return isinstance(tree, Logic | Is | Every | Distinct) or self.of(tree) == "boolean"
