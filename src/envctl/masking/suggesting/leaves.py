"""The values within documents of a sample, by where they are."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

_DEEPEST = 8  # levels of a document
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}")
_ENOUGH = 20  # documents of which one has a path: what fewer have may be keyed by values
_SETTLED = 100  # documents from which on a path that only one of them has says nothing


def leaves(documents: Iterable[str]) -> dict[str, list[str]]:
    """The texts and numbers at each path (`$.contact.phones[*]`) of documents, but for keys that may be values.

    Such are keys that are no plain words, and those of a few documents only.
    """
    known = [document for document in map(parsed, documents) if document is not None]
    gathered: dict[str, list[str]] = {}
    seen: Counter[str] = Counter()
    for document in known:
        found = [(path, leaf) for path, leaf in _walked("$", document) if path is not None]
        seen.update({path for path, _ in found})
        for path, leaf in found:
            gathered.setdefault(path, []).append(leaf)
    enough = max(1 if len(known) < _SETTLED else 2, len(known) // _ENOUGH)
    return {path: found for path, found in sorted(gathered.items()) if seen[path] >= enough}


def parsed(text: str) -> object | None:
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
