"""What a column probably holds, told from its name and its table's alone: a first guess where there are no rows yet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from envctl.masking.suggesting.vocabulary import (
    AROUND,
    COMPANIES,
    HEADS,
    MOMENTS,
    PEOPLE,
    PERSONAL,
    PHRASES,
    SHORT,
    THINGS,
    Kind,
)


@dataclass(frozen=True)
class Hint:
    """A guess: `confidence` is 0–1, `because` the words of the name that led to it."""

    kind: Kind
    confidence: float
    because: str


_HEAD = 0.75
_TELLING: frozenset[Kind] = frozenset({"sensitive", "wealth", "birth_date"})  # however coarse it is told
_REMEMBERED = 100_000  # names: each is asked for by every column of its table
_LONG = 4  # letters: shorter words stand within others by chance
_TWO = frozenset({"id", "ip", "no", "nr"})  # what is known in words that are written together, though short
_BREAKS = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d{2})|[^A-Za-z\d]+")


@lru_cache(_REMEMBERED)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without accents: `billingEMailAdr2` is billing, e, mail, address."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ı", "i"))
    pieces = _BREAKS.split("".join(c for c in plain if not unicodedata.combining(c)))
    return tuple(word for piece in pieces if piece for word in _taken_apart(piece.lower()))


@lru_cache(_REMEMBERED)
def hints(column: str, table: str = "") -> tuple[Hint, ...]:
    """What a column of this name may hold, the best guess first; of each kind only the best."""
    said = words(column)
    best: dict[Kind, tuple[int, Hint]] = {}
    for rank, hint in (*_mentioned(said), *_headed(said), *_called(said, words(table))):
        if hint.kind not in best or best[hint.kind][0] < rank:
            best[hint.kind] = (rank, hint)
    return tuple(hint for _, hint in sorted(best.values(), key=lambda item: (-item[0], item[1].kind)))


def of_people(table: str) -> bool:
    """Whether a table of this name has a row for each of some people."""
    said = words(table)
    return bool(PEOPLE.intersection(said[-1:])) and " ".join(said[-2:]) not in _vocabulary()


def _mentioned(said: tuple[str, ...]) -> Iterator[tuple[int, Hint]]:
    """Phrases within a name, none that is a part of another: the personal count more, then the longer ones."""
    spans = [
        (start, end)
        for start in range(len(said))
        for end in range(start + 1, len(said) + 1)
        if " ".join(said[start:end]) in _vocabulary()
    ]
    for start, end in spans:
        if any(a <= start and end <= b and (a, b) != (start, end) for a, b in spans):
            continue
        phrase = " ".join(said[start:end])
        for kind, confidence in _vocabulary()[phrase]:
            alone = 1.0 if end - start == len(said) or len(phrase) >= _LONG else 0.8
            rank = 10 * (end - start) + end + _weight(kind, said[-1])
            yield rank, Hint(kind, round(confidence * alone, 2), phrase)


def _weight(kind: Kind, last: str) -> int:
    if kind == "moment" and last in MOMENTS:
        return 200  # when something happened to it is not what it is
    if kind in _TELLING:
        return 120
    return 40 if kind in PERSONAL else 0


def _headed(said: tuple[str, ...]) -> Iterator[tuple[int, Hint]]:
    """What the last word makes of all the others, if these do not name it together with them."""
    if len(said) > 1 and said[-1] in HEADS and " ".join(said[-2:]) not in _vocabulary():
        yield 90, Hint(HEADS[said[-1]], _HEAD, said[-1])


def _called(said: tuple[str, ...], table: tuple[str, ...]) -> Iterator[tuple[int, Hint]]:
    """What a name is a name of, and whose a number is: the word before it says so, or the table."""
    if len(said) > 1 and said[-1] == "number" and said[-2] in PEOPLE:
        yield 55, Hint("account", 0.8, " ".join(said[-2:]))
    if not said or said[-1] not in {"name", "names", "nom"} or (len(said) > 1 and " ".join(said[-2:]) in _vocabulary()):
        return
    owner = next((word for word in reversed(said[:-1]) if word in PEOPLE | COMPANIES | THINGS), "")
    named = owner or (table[-1] if table and len(said) == 1 else "")
    because = f"{named} {said[-1]}".strip()
    if named in PEOPLE:
        yield 55, Hint("full_name", 0.9, because)
    elif named in COMPANIES:
        yield 55, Hint("company", 0.8, because)
    elif named in THINGS:
        yield 55, Hint("code", 0.7, because)
    else:
        yield 1, Hint("full_name", 0.3, because)


@cache
def _vocabulary() -> dict[str, tuple[tuple[Kind, float], ...]]:
    """Phrase → what it may mean."""
    made: dict[str, tuple[tuple[Kind, float], ...]] = {}
    for kind, confidence, phrases in PHRASES:
        for phrase in phrases.split(","):
            spelled = " ".join(SHORT.get(word, word) for word in phrase.split())
            for key in {spelled, phrase.strip()}:
                made[key] = (*made.get(key, ()), (kind, confidence))
    return made


@cache
def _known() -> frozenset[str]:
    """Every word that means something here."""
    phrases = {word for phrase in _vocabulary() for word in phrase.split()}
    return frozenset(phrases | PEOPLE | COMPANIES | THINGS | AROUND | set(SHORT) | set(HEADS) | {"name"})


def _taken_apart(piece: str) -> tuple[str, ...]:
    """A word as it is, in the singular, or as the known words that it is written together from."""
    bare = piece.rstrip("0123456789") or piece
    known = _single(bare)
    if known is not None:
        return (known,)
    parts = _split(bare)
    return tuple(SHORT.get(part, part) for part in parts) if parts else (bare,)


def _single(word: str) -> str | None:
    for form in (
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        word.removesuffix("n"),
        re.sub("ies$", "y", word),
    ):
        if form in _known():
            return SHORT.get(form, form)
    return None


def _split(text: str) -> tuple[str, ...]:
    """The fewest known words that a text is made of; none if it cannot be."""
    ways: list[tuple[str, ...] | None] = [(), *([None] * len(text))]
    for end in range(2, len(text) + 1):
        for start in range(end - 1):
            before, word = ways[start], text[start:end]
            found = _single(word) if before is not None and (len(word) > 2 or word in _TWO) else None  # noqa: PLR2004
            if before is not None and found and (ways[end] is None or len(before) + 1 < len(ways[end] or ())):
                ways[end] = (*before, found)
    return ways[-1] or ()
