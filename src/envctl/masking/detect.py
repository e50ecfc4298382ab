"""What a column holds, told from a sample of its values. What is found says how many and never which."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from envctl.masking import namelists, numerals
from envctl.masking.names import hints
from envctl.masking.vocabulary import Kind

SAMPLE = 5000  # values that are looked at: more of them say nothing new
_CLOSED = 20  # different values that a closed set may have
_SETTLED = 100  # values from which on a set counts as closed
_FEW = 0.02  # share below which only what cannot be chance is told
_SOME = 0.25  # share from which on words may be what they look like
_MOST = 0.8
_CODE = 3  # characters: shorter ones are codes rather than towns
_NAMES = 4  # words of the longest full name
_BIRTHS = (1900, 2030)  # years
_GENERATION = 20  # years between the early and the late births of a table, at least
_DATABASES = 2005  # before that year lies the middle of births, of few other dates that a database holds
_ENTROPY = 3.0  # bits a character
_LETTERS = 4  # of a token, at least
_CHANGES = 0.25  # of class, a character
_DEEPEST = 8  # levels of a document
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}")
_DATE = r"^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2}))(\b|T)"
_UUID = r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"
_FIRMS = frozenset(
    {"and", "und", "et", "y", "inc", "llc", "ltd", "plc", "gmbh", "ag", "sons", "group", "co", "sa", "kg"}
)
_SECURE = 16  # characters of a token, at least; of a password, that has letters of both cases, fewer
_RUNNING = 5  # words on average, from which on values are sentences


@dataclass(frozen=True)
class Finding:
    """That a share of the values that are not null looks like something; `confidence` (0–1) that the column is it."""

    kind: Kind
    share: float
    confidence: float


@dataclass(frozen=True)
class Shape:
    """What a sample is like, whatever it means. `closed` is a small set of short values, seen often enough."""

    values: int = 0  # not null
    distinct: int = 0
    longest: int = 0  # characters
    words: float = 0.0  # on average
    closed: bool = False


_STREETS = (
    "street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|way|court|ct|square|place|pl|parkway|pkwy|loop|manor"
    "|highway|hwy|terrace|close|crescent|row|alley|circle|pike|trail|path|plaza|rue|chemin|route|impasse|quai"
)
_ROADS = r"stra(ß|ss)e|str\.?|weg|gasse|platz|allee|ring|ufer|damm|straat|laan|gatan|vägen|vej"
_WAYS = r"calle|c/|avenida|avda\.?|plaza|paseo|via|viale|piazza|corso|rua|travessa|ul\.|ulica"
_RUES = "rue|avenue|boulevard|place|chemin|allée|impasse|quai|cours"
_EXTENSION = r"(\s*(x|ext\.?)\s*\d{1,6})?\s*$"
# Nobody writes these by chance: one of them makes a column personal.
_CERTAIN: tuple[tuple[Kind, float, str], ...] = (
    ("email", 0.97, r"^\s*(mailto:)?[^\s@<>,;]+@[^\s@<>,;]+\.[\p{L}\d-]{2,}\s*$"),
    ("email", 0.9, r"^[^@<>]*<[^\s@<>]+@[^\s@<>]+\.\p{L}{2,}>\s*$"),
    ("mac", 0.95, r"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$"),
    ("url", 0.9, r"^(https?|ftp)://\S+$|^www\.[\w-]+\.\S+$"),
    (
        "credential",
        0.98,
        r"^\$2[abxy]?\$\d\d\$|^\$argon2|^\$(1|5|6|y|7|md5|apr1|pbkdf2[\w-]*|scrypt)\$|^pbkdf2_sha\d+\$",
    ),
    ("credential", 0.98, r"^(scrypt|bcrypt):|^\{(S?SHA\d*|CRYPT)\}|^SCRAM-SHA-|^md5[0-9a-f]{32}$"),
    ("credential", 0.98, r"^(sk|pk|rk)_(live|test)_|^whsec_|^gh[opsur]_\w{20}|^github_pat_|^glpat-|^xox[abeoprs]-"),
    (
        "credential",
        0.98,
        r"^(AKIA|ASIA|AROA)[0-9A-Z]{16}$|^AIza[\w-]{30}|^ya29\.|^SG\.[\w-]{16}|^sk-[\w-]{20}|^npm_\w{30}",
    ),
    ("credential", 0.98, r"^hv[sb]\.|^dop_v1_|^(Bearer|Basic) \S{8}|^eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*|^AGE-SECRET-KEY-"),
    ("credential", 0.98, r"-----BEGIN [A-Z ]+-----|^ssh-(rsa|ed25519|dss) |^otpauth://|^\w+://[^/\s:@]+:[^/\s@]+@"),
)
# Shapes that other things have too: they count by their share.
_USUAL: tuple[tuple[Kind, float, str], ...] = (
    ("credential", 0.75, r"^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$"),
    ("phone", 0.92, rf"^\s*(\+|00)\d[\d\s().\-/]{{6,20}}{_EXTENSION}"),
    ("phone", 0.87, rf"^\s*(\(\d{{2,5}}\)|0\d{{1,4}}[ /-]|1-\d{{3}}-)[\d\s./-]{{4,14}}{_EXTENSION}"),
    ("phone", 0.87, rf"^\d{{3}}[. -]\d{{3}}[. -]\d{{4}}{_EXTENSION}"),
    ("phone", 0.6, r"^\d{3} \d{3} \d{3}$"),
    ("phone", 0.45, r"^0?\d{10,12}(x\d{1,6})?$"),
    (
        "address",
        0.92,
        rf"(?i)^\s*\d+[a-z]?[\s,]+(\S+\s+){{0,4}}({_STREETS})\b\.?|^\s*\d+[a-z]?(\s*bis)?,?\s+({_RUES})\b",
    ),
    ("address", 0.92, rf"(?i)^\s*[\p{{L}}.\s-]*({_ROADS})\s+\d+\s?[a-z]?\b|^\s*({_WAYS})\s+\S.*\d"),
    ("address", 0.6, r"^\s*\d{1,5}[A-Za-z]?\s+\p{Lu}\p{L}+(\s+\p{L}+){0,4}(\s+(Apt|Suite|Unit|#)\.?\s*\w+)?$"),
    ("postcode", 0.4, r"^\d{5}(-\d{4})?$|^\d{4}\s?[A-Z]{2}$"),
    ("postcode", 0.8, r"^[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}$|^[A-CEGHJ-NPR-TVXY]\d[A-Z]\s?\d[A-Z]\d$"),
    ("national_id", 0.85, r"^(00[1-9]|0[1-9]\d|[1-578]\d\d|6[0-57-9]\d|66[0-57-9])-\d\d-\d{4}$"),
    ("national_id", 0.85, r"^[A-CEGHJ-PR-TW-Z]{2}\s?\d\d\s?\d\d\s?\d\d\s?[A-D]$|^\d{6}[-+]\d{4}$"),
    ("national_id", 0.85, r"^[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]$|^\d{3}\.\d{3}\.\d{3}-\d\d$"),
    ("username", 0.35, r"^[a-z][a-z0-9]*([._-][a-z0-9]+)*\d*$"),
    ("reference", 0.95, _UUID),
    ("place", 0.8, r"^-?\d{1,2}\.\d{3,}\s*[,;]\s*-?\d{1,3}\.\d{3,}$|^\(-?\d+\.\d+,-?\d+\.\d+\)$|^SRID=|^POINT ?\("),
)


def detect(values: pl.Series, column: str = "", table: str = "") -> tuple[Finding, ...]:
    """What the values look like, the surest first. Shares are of those that are neither null nor blank.

    The names count for dates only: that a date is somebody's birth no date says by itself.
    """
    known = _sample(values)
    if known.is_empty():
        return ()
    found = [*_by_pattern(known), *_by_check(known), *_by_words(known), *_by_date(known, column, table)]
    best: dict[Kind, Finding] = {}
    for finding in found:
        if finding.kind not in best or best[finding.kind].confidence < finding.confidence:
            best[finding.kind] = finding
    return tuple(sorted(best.values(), key=lambda finding: (-finding.confidence, finding.kind)))


def shape(values: pl.Series) -> Shape:
    """What the values are like, whatever they mean."""
    known = _sample(values)
    if known.is_empty():
        return Shape()
    lengths, distinct = known.str.len_chars(), known.n_unique()
    closed = len(known) >= _SETTLED and distinct <= _CLOSED
    return Shape(
        len(known), distinct, int(str(lengths.max())), round(_mean(known.str.count_matches(r"\S+")), 1), closed
    )


def leaves(values: pl.Series) -> dict[str, pl.Series]:
    """The texts and numbers at each path (`$.contact.phones[*]`) of documents, but for keys that may be values.

    Such are keys that are no plain words, and those of a few documents only. The series do hold values.
    """
    documents = [document for document in map(_parsed, _sample(values).to_list()) if document is not None]
    gathered: dict[str, list[str]] = {}
    seen: Counter[str] = Counter()
    for document in documents:
        found = [(path, leaf) for path, leaf in _walked("$", document) if path is not None]
        seen.update({path for path, _ in found})
        for path, leaf in found:
            gathered.setdefault(path, []).append(leaf)
    enough = max(1 if len(documents) < _SETTLED else 2, len(documents) // 20)
    return {
        path: pl.Series(path, leaf, dtype=pl.String) for path, leaf in sorted(gathered.items()) if seen[path] >= enough
    }


def _sample(values: pl.Series) -> pl.Series:
    texts = values.cast(pl.String).drop_nulls()
    return texts.filter(texts.str.strip_chars() != "").head(SAMPLE)


def _mean(values: pl.Series) -> float:
    return sum(values.to_list()) / len(values) if len(values) else 0.0


def _by_pattern(known: pl.Series) -> Iterator[Finding]:
    for kind, weights in _weighed(known, _CERTAIN):
        share = _mean(weights > 0)
        if share:
            yield Finding(kind, share, round(0.6 * (_highest(weights)) + 0.4 * _mean(weights), 2))
    for kind, weights in _weighed(known.filter(~known.str.contains(_DATE)), _USUAL):
        share = sum((weights > 0).to_list()) / len(known)
        if share >= _FEW:
            yield Finding(kind, share, round(sum(weights.to_list()) / len(known), 2))


def _weighed(known: pl.Series, patterns: Sequence[tuple[Kind, float, str]]) -> Iterator[tuple[Kind, pl.Series]]:
    """For each kind, what the best pattern that matches is worth, of each value."""
    for kind in dict.fromkeys(kind for kind, _, _ in patterns):
        matched = [known.str.contains(pattern).cast(pl.Float64) * base for k, base, pattern in patterns if k == kind]
        yield kind, pl.DataFrame({str(n): one for n, one in enumerate(matched)}).max_horizontal()


def _highest(weights: pl.Series) -> float:
    return max(weights.to_list(), default=0.0)


def _by_check(known: pl.Series) -> Iterator[Finding]:
    """What needs more than a pattern."""
    for kind, base, chance, candidate, check in _CHECKED:
        likely = known.filter(known.str.contains(candidate)).to_list()
        share = sum(map(check, likely)) / len(known)
        if share > chance:
            yield Finding(kind, share, round(base * (0.5 + 0.5 * share), 2))


def _by_words(known: pl.Series) -> Iterator[Finding]:
    count = len(known)
    if _mean(known.str.contains(r"^\s*[\[{]")) > _MOST:
        share = sum(_parsed(value) is not None for value in known.to_list()) / count
        if share > _MOST:
            yield Finding("json", share, 0.95)
            return
    sentences = _mean((known.str.count_matches(r"(^|\s)\p{L}{2,}") >= _RUNNING) | known.str.contains(r"\S\s*\n\s*\S"))
    if sentences > _SOME:
        yield Finding("free_text", sentences, round(0.5 + 0.45 * sentences, 2))
    yield from _names(known)
    places = namelists.cities()
    towns = sum(len(value) > _CODE and namelists.plain(value) in places for value in known.to_list()) / count
    if towns > _SOME:
        yield Finding("city", towns, round(min(0.9, 0.4 + 0.6 * towns), 2))


def _names(known: pl.Series) -> Iterator[Finding]:
    """First, last and full names: many words are names too, so that a few different values prove little."""
    first, last, full = namelists.first_names(), namelists.last_names(), 0.0
    counts: Counter[Kind] = Counter()
    for words in map(namelists.names_in, known.to_list()):
        if len(words) == 1:
            counts["first_name"] += words[0] in first
            counts["last_name"] += words[0] in last
        elif 1 < len(words) <= _NAMES and not _FIRMS.intersection(words):
            ends = {words[0], words[-1]}
            full += (bool(ends & first) + bool(ends & last)) / 2
    sure = min(1.0, known.n_unique() / _CLOSED)
    shares: dict[Kind, float] = {**{kind: n / len(known) for kind, n in counts.items()}, "full_name": full / len(known)}
    for kind, share in shares.items():
        if share > _SOME:
            yield Finding(kind, round(share, 4), round(min(0.92, share * 1.1) * (0.5 + 0.5 * sure), 2))


def _by_date(known: pl.Series, column: str, table: str) -> Iterator[Finding]:
    """Births lie further apart than what happens to rows, and most of them before there was a database."""
    years = known.str.extract(r"^(\d{4})-\d\d-\d\d").drop_nulls().cast(pl.Int64)
    plausible = years.is_between(*_BIRTHS)
    share = sum(plausible.to_list()) / len(known)
    if share <= _MOST:
        return
    said = any(hint.kind == "birth_date" for hint in hints(column, table))
    low, middle, high = (years.quantile(at) or 0 for at in (0.05, 0.5, 0.95))
    spread = high - low >= _GENERATION and middle < _DATABASES
    if said or spread:
        yield Finding("birth_date", share, 0.97 if said and spread else 0.9 if said else 0.55)


def _is_token(text: str) -> bool:
    """Whether it changes between digits and letters as only chance makes it; of short ones both cases must be there."""
    upper, lower, digits = (any(map(has, text)) for has in (str.isupper, str.islower, str.isdigit))
    letters = sum(map(str.isalpha, text))
    if not digits or letters < _LETTERS or (len(text) < _SECURE and not (upper and lower)):
        return False
    classes = [letter.isdigit() + 2 * letter.isupper() + 4 * letter.islower() for letter in text]
    changes = sum(one != other for one, other in pairwise(classes))
    entropy = -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
    odd = re.search(f"{_UUID}|{_DATE}", text) is None
    return odd and entropy >= _ENTROPY and changes / len(text) >= _CHANGES


def _parsed(text: str) -> object | None:
    """A document; None for what is none, or a bare value."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, (dict, list)) else None


def _walked(path: str | None, node: object, depth: int = 0) -> Iterator[tuple[str | None, str]]:
    """Each leaf that is a text or a number, with its path; None where a key may be a value."""
    if depth > _DEEPEST:
        return
    if isinstance(node, dict):
        for key, value in node.items():
            below = f"{path}.{key}" if path is not None and _KEY.fullmatch(key) else None
            yield from _walked(below, value, depth + 1)
    elif isinstance(node, list):
        for value in node:
            yield from _walked(f"{path}[*]" if path is not None else None, value, depth + 1)
    elif isinstance(node, (str, int, float)) and not isinstance(node, bool):
        yield path, str(node)


# kind, confidence, share that chance makes, what may be one, what proves it
_CHECKED: tuple[tuple[Kind, float, float, str, Callable[[str], bool]], ...] = (
    ("card", 0.97, 0.3, r"^\s*\d([ -]?\d){12,18}\s*$", lambda text: numerals.is_card(text.strip())),
    ("iban", 0.98, 0.0, r"^\s*[A-Za-z]{2}\d{2}[A-Za-z0-9 ]{11,40}$", lambda text: numerals.is_iban(text.strip())),
    ("ip", 0.93, 0.0, r"^[\d.]{7,15}(/\d+)?$|^[0-9a-fA-F:.]{2,45}(/\d+)?$", numerals.is_ip),
    ("national_id", 0.9, 0.5, r"^[A-Za-z0-9][\dA-Za-z .\-/]{6,20}$", numerals.is_national),
    ("credential", 0.85, 0.2, r"^[!-9;-~]{10,}$", _is_token),
)
