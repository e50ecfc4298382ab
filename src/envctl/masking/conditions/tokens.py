"""The words and signs of a condition."""

from __future__ import annotations

import re
from dataclasses import dataclass

from envctl.masking.conditions.literals import Problem

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'(?:[^']|'')*')|(?P<quoted>\"(?:[^\"]|\"\")+\")"
    r"|(?P<word>[A-Za-z_\u0080-\uffff][\w$]*)|(?P<sign><>|!=|<=|>=|::|=|<|>|\(|\)|,|-(?!-)|\+|%)|(?P<end>$))"
)


@dataclass(frozen=True)
class Token:
    """A word, sign or literal; quotes are taken off, words are folded as Postgres folds them."""

    kind: str
    text: str
    position: int  # in characters, from 1


def split(where: str) -> list[Token]:
    """All of a condition, the last one its end. Raises Problem."""
    found: list[Token] = []
    at = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(where, at)
        if match is None or match.lastgroup is None:
            raise Problem(f"it is not understood from character {at + 1} on")
        kind, text = match.lastgroup, match[match.lastgroup]
        found.append(Token(kind, _meant(kind, text), match.start(kind) + 1))
        at = match.end()
    return found


def _meant(kind: str, text: str) -> str:
    """A token without its quotes; a word as Postgres folds it."""
    if kind == "word":
        return "".join(letter.lower() if letter.isascii() else letter for letter in text)
    if kind in {"text", "quoted"}:
        return text[1:-1].replace(text[0] * 2, text[0])
    return text
