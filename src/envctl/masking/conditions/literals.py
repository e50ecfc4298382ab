"""Texts in quotes, as what they are compared with in a condition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Problem(ValueError):
    """Why a condition cannot be used, in words that hold no value."""


def moment(text: str, kind: str, *, offset: bool = True) -> date | datetime:
    """A date or, in UTC, a point in time; one of a type without time zones has no `offset`."""
    try:
        if kind == "date":
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(f"a text in quotes is compared with a {kind}, and is none") from None
    if found.tzinfo and not offset:
        raise Problem("a point in time has an offset, where its type has no time zone")
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def truth(text: str) -> bool:
    """True or false."""
    if text not in {"t", "f", "true", "false"}:
        raise Problem("a text in quotes is compared with true or false, and is neither")
    return text in {"t", "true"}


def label(text: str, labels: Sequence[str]) -> str:
    """One of an enum's labels; a uuid, where there are none."""
    if labels and text not in labels:
        raise Problem("a text in quotes is compared with an enum, and is none of its labels")
    if labels:
        return text
    if not _UUID.fullmatch(text.lower()):
        raise Problem("a text in quotes is compared with a uuid, and is none")
    return text.lower()


def pattern(like: str) -> str:
    """A pattern of LIKE as a regular expression."""
    found, letters = ["^"], iter(like)
    for letter in letters:
        if letter == "\\":
            escaped = next(letters, None)
            if escaped is None:
                raise Problem("a pattern of LIKE ends with its escape")
            found.append(re.escape(escaped))
        else:
            found.append({"%": ".*", "_": "."}.get(letter, re.escape(letter)))
    return "".join(found) + "$"
