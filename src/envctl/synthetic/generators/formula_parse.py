"""Arithmetic as a stack file writes it: `price * quantity`, `round((net + tax) / 3, 2)`. Nothing of it is ever run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from envctl.synthetic.checks.expressions import Arithmetic, Constant, Expression, Ref, Rounded, Sign

_TOKEN = re.compile(
    r'\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[^\W\d][\w$]*)|"(?P<quoted>(?:[^"]|"")+)"|(?P<sign>[-+*/(),]))'
)
_DEEPEST = 50  # parentheses
_SUMS: dict[str, Sign] = {"+": "+", "-": "-"}
_PRODUCTS: dict[str, Sign] = {"*": "*", "/": "/"}
_ROUND = "round"


class Unclear(ValueError):
    """No arithmetic; says what is wrong with it."""


class _Token(NamedTuple):
    kind: str
    text: str


@lru_cache(256)
def parse(text: str) -> Expression:
    """What is to be worked out. Raises Unclear."""
    reader = _Reader([*_tokens(text), _Token("end", "its end")])
    found = reader.sum(0)
    reader.expect("end")
    return found


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise Unclear(f"{text[at:].strip()[:10]!r} is no number, name or sign (write + - * / and parentheses)")
        at, kind = found.end(), str(found.lastgroup)
        yield _Token(found[kind] if kind == "sign" else kind, found[kind])


class _Reader:
    """The tokens that are left."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at = tokens, 0

    def sum(self, depth: int) -> Expression:
        """Products that are added."""
        found = self._product(depth)
        while self._next.kind in _SUMS:
            found = Arithmetic(_SUMS[self._take().kind], found, self._product(depth))
        return found

    def expect(self, kind: str) -> _Token:
        """That is what comes next. Raises Unclear."""
        if self._next.kind != kind:
            wanted = {"end": "an operator", "number": "a number"}.get(kind, kind)
            raise Unclear(f"{wanted} is expected before {self._next.text}")
        return self._take()

    def _product(self, depth: int) -> Expression:
        found = self._single(depth)
        while self._next.kind in _PRODUCTS:
            found = Arithmetic(_PRODUCTS[self._take().kind], found, self._single(depth))
        return found

    def _single(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise Unclear("there are too many parentheses in it")
        token = self._take()
        if token.kind == "number":
            return Constant(Decimal(token.text))
        if token.kind == "-":
            return Arithmetic("-", Constant(Decimal(0)), self._single(depth + 1))
        if token.kind == "(":
            found = self.sum(depth + 1)
            self.expect(")")
            return found
        if token.kind == "quoted":
            return Ref(token.text.replace('""', '"'))
        if token.kind != "name":
            raise Unclear(f"a column or a number is expected, not {token.text}")
        return self._round(depth) if token.text == _ROUND and self._next.kind == "(" else Ref(token.text)

    def _round(self, depth: int) -> Expression:
        self._take()
        inner = self.sum(depth + 1)
        self.expect(",")
        digits = self.expect("number").text
        self.expect(")")
        if not digits.isdecimal():
            raise Unclear(f"{digits} digits after the point are no whole number")
        return Rounded(inner, int(digits))

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token
