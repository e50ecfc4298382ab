"""What a column holds, told from a sample of its values. What is found says how many and never which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from statistics import quantiles

import polars as pl

from envctl.masking.suggesting import namelists
from envctl.masking.suggesting.leaves import parsed
from envctl.masking.suggesting.looks import CERTAIN, DATE, PROOFS, USUAL, Look, Proof
from envctl.masking.suggesting.names import hints
from envctl.masking.suggesting.vocabulary import Kind

SAMPLE = 5000  # values that are looked at: more of them say nothing new
_SEEN = 200  # characters of a value: what follows is no other kind of thing
_CLOSED = 20  # different values that a closed set may have
_SETTLED = 100  # values from which on a set counts as closed
_FEW = 0.02  # share below which only what cannot be chance is told
_SOME = 0.25  # share from which on words may be what they look like
_MOST = 0.8
_SHORTEST_TOWN = 4  # characters: shorter ones are codes
_NAMES = 4  # words of the longest full name
_BIRTHS = range(1900, 2031)  # years
_GENERATION = 20  # years between the early and the late births of a table, at least
_DATABASES = 2005  # before that year lies the middle of births, of few other dates that a database holds
_RUNNING = 5  # words from which on a value is a sentence
_FIRMS = frozenset({"and", "und", "et", "y", "inc", "llc", "ltd", "plc", "gmbh", "ag", "sons", "group", "sa", "kg"})
_WORD = re.compile(r"(?:^|\s)[^\W\d_]{2,}")
_LINES = re.compile(r"\S\s*\n\s*\S")


@dataclass(frozen=True)
class Finding:
    """That a share of the values looks like something; `confidence` (0–1) that the column is it."""

    kind: Kind
    share: float
    confidence: float


@dataclass(frozen=True)
class Shape:
    """What a sample is like, whatever it means. `closed` is a small set of values, seen often enough."""

    values: int = 0  # neither null nor blank
    distinct: int = 0
    longest: int = 0  # characters
    closed: bool = False


class _Seen:
    """Different values and how often each is there."""

    def __init__(self, values: pl.Series) -> None:
        self.counts = Counter(texts(values))
        self.total = self.counts.total()

    def worth(self, value: Callable[[str], float]) -> tuple[float, float]:
        """Of all values the share that is worth anything, and what they are worth on average."""
        worths = [(value(text[:_SEEN].strip()), count) for text, count in self.counts.items()]
        share = sum(count for worth, count in worths if worth > 0) / self.total
        return share, sum(worth * count for worth, count in worths) / self.total

    def share(self, test: Callable[[str], object]) -> float:
        """Of all values the share that passes."""
        return self.worth(lambda text: bool(test(text)))[0]


def texts(values: pl.Series) -> list[str]:
    """What is looked at: values that are neither null nor blank, not too many of them."""
    known = (text for text in values.to_list() if text is not None and text.strip())
    return list(islice(known, SAMPLE))


def detect(values: pl.Series, column: str = "", table: str = "") -> tuple[Finding, ...]:
    """What the values look like, the surest first. Shares are of those that are neither null nor blank.

    The names count for dates only: that a date is somebody's birth no date says by itself.
    """
    seen = _Seen(values)
    if not seen.total:
        return ()
    if seen.share(lambda text: text[0] in "[{") > _MOST and (share := _documents(seen)) > _MOST:
        return (Finding("json", share, 0.95),)
    found = [*_by_pattern(seen), *_by_proof(seen), *_by_words(seen), *_by_date(seen, column, table)]
    best: dict[Kind, Finding] = {}
    for finding in found:
        if finding.kind not in best or best[finding.kind].confidence < finding.confidence:
            best[finding.kind] = finding
    return tuple(sorted(best.values(), key=lambda finding: (-finding.confidence, finding.kind)))


def shape(values: pl.Series) -> Shape:
    """What the values are like, whatever they mean."""
    known = texts(values)
    distinct = len(set(known))
    closed = len(known) >= _SETTLED and distinct <= _CLOSED
    return Shape(len(known), distinct, max(map(len, known), default=0), closed)


def _documents(seen: _Seen) -> float:
    return sum(count for text, count in seen.counts.items() if parsed(text) is not None) / seen.total


def _by_pattern(seen: _Seen) -> Iterator[Finding]:
    for kind, looks in _of_kinds(CERTAIN):
        share, worth = seen.worth(partial(_best, looks))
        if share:
            yield Finding(kind, share, round(0.6 * worth / share + 0.4 * worth, 2))
    for kind, looks in _of_kinds(USUAL):
        share, worth = seen.worth(partial(_undated, looks))
        if share >= _FEW:
            yield Finding(kind, share, round(worth, 2))


def _of_kinds(looks: Sequence[Look]) -> Iterator[tuple[Kind, tuple[Look, ...]]]:
    for kind, of_kind in groupby(looks, key=lambda look: look.kind):
        yield kind, tuple(of_kind)


def _best(looks: tuple[Look, ...], text: str) -> float:
    return max((look.worth for look in looks if look.pattern.search(text)), default=0.0)


def _undated(looks: tuple[Look, ...], text: str) -> float:
    """The same of what is no date: many things look like its digits."""
    return 0.0 if DATE.match(text) else _best(looks, text)


def _proven(proof: Proof, text: str) -> bool:
    return proof.pattern.search(text) is not None and proof.check(text)


def _by_proof(seen: _Seen) -> Iterator[Finding]:
    """What needs more than a pattern."""
    for proof in PROOFS:
        share = seen.share(partial(_proven, proof))
        if share > proof.chance:
            yield Finding(proof.kind, share, round(proof.worth * (0.5 + 0.5 * share), 2))


def _by_words(seen: _Seen) -> Iterator[Finding]:
    sentences = seen.share(lambda text: len(_WORD.findall(text)) >= _RUNNING or _LINES.search(text))
    if sentences > _SOME:
        yield Finding("free_text", sentences, round(0.5 + 0.45 * sentences, 2))
    sure = min(1.0, len(seen.counts) / _CLOSED)  # many words are names too: a few different ones prove little
    for kind, (share, worth) in _names(seen).items():
        if worth > _SOME:
            yield Finding(kind, share, round(min(0.92, worth * 1.1) * (0.3 + 0.7 * sure), 2))
    towns = seen.share(lambda text: len(text) >= _SHORTEST_TOWN and namelists.plain(text) in namelists.cities())
    if towns > _SOME:
        yield Finding("city", towns, round(min(0.9, 0.4 + 0.6 * towns), 2))


def _names(seen: _Seen) -> dict[Kind, tuple[float, float]]:
    """First, last and full names: shares, and what they are worth."""
    first, last = namelists.first_names(), namelists.last_names()

    def full(text: str) -> float:
        words = namelists.names_in(text)
        if not 1 < len(words) <= _NAMES or _FIRMS.intersection(words):
            return 0
        ends = {words[0], words[-1]}
        return (bool(ends & first) + bool(ends & last)) / 2

    return {
        "first_name": seen.worth(lambda text: _alone(text) in first),
        "last_name": seen.worth(lambda text: _alone(text) in last),
        "full_name": seen.worth(full),
    }


def _alone(text: str) -> str:
    """The only word of a text; nothing if there are more."""
    words = namelists.names_in(text)
    return words[0] if len(words) == 1 else ""


def _by_date(seen: _Seen, column: str, table: str) -> Iterator[Finding]:
    """Births lie further apart than what happens to rows, and most of them before there was a database."""
    dated = ((re.match(r"(\d{4})-\d\d-\d\d", text), count) for text, count in seen.counts.items())
    years = [int(found[1]) for found, count in dated if found for _ in range(count)]
    share = sum(year in _BIRTHS for year in years) / seen.total
    if share <= _MOST:
        return
    said = any(hint.kind == "birth_date" for hint in hints(column, table))
    parts = quantiles(years, n=20) if len(years) > 1 else years * 19
    spread = parts[-1] - parts[0] >= _GENERATION and parts[len(parts) // 2] < _DATABASES
    if said or spread:
        yield Finding("birth_date", share, 0.97 if said and spread else 0.9 if said else 0.55)
