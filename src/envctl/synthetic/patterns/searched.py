"""Regular expressions as polars searches with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from envctl.synthetic.patterns.automaton import Demand, demands
from envctl.synthetic.patterns.nodes import CLASSES, Chars, Edge, Either, Node, Row, Times, walk
from envctl.synthetic.patterns.syntax import Unreadable, parse

_ASCII = r"\A[\x00-\x7f]*\z"
# Classes as they are where the server's locale knows the letters of all languages.
_WIDE: Mapping[str, str] = {
    "alpha": r"\p{Alphabetic}",
    "digit": r"\p{Nd}",
    "alnum": r"\p{Alphabetic}\p{Nd}",
    "word": r"\w",
    "upper": r"\p{Uppercase}",
    "lower": r"\p{Lowercase}",
    "space": r"\s",
    "punct": r"\p{P}\p{S}",
}


def found(regexes: Sequence[str], values: pl.Series) -> pl.Series:
    """For each text whether all of these regular expressions are found in it, whatever the server's locale is.

    Raises Unreadable.
    """
    wanted = [demand for regex in regexes for demand in demands(parse(regex), whole=False)]
    local = any(part.local for demand in wanted for part in walk(demand.node) if isinstance(part, Chars))
    narrow = _all_of(wanted, values, wide=False)
    if not local or values.str.contains(_ASCII).all():
        return narrow
    return narrow & _all_of(wanted, values, wide=True)


def _all_of(wanted: Sequence[Demand], values: pl.Series, *, wide: bool) -> pl.Series:
    answer = pl.select(pl.repeat(value=True, n=len(values), dtype=pl.Boolean)).to_series()
    for demand in wanted:
        try:
            here = values.str.contains(_written(demand.node, wide=wide))
        except pl.exceptions.ComputeError:
            raise Unreadable("a regular expression that is too large to search with") from None
        answer = answer & (~here if demand.negated else here)
    return answer


def _written(node: Node, *, wide: bool) -> str:
    if isinstance(node, Chars):
        return _set(node, wide=wide)
    if isinstance(node, Edge):
        return r"\z" if node.end else r"\A"
    if isinstance(node, Row):
        return "".join(_written(part, wide=wide) for part in node.parts)
    if isinstance(node, Either):
        return "(?:" + "|".join(_written(part, wide=wide) for part in node.parts) + ")"
    if isinstance(node, Times):
        most = "" if node.most is None else node.most
        return f"(?:{_written(node.part, wide=wide)}){{{node.least},{most}}}"
    raise Unreadable("a regular expression that looks ahead from within")


def _set(one: Chars, *, wide: bool) -> str:
    if not (one.ranges or one.classes or one.outside):
        return "(?s:.)"
    ranges = "".join(f"{_letter(first)}-{_letter(last)}" for first, last in one.ranges)
    inside = "".join(_class(name, wide=wide) for name in one.classes)
    outside = "".join(f"[^{_class(name, wide=wide)}]" for name in one.outside)
    found = f"[{'^' if one.negated else ''}{ranges}{inside}{outside}]"
    return f"(?i:{found})" if one.caseless else found


def _class(name: str, *, wide: bool) -> str:
    if wide and name in _WIDE:
        return _WIDE[name]
    return "".join(map(_letter, sorted(CLASSES[name])))


def _letter(letter: str) -> str:
    return rf"\x{{{ord(letter):x}}}"
