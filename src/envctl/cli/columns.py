"""Aligned columns without frames, and the small words in them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

GAP = "   "
ABSENT = "-"
_SHOWN = 3  # of many names in one line
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # what terminals obey
_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def columns(rows: Iterable[Sequence[str | None]], header: Sequence[str] = ()) -> list[str]:
    """Rows as lines, each column as wide as its widest cell, no blanks at the end."""
    table = [[printable(cell) if cell else ABSENT for cell in row] for row in rows]
    if header:
        table.insert(0, list(header))
    widths = [max(width(cell) for cell in column) for column in zip(*table, strict=True)]
    return [GAP.join(_pad(cell, w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in table]


def width(text: str) -> int:
    """The cells that `text` takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text if not unicodedata.combining(c))


def _pad(cell: str, to: int) -> str:
    return cell + " " * (to - width(cell))


def printable(text: str) -> str:
    """`text` on one line, without colours: what a container says or is called must not move our cursor."""
    return "".join(c if c.isprintable() else "�" for c in _ESCAPES.sub("", text).expandtabs(4))


def short(ref: str | None) -> str | None:
    """A full git ref as people say it."""
    return ref.removeprefix("refs/heads/") if ref else None


def age(moment: str | None, now: datetime) -> str:
    """How long ago an RFC 3339 moment was, in one unit; what cannot be read is shown as it is."""
    if not moment:
        return ABSENT
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    seconds = max(0, int((now - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds()))
    return next((f"{seconds // size} {unit}" for size, unit in _STEPS if seconds >= size), "now")


def some(names: Sequence[str]) -> str:
    """A few names, and how many others."""
    more = len(names) - _SHOWN
    return f"{', '.join(names[:_SHOWN])} and {more} more" if more > 0 else ", ".join(names)


def away(name: str, seconds: float) -> str:
    """For how long an environment did not answer."""
    return printable(f"{name} was away for {seconds:.1f} s.")
