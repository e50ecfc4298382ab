"""What values of a kind look like: patterns, and checks of what a pattern alone does not prove."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from envctl.masking.suggesting import numerals
from envctl.masking.suggesting.vocabulary import Kind

_SECURE = 16  # characters of a token, at least; of a password, that has letters of both cases, fewer
_LETTERS = 4  # of a token, at least
_ENTROPY = 3.0  # bits a character
_CHANGES = 0.25  # of class, a character
_DATED = r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2}))(\b|T)"
_UUID = r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"
DATE = re.compile(_DATED)
_NO_TOKEN = re.compile(f"{_UUID}|^{_DATED}")


class Look(NamedTuple):
    """A pattern, and how sure it is (0–1) that what matches is of the kind."""

    kind: Kind
    worth: float
    pattern: re.Pattern[str]


class Proof(NamedTuple):
    """What may be of a kind by its pattern, and is if it passes the check; `chance` is the share that does by luck."""

    kind: Kind
    worth: float
    chance: float
    pattern: re.Pattern[str]
    check: Callable[[str], bool]


def _compiled(*looks: tuple[Kind, float, str]) -> tuple[Look, ...]:
    return tuple(Look(kind, worth, re.compile(pattern)) for kind, worth, pattern in looks)


def is_token(text: str) -> bool:
    """Whether it changes between digits and letters as only chance makes it; of short ones both cases must be there."""
    upper, lower, digits = (any(map(has, text)) for has in (str.isupper, str.islower, str.isdigit))
    letters = sum(map(str.isalpha, text))
    if not digits or letters < _LETTERS or (len(text) < _SECURE and not (upper and lower)):
        return False
    classes = [letter.isdigit() + 2 * letter.isupper() for letter in text if letter.isalnum()]
    changes = sum(one != other for one, other in pairwise(classes))
    entropy = -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
    return _NO_TOKEN.search(text) is None and entropy >= _ENTROPY and changes / len(text) >= _CHANGES


_STREETS = (
    "street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|way|court|ct|square|place|pl|parkway|pkwy|loop|manor"
    "|highway|hwy|terrace|close|crescent|row|alley|circle|pike|trail|path|plaza|rue|chemin|route|impasse|quai"
)
_ROADS = r"stra(ß|ss)e|str\.?|weg|gasse|platz|allee|ring|ufer|damm|straat|laan|gatan|vägen|vej"
_WAYS = r"calle|c/|avenida|avda\.?|plaza|paseo|via|viale|piazza|corso|rua|travessa|ul\.|ulica"
_RUES = "rue|avenue|boulevard|place|chemin|allée|impasse|quai|cours"
_EXTENSION = r"(\s*(x|ext\.?)\s*\d{1,6})?\s*$"
# Nobody writes these by chance: one of them makes a column personal.
CERTAIN: tuple[Look, ...] = _compiled(
    ("email", 0.97, r"^\s*(mailto:)?[^\s@<>,;]+@[^\s@<>,;]+\.[\w-]{2,}\s*$"),
    ("email", 0.9, r"^[^@<>]*<[^\s@<>]+@[^\s@<>]+\.[^\W\d_]{2,}>\s*$"),
    ("free_text", 0.7, r"\s[^\s@]+@[^\s@]+\.[^\W\d_]{2,}|[^\s@]+@[^\s@]+\.[^\W\d_]{2,}\s+\w"),
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
USUAL: tuple[Look, ...] = _compiled(
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
    ("address", 0.92, rf"(?i)^[\s\w.-]{{0,40}}?({_ROADS})\s+\d+\s?[a-z]?\b|^\s*({_WAYS})\s+\S.*\d"),
    (
        "address",
        0.6,
        r"^\s*\d{1,5}[A-Za-z]?\s+[A-ZÀ-ÖØ-Þ][^\W\d_]+(\s+[^\W\d_]+){0,4}(\s+(Apt|Suite|Unit|#)\.?\s*\w+)?$",
    ),
    ("postcode", 0.4, r"^\d{5}(-\d{4})?$|^\d{4}\s?[A-Z]{2}$"),
    ("postcode", 0.8, r"^[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}$|^[A-CEGHJ-NPR-TVXY]\d[A-Z]\s?\d[A-Z]\d$"),
    ("national_id", 0.85, r"^(00[1-9]|0[1-9]\d|[1-578]\d\d|6[0-57-9]\d|66[0-57-9])-\d\d-\d{4}$"),
    ("national_id", 0.85, r"^[A-CEGHJ-PR-TW-Z]{2}\s?\d\d\s?\d\d\s?\d\d\s?[A-D]$|^\d{6}[-+]\d{4}$"),
    ("national_id", 0.85, r"^[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]$|^\d{3}\.\d{3}\.\d{3}-\d\d$"),
    ("username", 0.35, r"^[a-z][a-z0-9]*([._-][a-z0-9]+)*\d*$"),
    ("reference", 0.95, _UUID),
    ("place", 0.8, r"^-?\d{1,2}\.\d{3,}\s*[,;]\s*-?\d{1,3}\.\d{3,}$|^\(-?\d+\.\d+,-?\d+\.\d+\)$|^SRID=|^POINT ?\("),
)


def _proof(kind: Kind, worth: float, chance: float, pattern: str, check: Callable[[str], bool]) -> Proof:
    return Proof(kind, worth, chance, re.compile(pattern), check)


PROOFS = (
    _proof("card", 0.97, 0.3, r"^\d([ -]?\d){12,18}$", numerals.is_card),
    _proof("iban", 0.98, 0.0, r"^[A-Za-z]{2}\d{2}[A-Za-z0-9 ]{11,40}$", numerals.is_iban),
    _proof("ip", 0.93, 0.0, r"^[\d.]{7,15}(/\d+)?$|^[0-9a-fA-F:.]{2,45}(/\d+)?$", numerals.is_ip),
    _proof("national_id", 0.9, 0.5, r"^[A-Za-z0-9][\dA-Za-z .\-/]{6,20}$", numerals.is_national),
    _proof("credential", 0.85, 0.2, r"^[!-9;-~]{10,}$", is_token),
)
