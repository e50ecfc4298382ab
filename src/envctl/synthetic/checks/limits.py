"""Facts about one column as the limits of its values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from envctl.catalogue import Column, Table
from envctl.masking.parts.arrays import parse
from envctl.synthetic.base import Limits
from envctl.synthetic.checks.facts import (
    Fact,
    Filled,
    Folded,
    High,
    Kind,
    Length,
    Low,
    Matches,
    Multiple,
    Never,
    Null,
    OneOf,
    Trimmed,
    about,
)
from envctl.synthetic.checks.scales import Scale, scale_of
from envctl.synthetic.patterns import Pattern, Unreadable

_LISTED = 10_000  # values of those that a number is a multiple of
_BYTES = 4  # of a character, at most
_SHORT = 16  # characters
_FAR = 1 << 30  # longer than anything
_TRIMMED = r"^(\S(.*\S)?)?$"
_FOLDED = {True: "^[^[:lower:]]*$", False: "^[^[:upper:]]*$"}
_DOCUMENTS = {
    "array": ("[]", "[1]", "[1, 2]", '["a"]', '["a", "b"]'),
    "string": ('"a"', '"b"', '"c"'),
    "number": ("0", "1", "2", "3.5"),
    "boolean": ("true", "false"),
    "null": ("null",),
}


class Contradiction(ValueError):
    """No value can be what is said of it."""


def consistent(facts: Iterable[Fact], table: Table) -> bool:
    """Whether each column can be what they say of it alone."""
    known = list(facts)
    for name in dict.fromkeys(name for fact in known for name in about(fact)):
        column = table.column(name)
        try:
            if column is not None:
                limits_of(known, column)
        except Contradiction:
            return False
    return True


def limits_of(facts: Iterable[Fact], column: Column) -> Limits:
    """What facts say of a column alone, all of them together; what compares it with others is left out.

    Of a bytea lengths are in bytes, of an array in items. Raises Contradiction, and Unreadable for what cannot be
    said as limits.
    """
    mine = [fact for fact in facts if about(fact) == (column.name,)]
    if any(isinstance(fact, Null) for fact in mine):
        if not column.nullable or any(isinstance(fact, Filled) for fact in mine):
            raise Contradiction(f"{column.name} must be null, and must not")
        return Limits(empty=True)
    filled = any(isinstance(fact, Filled) for fact in mine)
    return _of_values(mine, column, filled=filled)


def _of_values(mine: Sequence[Fact], column: Column, *, filled: bool) -> Limits:
    scale = scale_of(column)
    low, high = _ends(mine, column, scale)
    shortest, longest, patterns = _lengths(mine, column)
    patterns += _patterns(mine)
    never = tuple(dict.fromkeys(value for fact in mine if isinstance(fact, Never) for value in fact.values))
    limits = Limits(
        low=None if low is None or scale is None else scale.write(low),
        high=None if high is None or scale is None else scale.write(high),
        never=never,
        shortest=shortest,
        longest=longest,
        patterns=patterns,
        filled=filled,
    )
    values = _values(mine, column, scale, limits)
    if values is not None:
        values = _allowed(values, column, scale, limits)
        if not values:
            raise Contradiction(f"{column.name} can be nothing")
    elif patterns and not Pattern(*patterns, shortest=shortest, longest=_shorter(longest, column)).space:
        raise Contradiction(f"{column.name} can be no text")
    return Limits(
        limits.low, limits.high, values, never, shortest, longest, () if values is not None else patterns, filled
    )


def _ends(mine: Sequence[Fact], column: Column, scale: Scale | None) -> tuple[Decimal | None, Decimal | None]:
    """The least and the greatest value."""
    lows = [fact for fact in mine if isinstance(fact, Low)]
    highs = [fact for fact in mine if isinstance(fact, High)]
    if scale is None:
        if lows or highs:
            raise Unreadable(f"the order of {column.type}")
        return None, None
    low = max((scale.low(fact.value, open_=fact.open) for fact in lows), default=None)
    high = min((scale.high(fact.value, open_=fact.open) for fact in highs), default=None)
    if low is not None and high is not None and low > high:
        low, high = _squeezed(lows, highs, scale)
    above = low is not None and column.high is not None and low > column.high + 1
    below = high is not None and column.low is not None and high < column.low - 1
    if above or below:
        raise Contradiction(f"{column.name} would have to be beyond its type")
    if low is not None and high is not None and low > high:
        raise Contradiction(f"{column.name} would have to be both above and below")
    return low, high


def _squeezed(lows: Sequence[Low], highs: Sequence[High], scale: Scale) -> tuple[Decimal, Decimal]:
    """Ends between which there is little room, of a type that has values anywhere."""
    low, high = max(scale.read(fact.value) for fact in lows), min(scale.read(fact.value) for fact in highs)
    if scale.exact or low >= high:
        return Decimal(1), Decimal(0)
    third = (high - low) / 3
    return low + third, high - third


def _lengths(mine: Sequence[Fact], column: Column) -> tuple[int, int | None, tuple[str, ...]]:
    """The shortest and the longest, and a pattern where bytes leave characters no choice."""
    said = [fact for fact in mine if isinstance(fact, Length)]
    plain = [fact for fact in said if fact.unit != "bytes" or column.family == "bytes"]
    shortest = max((fact.low for fact in said), default=0)
    longest = min((fact.high for fact in plain if fact.high is not None), default=None)
    size = min((fact.high for fact in said if fact.high is not None and fact not in plain), default=None)
    patterns: tuple[str, ...] = ()
    if size is not None:
        narrow = size // _BYTES < max(shortest, _SHORT)  # only letters of a byte each leave room
        patterns = ("^[ -~]*$",) if narrow else ()
        size = size if narrow else size // _BYTES
        longest = size if longest is None else min(size, longest)
    most = _shorter(longest, column) if column.family == "text" and not column.array else longest
    if most is not None and shortest > most:
        raise Contradiction(f"{column.name} would have to be both longer and shorter")
    return shortest, longest, patterns


def _shorter(longest: int | None, column: Column) -> int | None:
    return min((length for length in (longest, column.length) if length is not None), default=None)


def _patterns(mine: Sequence[Fact]) -> tuple[str, ...]:
    found: list[str] = []
    for fact in mine:
        if isinstance(fact, Matches) and not fact.negated:
            found.append(fact.regex)
        elif isinstance(fact, Matches):
            caseless = "(?i)" if fact.regex.startswith("(?i)") else ""
            found.append(f"{caseless}^(?!.*(?:{fact.regex.removeprefix(caseless)}))")
        elif isinstance(fact, Folded):
            found.append(_FOLDED[fact.upper])
        elif isinstance(fact, Trimmed):
            found.append(_TRIMMED)
    return tuple(dict.fromkeys(found))


def _values(mine: Sequence[Fact], column: Column, scale: Scale | None, limits: Limits) -> tuple[str, ...] | None:
    """All values, where they are listed."""
    lists = [fact.values for fact in mine if isinstance(fact, OneOf)]
    if not lists and limits.never and not column.array:
        lists = [column.labels] if column.labels else [("true", "false")] if column.family == "boolean" else []
    kinds = [fact.kinds for fact in mine if isinstance(fact, Kind)]
    if kinds:
        allowed = [kind for kind in kinds[0] if all(kind in others for others in kinds)]
        if not allowed:
            raise Contradiction(f"{column.name} can be no document")
        if "object" not in allowed:  # which is what all documents are that are made
            lists.append(tuple(text for kind in allowed for text in _DOCUMENTS[kind]))
    multiples = [fact for fact in mine if isinstance(fact, Multiple) and not _needless(fact, column, scale)]
    if multiples and not lists and scale is not None:
        lists.append(_multiples(multiples[0], column, scale, limits))
    if not lists:
        return None
    others = [{_same(value, scale) for value in other} for other in lists[1:]]
    found = [value for value in dict.fromkeys(lists[0]) if all(_same(value, scale) in other for other in others)]
    return tuple(value for value in found if all(_leaves(fact, value, scale) for fact in multiples))


def _needless(fact: Multiple, column: Column, scale: Scale | None) -> bool:
    """Whether all values of the type are such."""
    step = scale.step if scale is not None and scale.exact else None
    return step is not None and Decimal(fact.rest) == 0 and step % Decimal(fact.by) == 0 and column.family != "date"


def _multiples(fact: Multiple, column: Column, scale: Scale, limits: Limits) -> tuple[str, ...]:
    """The first of them, from the lowest or from 0 on, or down from the highest."""
    by, rest = Decimal(fact.by), Decimal(fact.rest)
    low = None if limits.low is None else scale.read(limits.low)
    high = None if limits.high is None else scale.read(limits.high)
    least, most = (None, None) if column.low is None else (Decimal(column.low), Decimal(column.high or 0))
    down = low is None and (rest < 0 or (high is not None and high < 0))
    start = (high if down else low) or Decimal(0)
    first = (start / by).to_integral_value(ROUND_CEILING if not down else ROUND_FLOOR) * by
    found: list[str] = []
    for at in range(-1, _LISTED):
        value = first + (-at if down else at) * by + rest
        inside = (low is None or value >= low) and (high is None or value <= high)
        typed = (least is None or value >= least) and (most is None or value <= most)
        if inside and typed and (low is not None or down or value >= 0):
            found.append(scale.write(value))
    return tuple(found)


def _leaves(fact: Multiple, value: str, scale: Scale | None) -> bool:
    return scale is None or (scale.read(value) % Decimal(fact.by)) == Decimal(fact.rest)  # Python's keeps the sign too


def _same(value: str, scale: Scale | None) -> object:
    return value if scale is None else scale.read(value)


def _allowed(values: Sequence[str], column: Column, scale: Scale | None, limits: Limits) -> tuple[str, ...]:
    """Those that the other limits let in."""
    never = {_same(value, scale) for value in limits.never if not value.endswith("infinity")}
    found = [value for value in values if _same(value, scale) not in never]
    if scale is not None:
        low = None if limits.low is None else scale.read(limits.low)
        high = None if limits.high is None else scale.read(limits.high)
        found = [v for v in found if (low is None or scale.read(v) >= low) and (high is None or scale.read(v) <= high)]
    elif limits.shortest or limits.longest is not None or limits.patterns:
        found = _fitting(found, column, limits)
    return tuple(found)


def _fitting(values: Sequence[str], column: Column, limits: Limits) -> list[str]:
    """Those that are as long as they must be, and match."""
    import polars as pl

    if column.array or column.family == "bytes":
        most = _FAR if limits.longest is None else limits.longest
        return [value for value in values if limits.shortest <= _count(value, column) <= most]
    pattern = Pattern(*limits.patterns, shortest=limits.shortest, longest=limits.longest)
    return pl.Series(values, dtype=pl.String).filter(pattern.accepts(pl.Series(values, dtype=pl.String))).to_list()


def _count(value: str, column: Column) -> int:
    """The items of an array, or the bytes of a bytea in hexadecimal digits."""
    return len(parse(value).items) if column.array else len(value.removeprefix("\\x")) // 2
