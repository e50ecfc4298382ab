"""Where a reader of a condition is: one word or sign after the other."""

from __future__ import annotations

from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.tokens import Token, split

_LONG = 2000  # words and signs: more are nobody's condition


class Cursor:
    """Goes through a condition from left to right. Raises Problem, which names the spot."""

    def __init__(self, where: str) -> None:
        self._tokens = split(where)
        if len(self._tokens) > _LONG:
            raise Problem(f"it has more than {_LONG} words")
        self._at = 0

    @property
    def token(self) -> Token:
        """What comes next."""
        return self._tokens[self._at]

    def sign(self, *signs: str) -> bool:
        """Whether the next is one of these signs."""
        return self.token.kind == "sign" and self.token.text in signs

    def next(self) -> Token:
        """Step over what comes next; never over the end."""
        token = self.token
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def taken(self, text: str) -> bool:
        """Step over a word or sign, if it is the next."""
        if self.token.kind in {"word", "sign"} and self.token.text == text:
            self.next()
            return True
        return False

    def expect(self, text: str) -> None:
        """Step over what must be the next."""
        if not self.taken(text):
            raise Problem(f'"{text.upper()}" is missing at character {self.token.position}')

    def odd(self, token: Token | None = None) -> Problem:
        """That something, or what comes next, is not understood."""
        token = token or self.token
        if token.kind == "end":
            return Problem("it ends too early")
        return Problem(f"it is not understood from character {token.position} on")
