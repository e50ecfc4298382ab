"""What a single comparison, or a function that says yes or no, demands of the columns in it."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.synthetic.checks import days, moments, numbers, texts
from envctl.synthetic.checks.facts import Compare, High, Kind, Length, Low, Never, OneOf, Proper
from envctl.synthetic.checks.facts import Op as Sign
from envctl.synthetic.checks.kinds import Kinds
from envctl.synthetic.checks.likes import escaped
from envctl.synthetic.checks.signs import TURNED
from envctl.synthetic.checks.sums import NEVER, Alternatives, one
from envctl.synthetic.checks.tree import Call, Col, Const, Items, Tree, columns
from envctl.synthetic.patterns import Unreadable

_SIGNS: Mapping[str, Sign] = {sign: sign for sign in TURNED.values()}
# Types whose values are the same where their texts are, as Postgres writes them.
_EQUATED = frozenset(
    {"text", "enum", "uuid", "bytes", "network", "json", "time", "interval", "range", "array", "boolean"}
)
_ORDERED = frozenset({"time", "interval"})
_JSON_KINDS = ("object", "array", "string", "number", "boolean", "null")
_PAIR = 2


class Comparisons(Kinds):
    """Reads comparisons of one table's columns."""

    def compared(self, op: str, left: Tree, right: Tree) -> Alternatives:
        """The ways in which two values stand so to each other, or one is null. Raises Unreadable."""
        if op == "^@":
            return texts.begins(self, left, right)
        if op == "<@":
            return self._within(left, right)
        if isinstance(left, Const) and isinstance(right, Const):
            return self._constants(op, left, right)
        if op in texts.MATCHING:
            return texts.matched(self, op, left, right)
        if op not in _SIGNS:
            raise Unreadable(f"the operator {op}")
        return self._sized(_SIGNS[op], left, right)

    def _sized(self, sign: Sign, left: Tree, right: Tree) -> Alternatives:
        """With the constant on the right."""
        turned = TURNED[sign]
        if isinstance(left, Const):
            left, right, sign, turned = right, left, turned, sign
        for reader, as_sign, this, other in (
            (texts.compared, sign, left, right),
            (texts.compared, turned, right, left),
            (days.compared, sign, left, right),
            (days.compared, turned, right, left),
            (moments.compared, sign, left, right),
            (numbers.compared, sign, left, right),
        ):
            if (found := reader(self, as_sign, this, other)) is not None:
                return found
        return self._others(sign, left, right)

    def uncontained(self, op: str, left: Tree, right: Tree) -> Alternatives:
        """The ways in which an operator that has no opposite does not hold."""
        if op == "^@":
            return texts.begins(self, left, right, want=False)
        raise Unreadable(f"NOT of {op}")

    def called(self, call: Call, *, want: bool) -> Alternatives:
        """The ways in which a function says so."""
        first = call.args[0] if call.args else None
        if call.name == "starts_with" and len(call.args) == _PAIR:
            return texts.begins(self, call.args[0], call.args[1], want=want)
        if call.name == "regexp_like" and len(call.args) == _PAIR:
            return texts.matches(self, call.args[0], call.args[1], want=want)
        if call.name == "isempty" and isinstance(first, Col) and not want:
            return one(Proper(first.name))
        if call.name == "isfinite" and isinstance(first, Col) and self.of(first) in {"date", "timestamp"} and want:
            return one(Never(first.name, ("infinity", "-infinity")))
        raise Unreadable(f"the function {call.name}")

    def own(self, op: str, left: Tree) -> str:
        """An operator of an extension's type as the one it is like."""
        schema, _, sign = op.rpartition(".")
        if not schema:
            return op
        if any(not self.column(name).caseless for name in columns(left)) or not columns(left):
            raise Unreadable(f"the operator {op}")
        return sign

    def _constants(self, op: str, left: Const, right: Const) -> Alternatives:
        if {self.of(left), self.of(right)} <= {"integer", "number"} and op in _SIGNS:
            found = numbers.compared(self, _SIGNS[op], left, right)
            return NEVER if found is None else found
        if op in {"=", "<>"}:
            return one() if (left.text == right.text) == (op == "=") else NEVER
        raise Unreadable("a comparison of constants")

    def _others(self, op: Sign, left: Tree, right: Tree) -> Alternatives:
        """Types that are neither numbers nor points in time, and functions of them."""
        if isinstance(left, Call):
            return self._of_call(op, left, right)
        if not isinstance(left, Col):
            raise Unreadable("a comparison of something that is computed")
        if isinstance(right, Col):
            return self._columns(op, left, right)
        if isinstance(right, Items):
            return self._listed(op, left, right)
        if not isinstance(right, Const) or right.text is None:
            raise Unreadable(f"a comparison of “{left.name}” with something that is computed")
        return self._with_constant(op, left, right.text)

    def _with_constant(self, op: Sign, left: Col, text: str) -> Alternatives:
        kind = self.of(left)
        if op in {"=", "<>"} and kind in _EQUATED:
            return self._same(op, left, kind, text)
        if kind == "enum":
            return self._of_labels(op, left, text)
        if kind == "text" and not text and op == ">":
            return one(Length(left.name, 1))
        if kind in _ORDERED:
            return one((Low if op in {">", ">="} else High)(left.name, text, op in {"<", ">"}))
        raise Unreadable(f"the order of {self.column(left.name).type}")

    def _same(self, op: Sign, left: Col, kind: str, text: str) -> Alternatives:
        """A column is a constant, or is not."""
        if op == "=":
            return one(OneOf(left.name, (text,)))
        if kind == "text" and not text:
            return one(Length(left.name, 1))
        if kind == "text" and self.column(left.name).caseless:
            return texts.matches(self, left, Const(f"(?i)^{escaped(text)}$", "text"), want=False)
        if kind == "range" and text == "empty":
            return one(Proper(left.name))
        return one(Never(left.name, (text,)))

    def _of_labels(self, op: Sign, left: Col, label: str) -> Alternatives:
        """Labels before or behind another."""
        labels = self.column(left.name).labels
        if label not in labels:
            raise Unreadable("a label that the enum does not have")
        at = labels.index(label)
        fits = {"<": labels[:at], "<=": labels[: at + 1], ">": labels[at + 1 :], ">=": labels[at:]}[op]
        return one(OneOf(left.name, fits)) if fits else NEVER

    def _columns(self, op: Sign, left: Col, right: Col) -> Alternatives:
        one_kind, other = self.of(left), self.of(right)
        if one_kind != other or one_kind not in (_EQUATED if op in {"=", "<>"} else _ORDERED):
            raise Unreadable(f"the order of “{left.name}” and “{right.name}”")
        return one(Compare(left.name, op, right.name))

    def _listed(self, op: Sign, left: Col, right: Items) -> Alternatives:
        """An array that is another, or is not."""
        if right.args or self.of(left) != "array" or op not in {"=", "<>"}:
            raise Unreadable("a comparison of arrays")
        return one(OneOf(left.name, ("{}",))) if op == "=" else one(Length(left.name, 1, unit="items"))

    def _within(self, left: Tree, right: Tree) -> Alternatives:
        """An array of nothing but some items."""
        known = isinstance(right, Items) and all(isinstance(item, Const) for item in right.args)
        if not isinstance(left, Col) or not isinstance(right, Items) or not known or self.of(left) != "array":
            raise Unreadable("the operator <@")
        said = [_quoted(item.text) for item in right.args if isinstance(item, Const) and item.text is not None]
        every = f"{{{','.join(said)}}}"
        return one(OneOf(left.name, tuple(dict.fromkeys((*(f"{{{item}}}" for item in said), every)))))

    def holding(self, array: Col, item: Const) -> Alternatives:
        """An array that an item is in."""
        if self.of(array) != "array" or item.text is None:
            raise Unreadable("a comparison with the items of something that is no list")
        return one(OneOf(array.name, (f"{{{_quoted(item.text)}}}",)))

    def _of_call(self, op: Sign, left: Call, right: Tree) -> Alternatives:
        first = left.args[0] if left.args else None
        if not isinstance(first, Col) or len(left.args) != 1:
            raise Unreadable(f"the function {left.name}")
        if left.name in {"jsonb_typeof", "json_typeof"} and isinstance(right, Const) and op in {"=", "<>"}:
            kinds = tuple(kind for kind in _JSON_KINDS if (kind == right.text) == (op == "="))
            return one(Kind(first.name, kinds)) if kinds else NEVER
        ends = {left.name, right.name if isinstance(right, Call) else ""}
        same = isinstance(right, Call) and right.args == left.args and self.of(first) == "range"
        if same and ends == {"lower", "upper"} and op == ("<" if left.name == "lower" else ">"):
            return one(Proper(first.name))
        if same and ends == {"lower", "upper"} and op == ("<=" if left.name == "lower" else ">="):
            return one(Proper(first.name))
        raise Unreadable(f"the function {left.name}")


def _quoted(item: str) -> str:
    """An item of an array as Postgres reads it."""
    escaped = item.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
