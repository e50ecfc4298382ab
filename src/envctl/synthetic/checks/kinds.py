"""What types the parts of a condition are of, and a condition without the casts that change no value."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from envctl.catalogue import Check, Column, Table
from envctl.masking.parts.arrays import parse as array_of
from envctl.masking.transforms.base import Unmaskable
from envctl.synthetic.checks.tree import Call, Cast, Col, Const, Items, Op, Tree, changed
from envctl.synthetic.patterns import Unreadable

_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("smallint", "integer", "bigint"), "integer"),
    **dict.fromkeys(("numeric", "real", "double precision"), "number"),
    **dict.fromkeys(("text", "character varying", "character", "bpchar", "name", "citext"), "text"),
    "date": "date",
    **dict.fromkeys(("timestamp without time zone", "timestamp with time zone"), "timestamp"),
    **dict.fromkeys(("time without time zone", "time with time zone"), "time"),
    "boolean": "boolean",
    "interval": "interval",
    **dict.fromkeys(("json", "jsonb"), "json"),
    "uuid": "uuid",
    "bytea": "bytes",
    **dict.fromkeys(("inet", "cidr"), "network"),
}
NUMBERS = frozenset({"integer", "number"})
_SAME = (NUMBERS, frozenset({"text"}), frozenset({"timestamp"}), frozenset({"json"}), frozenset({"time"}))
_LOGICAL = frozenset({"=", "<>", "<", "<=", ">", ">=", "~", "!~", "~*", "!~*", "~~", "!~~", "~~*", "!~~*"})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})


def kind_of_type(type_: str) -> str:
    """What a type is for comparing: `other` where that is not known."""
    if type_.endswith("[]"):
        return "array"
    bare = type_.rpartition(".")[2] if type_.endswith(".citext") else type_
    before, _, rest = bare.partition("(")
    return _KINDS.get(before + rest.partition(")")[2], "other")


class Kinds:
    """The types of one table's columns, and of what is made of them."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def column(self, name: str) -> Column:
        """The column of that name. Raises Unreadable for one that is computed."""
        column = self.table.column(name)
        if column is None:
            raise Unreadable(f"“{name}”, which is no column")
        if column.generated:
            raise Unreadable(f"“{name}”, which is computed")
        return column

    def of(self, tree: Tree) -> str:
        """What a part is for comparing."""
        if isinstance(tree, Col):
            return _kind(self.column(tree.name))
        if isinstance(tree, Const | Cast):
            return kind_of_type(tree.type)
        if isinstance(tree, Op):
            return self._reckoned(tree)
        if isinstance(tree, Call):
            return _RESULTS.get(tree.name, "other")
        return "array" if isinstance(tree, Items) else "boolean"

    def _reckoned(self, tree: Op) -> str:
        kinds = {self.of(part) for part in tree.args}
        if tree.sign in _LOGICAL:
            return "boolean"
        if tree.sign in _ARITHMETIC and kinds <= NUMBERS:
            return "number" if "number" in kinds else "integer"
        if tree.sign in {"+", "-"} and "interval" in kinds and kinds & {"date", "timestamp"}:
            return "timestamp"
        if tree.sign in {"+", "-"} and kinds == {"date", "integer"}:
            return "date"
        return "other"

    def plain(self, tree: Tree, check: Check) -> Tree:
        """A condition without casts that change no value, a domain's VALUE as the column. Raises Unreadable."""
        column = self.table.column(check.columns[0]) if check.columns else None
        of_domain = "." in check.name and len(check.columns) == 1 and self.table.column("VALUE") is None

        def change(part: Tree) -> Tree:
            if part == Col("VALUE") and of_domain and column is not None:
                if column.type.endswith("[]"):
                    raise Unreadable("a condition of each item of an array")
                return Col(column.name)
            return self._uncast(part) if isinstance(part, Cast) else _items(part)

        return changed(tree, change)

    def _uncast(self, cast: Cast) -> Tree:
        inner, to = cast.inner, kind_of_type(cast.type)
        if isinstance(inner, Items) and to == "array":
            return Items(tuple(self._uncast(Cast(item, cast.type.removesuffix("[]"))) for item in inner.args))
        if isinstance(inner, Call) and inner.name == "now" and to in {"timestamp", "date"}:
            return cast if to == "date" else inner
        kind = self.of(inner)
        limited = "(" in cast.type
        if isinstance(inner, Const):
            return _constant(inner, kind, cast)
        if {kind, to} <= NUMBERS and (to == "number" or kind == "integer") and not limited:
            return inner
        if not limited and (
            (kind == to and any(kind in same for same in _SAME)) or (kind, to) == ("date", "timestamp")
        ):
            return inner  # points in time without an offset are the session's, which is UTC here
        return inner if (kind, to) == ("enum", "text") else cast


def _kind(column: Column) -> str:
    if column.array:
        return "array"
    if column.base.endswith("range") and not column.base.endswith("multirange"):
        return "range"
    return "interval" if column.base == "interval" else column.family


def _constant(inner: Const, kind: str, cast: Cast) -> Tree:
    to = kind_of_type(cast.type)
    if inner.text is None:
        return Const(None, cast.type)
    exact = kind in NUMBERS and to == "integer" and Decimal(inner.text) == Decimal(inner.text).to_integral_value()
    same = kind == to or (kind, to) == ("date", "timestamp") or kind == "text"
    if exact or (kind in NUMBERS and to == "number" and "(" not in cast.type) or (same and "(" not in cast.type):
        return Const(inner.text, cast.type)
    return cast


def _items(part: Tree) -> Tree:
    """The constant of an array as an array of constants."""
    if not isinstance(part, Const) or part.text is None or not part.type.endswith("[]"):
        return part
    try:
        found = array_of(part.text)
    except Unmaskable:
        raise Unreadable("an array") from None
    if found.bounds or any(isinstance(item, list) for item in found.items):
        raise Unreadable("an array of arrays")
    item_type = part.type.removesuffix("[]")
    return Items(tuple(Const(item, item_type) for item in found.items if not isinstance(item, list)))


_RESULTS: Mapping[str, str] = {
    **dict.fromkeys(("lower", "upper", "btrim", "ltrim", "rtrim", "left", "right", "substring", "substr"), "text"),
    **dict.fromkeys(("replace", "regexp_replace", "jsonb_typeof", "json_typeof", "concat", "initcap"), "text"),
    **dict.fromkeys(("length", "char_length", "character_length", "octet_length", "bit_length", "strpos"), "integer"),
    **dict.fromkeys(("cardinality", "array_length", "num_nulls", "num_nonnulls"), "integer"),
    **dict.fromkeys(("isempty", "isfinite", "starts_with", "regexp_like"), "boolean"),
    **dict.fromkeys(("round", "trunc", "floor", "ceil", "ceiling", "date_part", "sign"), "number"),
    "now": "timestamp",
    "age": "interval",
    "date_trunc": "timestamp",
    **dict.fromkeys(("abs", "mod"), "number"),
}
