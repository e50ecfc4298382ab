"""The words and signs of a condition as Postgres writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from envctl.synthetic.patterns import Unreadable

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<text>'(?:[^']|'')*')|(?P<quoted>\"(?:[^\"]|\"\")+\")"
    r"|(?P<word>[A-Za-z_\u0080-\uffff][\w$]*)|(?P<sign>::|[(),.\[\]:]|[+*/<>=~!@#%^&|`?-]+)|(?P<end>$))"
)
_MOST_TOKENS = 5000


@dataclass(frozen=True)
class Token:
    """A word, sign or literal; quotes are taken off."""

    kind: str
    text: str


def split(text: str) -> list[Token]:
    """All of a condition, the last one its end. Raises Unreadable."""
    found: list[Token] = []
    at = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise Unreadable("a condition that is not written as Postgres writes them")
        kind, said = match.lastgroup, match[match.lastgroup]
        if kind in {"text", "quoted"}:
            said = said[1:-1].replace(said[0] * 2, said[0])
        found.append(Token(kind, said))
        at = match.end()
        if len(found) > _MOST_TOKENS:
            raise Unreadable("a condition that is too long")
    return found


class Cursor:
    """Goes through a condition from left to right. Raises Unreadable."""

    def __init__(self, text: str) -> None:
        self._tokens, self._at = split(text), 0

    @property
    def next(self) -> Token:
        """What comes next."""
        return self._tokens[self._at]

    def odd(self) -> Unreadable:
        """That what comes next is not understood."""
        shown = {"text": "a text", "number": "a number", "end": "its end"}.get(self.next.kind, f"“{self.next.text}”")
        return Unreadable(f"{shown} where it stands in the condition")

    def word(self, *words: str) -> bool:
        """Whether the next is one of these words."""
        return self.next.kind == "word" and self.next.text in words

    def sign(self, *signs: str) -> bool:
        """Whether the next is one of these signs."""
        return self.next.kind == "sign" and self.next.text in signs

    def step(self) -> Token:
        """Step over what comes next; never over the end."""
        token = self.next
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def taken(self, text: str) -> bool:
        """Step over a word or sign, if it is the next."""
        if self.next.kind in {"word", "sign"} and self.next.text == text:
            self.step()
            return True
        return False

    def expect(self, text: str) -> None:
        """Step over what must be the next."""
        if not self.taken(text):
            raise self.odd()

    def name(self) -> str:
        """A name, in quotes or not."""
        if self.next.kind not in {"word", "quoted"}:
            raise self.odd()
        return self.step().text
