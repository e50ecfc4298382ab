"""Conditions of texts: their lengths, patterns, letters, beginnings and ends."""

from __future__ import annotations

import re
from collections.abc import Mapping

from envctl.synthetic.checks import numerals
from envctl.synthetic.checks.facts import Fact, Folded, Length, Matches, Never, OneOf, Trimmed, Unit
from envctl.synthetic.checks.kinds import Kinds
from envctl.synthetic.checks.likes import caseless, escaped, regex_of, text_of
from envctl.synthetic.checks.signs import bounds
from envctl.synthetic.checks.sums import ALWAYS, NEVER, Alternatives, both, either, one
from envctl.synthetic.checks.tree import Call, Cast, Col, Const, Tree
from envctl.synthetic.patterns import Pattern, Unreadable

MATCHING = frozenset({"~", "!~", "~*", "!~*", "~~", "!~~", "~~*", "!~~*"})
_FOLDING = frozenset({"lower", "upper"})
_TRIMMING = frozenset({"btrim", "ltrim", "rtrim"})
_LENGTHS: Mapping[str, Unit] = {
    **dict.fromkeys(("length", "char_length", "character_length"), "characters"),
    **dict.fromkeys(("octet_length", "bit_length"), "bytes"),
    **dict.fromkeys(("cardinality", "array_length", "array_upper"), "items"),
}
_ITEMS_OF_FIRST = frozenset({"array_length", "array_upper"})
_BITS = 8
_AFTER_ALL = 1 << 30  # longer than any text


def compared(kinds: Kinds, op: str, left: Tree, right: Tree) -> Alternatives | None:
    """What a comparison demands, with what is constant on the right; None where it is not about a text."""
    if not isinstance(left, Call):
        return None
    if isinstance(right, Const) and right.text is not None:
        if (measured := _measured(kinds, left, op, right.text)) is not None:
            return measured
        return _called(kinds, left, op, right.text)
    if isinstance(right, Col) and left.args and left.args[0] == right:
        return _unchanged(kinds, left, right) if op == "=" else _changed(kinds, op, left, right)
    return None


def begins(kinds: Kinds, text: Tree, start: Tree, *, want: bool = True) -> Alternatives:
    """That a text starts with another, or does not."""
    return one(Matches(_text(kinds, text), f"^{escaped(text_of(start))}", negated=not want))


def matches(kinds: Kinds, text: Tree, regex: Tree, *, want: bool = True) -> Alternatives:
    """That a regular expression is found in a text, or is not."""
    return one(*_pattern(kinds, text, text_of(regex), negated=not want))


def measure(low: int, high: int | None, column: str, unit: Unit) -> Alternatives:
    """A length between two; nothing where no length is."""
    if high is not None and (high < low or high < 0):
        return NEVER
    return one(Length(column, max(low, 0), high, unit))


def _whole(said: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", said):
        raise Unreadable("a length that is no whole number")
    return int(said)


def _text(kinds: Kinds, tree: Tree) -> str:
    """The column that is a text."""
    if not isinstance(tree, Col) or kinds.of(tree) != "text":
        raise Unreadable("a pattern or a part of something that is no text in a column")
    return tree.name


def _pattern(kinds: Kinds, text: Tree, regex: str, *, negated: bool) -> tuple[Fact, ...]:
    facts: tuple[Fact, ...] = ()
    if isinstance(text, Call) and text.name in _FOLDING and len(text.args) == 1 and not negated:
        facts = (Folded(_text(kinds, text.args[0]), upper=text.name == "upper"),)
        text = text.args[0]
    if isinstance(text, Cast) and not negated:
        return numerals.matching(kinds, text, regex)
    column = _text(kinds, text)
    Pattern(f"^(?!.*(?:{regex.removeprefix('(?i)')}))" if negated else regex)  # raises Unreadable
    return (*facts, Matches(column, regex, negated=negated))


def matched(kinds: Kinds, op: str, left: Tree, right: Tree) -> Alternatives:
    """That a pattern of LIKE, SIMILAR TO or a regular expression fits, or does not."""
    negated, regex, op = op.startswith("!"), regex_of(op, right), op.lstrip("!")
    column = kinds.column(left.name) if isinstance(left, Col) else None
    blind = op.endswith("*") or (column is not None and column.caseless)
    if column is not None and kinds.of(left) == "enum":
        pattern = Pattern(caseless(regex) if blind else regex)
        return one(OneOf(column.name, _labels(pattern, column.labels, negated=negated)))
    return one(*_pattern(kinds, left, caseless(regex) if blind else regex, negated=negated))


def _labels(pattern: Pattern, labels: tuple[str, ...], *, negated: bool) -> tuple[str, ...]:
    import polars as pl

    accepted = pattern.accepts(pl.Series(labels, dtype=pl.String))
    return tuple(label for label, fits in zip(labels, accepted, strict=True) if fits != negated)


def _measured(kinds: Kinds, left: Call, op: str, said: str) -> Alternatives | None:
    """A length."""
    if left.name not in _LENGTHS or op not in {"=", "<>", "<", "<=", ">", ">="}:
        return None
    if left.name in _ITEMS_OF_FIRST and left.args[1:] != (Const("1", "integer"),):
        raise Unreadable(f"{left.name} of another dimension than the first")
    if isinstance(left.args[0], Cast):
        return numerals.measured(kinds, left.args[0], op, _whole(said))
    unit, value, trimmed = _LENGTHS[left.name], _whole(said), False
    inner: Tree = left.args[0]
    while isinstance(inner, Call) and len(inner.args) == 1 and inner.name in _TRIMMING:
        inner, trimmed = inner.args[0], True
    if not isinstance(inner, Col):
        raise Unreadable(f"{left.name} of something that is computed")
    kind = kinds.of(inner)
    if kind not in {"characters": {"text", "bytes"}, "bytes": {"text", "bytes"}, "items": {"array"}}[unit]:
        raise Unreadable(f"{left.name} of {kinds.column(inner.name).type}")
    unit = "bytes" if kind == "bytes" else unit
    ways: list[Alternatives] = []
    for low, high in bounds(op, value):
        if left.name == "bit_length":
            low, high = -(-low // _BITS), None if high is None else high // _BITS  # noqa: PLW2901 – in bytes
        ways.append(both(measure(low, high, inner.name, unit), one(Trimmed(inner.name)) if trimmed else ALWAYS))
    return either(*ways)


def _called(kinds: Kinds, left: Call, op: str, said: str) -> Alternatives | None:
    """What a function makes of a text stands so to a constant."""
    if left.name == "strpos":
        return _found(kinds, left, op, _whole(said))
    if op not in {"=", "<>"} or not left.args:
        return None
    if left.name in _FOLDING and kinds.of(left.args[0]) == "text":
        return _folded(kinds, left, op, said)
    if left.name in _TRIMMING and op == "<>" and not said and len(left.args) == 1:
        column = _text(kinds, left.args[0])
        return one(Length(column, 1), Trimmed(column))
    if left.name in {"left", "right", "substring", "substr"}:
        return _part(kinds, left, op, said)
    return None


def _folded(kinds: Kinds, left: Call, op: str, said: str) -> Alternatives:
    column = _text(kinds, left.args[0])
    if op == "<>":
        return one(Matches(column, f"(?i)^{escaped(said)}$", negated=True)) if said else one(Never(column, ("",)))
    fits = said.isascii() and said == (said.upper() if left.name == "upper" else said.lower())
    return one(OneOf(column, (said,))) if fits else NEVER


def _part(kinds: Kinds, left: Call, op: str, said: str) -> Alternatives:
    column, negated = _text(kinds, left.args[0]), op == "<>"
    numbers = [int(text_of(part)) for part in left.args[1:] if isinstance(part, Const) and part.type == "integer"]
    if len(numbers) != len(left.args) - 1 or not numbers:
        raise Unreadable(f"{left.name} with something unusual")
    if left.name == "left" and len(said) == numbers[0]:
        return one(Matches(column, f"^{escaped(said)}", negated))
    if left.name == "right" and len(said) == numbers[0]:
        return one(Matches(column, f"{escaped(said)}$", negated))
    start, size = (*numbers, _AFTER_ALL)[:2] if left.name.startswith("sub") else (0, 0)
    if start >= 1 and len(said) == size:
        return one(Matches(column, f"^.{{{start - 1}}}{escaped(said)}", negated))
    raise Unreadable(f"{left.name} compared with a text of another length")


def _found(kinds: Kinds, left: Call, op: str, value: int) -> Alternatives:
    """Where a text is found in another: from 1 on, 0 where it is not."""
    column, what = _text(kinds, left.args[0]), text_of(left.args[1])
    there, nowhere = one(Matches(column, escaped(what))), one(Matches(column, escaped(what), negated=True))
    ways: list[Alternatives] = []
    for low, high in bounds(op, value):
        if low <= 0 and (high is None or high >= 0):
            ways.append(nowhere)
        if low <= 1 and high is None:
            ways.append(there)
        elif (high is None or high >= 1) and len(what) == 1:
            least, most = max(low, 1) - 1, "" if high is None else high - 1
            ways.append(one(Matches(column, f"^[^{escaped(what)}]{{{least},{most}}}{escaped(what)}")))
    if not ways:
        raise Unreadable("where a text is found in another")
    return either(*ways)


def _changed(kinds: Kinds, op: str, left: Call, right: Col) -> Alternatives | None:
    """A function makes of a text another."""
    if op != "<>" or left.name not in _FOLDING or kinds.of(right) != "text":
        return None
    return one(Matches(right.name, "[a-z]" if left.name == "upper" else "[A-Z]"))


def _unchanged(kinds: Kinds, left: Call, right: Col) -> Alternatives | None:
    """A function makes of a text that very text."""
    if left.name in _FOLDING and kinds.of(right) == "text":
        return one(Folded(right.name, upper=left.name == "upper"))
    if left.name in _TRIMMING and len(left.args) == 1:
        return one(Trimmed(_text(kinds, right)))
    if left.name in {"replace", "regexp_replace"} and len(left.args) > 2 and left.args[2] == Const("", "text"):  # noqa: PLR2004 – what takes its place
        what = text_of(left.args[1])
        if left.name == "replace":
            return one(Matches(_text(kinds, right), escaped(what), negated=True)) if what else ALWAYS
        flags = text_of(left.args[3]) if len(left.args) > 3 else ""  # noqa: PLR2004 – the last one
        if set(flags) - {"g", "i"}:
            raise Unreadable("the flags of regexp_replace")
        return one(*_pattern(kinds, right, caseless(what) if "i" in flags else what, negated=True))
    return None
