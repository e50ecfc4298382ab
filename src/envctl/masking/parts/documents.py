"""JSON documents that come apart into leaves and go together again as they were, in the order they had."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, get_args

from envctl.catalogue import Family

REDACTED = "[redacted]"
_NAME = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$-]{0,62}")
_COUNTED = re.compile(r"[0-9]{4}")
_DEEPEST = 200  # levels of a document; Python's own stack would end at some hundreds
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_STEP = re.compile(r"""(?P<deep>\.\*\*)|(?P<any>\.\*)|(?P<item>\[\*\])|\."(?P<odd>[^"]+)"|\.(?P<key>[^.\[\]"*]+)""")
_KEY = r'\."(?:[^"\\]|\\.)*"'
_ITEM = r"\[\]"
_BROKEN: tuple[Family, ...] = ("number", "text")  # what a number can be to a transform, in this order
_WHOLE: tuple[Family, ...] = ("integer", *_BROKEN)
_WRITTEN: tuple[Family, ...] = ("text", *(family for family in get_args(Family) if family != "boolean"))  # and a text


class NoDocument(ValueError):
    """A text that is no JSON, or none that can be looked through."""


class Number(str):
    """A number as it is written: none of its digits is lost."""

    __slots__ = ()


class Pairs(list[tuple[str, Any]]):
    """An object, whatever keys it has twice."""


@dataclass(slots=True)
class Leaf:
    """A value that is to be masked: what it is, where `at` it belongs, and then what it becomes."""

    value: str | Number | bool
    at: Any
    made: Any = None


@dataclass(frozen=True)
class Path:
    """A place in documents: `$.a."odd key"[*].*` or, at whatever depth, `$.**.phone`."""

    pattern: re.Pattern[str]
    keys: frozenset[str]  # that it names
    wild: int  # steps that name none


def path(text: str) -> Path:
    """A path that a rule names. Raises ValueError."""
    steps = list(_STEP.finditer(text, 1))
    if not text.startswith("$") or "".join(step[0] for step in steps) != text[1:]:
        raise ValueError(f'{text!r} is no path: write $.key, $."odd key", $.list[*], $.*.key or $.**.key')
    keys = [step["odd"] or step["key"] for step in steps]
    wild = {".**": f"(?:{_KEY}|{_ITEM})*", ".*": _KEY, "[*]": _ITEM}
    pattern = "".join(
        wild[step[0]] if key is None else re.escape(f".{encode_basestring_ascii(key)}")
        for step, key in zip(steps, keys, strict=True)
    )
    named = frozenset(key for key in keys if key is not None)
    return Path(re.compile(pattern + r"(?=[.\[]|$)"), named, len([key for key in keys if key is None]))


def opened(text: str) -> Any:
    """A document: Pairs, lists, texts, Numbers, booleans and None. Raises NoDocument."""
    try:
        return json.loads(text, object_pairs_hook=Pairs, parse_float=Number, parse_int=Number, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise NoDocument("a value is no JSON document") from None


def is_name(key: str) -> bool:
    """Whether a key looks like one that a program gave: no address, no number, no sentence."""
    return _NAME.fullmatch(key) is not None and not _COUNTED.search(key)


def covering(paths: Sequence[Path], where: str) -> int | None:
    """The number of the path that says most of a place: the deepest, then the one that names more, then the first."""
    found = [(match.end(), -path.wild, -at) for at, path in enumerate(paths) if (match := path.pattern.match(where))]
    return -max(found)[2] if found else None


def known_part(where: str, keys: frozenset[str]) -> str:
    """As much of a place in a document as may be told: up to the first key that is not among those."""
    told = "$"
    for step in re.finditer(f"{_KEY}|{_ITEM}", where):
        key = None if step[0] == "[]" else json.loads(step[0][1:])
        if key is not None and key not in keys:
            break
        told += "[*]" if key is None else f".{key}"
    return told


def mapped(
    document: Any, leaf: Callable[[Any, str], Any], branch: Callable[[str], bool], key: Callable[[str], str]
) -> Any:
    """A document with every leaf but null replaced, and every key.

    `leaf` gets a value and its path; `branch` says of the path of an object or a list whether null stands there
    instead. Raises NoDocument for one that is too deep.
    """

    def at(value: Any, where: str, depth: int) -> Any:
        if depth > _DEEPEST:
            raise NoDocument("a document is too deep")
        if value is None:
            return None
        if not isinstance(value, list):
            return leaf(value, where)
        if branch(where):
            return None
        if isinstance(value, Pairs):
            return Pairs(
                (key(name), at(inner, f"{where}.{encode_basestring_ascii(name)}", depth + 1)) for name, inner in value
            )
        return [at(inner, f"{where}[]", depth + 1) for inner in value]

    return at(document, "", 0)


def closed(document: Any) -> str:
    """The text of a document; of a Leaf in it, what it became."""
    if isinstance(document, Leaf):
        document = document.made
    if isinstance(document, str):
        return document if isinstance(document, Number) else _quoted(document)
    if isinstance(document, Pairs):
        return "{" + ", ".join([f"{_quoted(key)}: {closed(value)}" for key, value in document]) + "}"
    if isinstance(document, list):
        return "[" + ", ".join(map(closed, document)) + "]"
    return "null" if document is None else "true" if document else "false"


def clean(text: str) -> str:
    """A text as Postgres can hold it: json lets pass what no text has, half characters and NUL."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def written(leaf: Leaf) -> str:
    """A value as Postgres would write it."""
    if isinstance(leaf.value, bool):
        return "t" if leaf.value else "f"
    return clean(leaf.value)


def family_of(value: Any, takes: frozenset[Family]) -> Family | None:
    """As what a value can be given to a transform that takes some; None if it cannot."""
    if isinstance(value, bool):
        return "boolean" if "boolean" in takes else None
    if not isinstance(value, Number):
        return _first(_WRITTEN, takes)
    return _first(_WHOLE if value.removeprefix("-").isdigit() else _BROKEN, takes)


@cache
def _first(families: tuple[Family, ...], takes: frozenset[Family]) -> Family | None:
    return next((family for family in families if family in takes), None)


def as_before(leaf: Leaf, text: str | None) -> Any:
    """A masked text as a value of the kind it was, if it can be one."""
    if isinstance(leaf.value, bool) and text in {"t", "f"}:
        return text == "t"
    return Number(text) if isinstance(leaf.value, Number) and text and _NUMBER.fullmatch(text) else text


def emptied(value: Any) -> Any:
    """A value of the same kind that says nothing."""
    if isinstance(value, bool):
        return False
    return Number("0") if isinstance(value, Number) else REDACTED


def _quoted(text: str) -> str:
    quoted: str = encode_basestring(clean(text))
    return quoted


def _refused(constant: str) -> Mapping[str, str]:
    raise ValueError(constant)
