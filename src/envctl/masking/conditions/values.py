"""What is compared in a condition: columns, literals, what is made of them, and points in time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import polars as pl

from envctl.catalogue import Table
from envctl.masking.conditions import moments, terms
from envctl.masking.conditions.cursor import Cursor
from envctl.masking.conditions.functions import FOLDING, FUNCTIONS, foreign, remainder
from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.terms import Term
from envctl.masking.conditions.tokens import Token

_CONSTANTS = {"true": True, "false": False, "null": None}
_RESERVED = frozenset({*_CONSTANTS, "and", "or", "not", "is", "distinct", "from", "in", "between", "like", "ilike"})
# What time it is, as words and as calls; in UTC, and the same for all rows.
_NOW: Mapping[str, Callable[[datetime], Term]] = {
    "current_timestamp": moments.instant,
    "localtimestamp": moments.instant,
    "current_date": moments.day,
}
_CALLED_NOW = frozenset({"now", "transaction_timestamp"})
_CALLED = ("now", *FUNCTIONS)


@contextmanager
def _at(token: Token) -> Iterator[None]:
    """What is wrong is at that spot."""
    try:
        yield
    except Problem as problem:
        raise Problem(f"{problem} (at character {token.position})") from None


class Values(Cursor):
    """Reads values of one table's rows. `now` is what time it is, None where nobody says."""

    def __init__(self, where: str, table: Table, now: datetime | None) -> None:
        super().__init__(where)
        self._table, self._now = table, now
        self.reads: list[str] = []
        self.doubts: list[pl.Expr] = []  # what of the answer only Postgres knows

    @abstractmethod
    def within(self) -> Term:
        """What stands in brackets, and the closing one."""

    def value(self) -> Term:
        """A value, or several with + and - between them."""
        found = self._remainder()
        while self.sign("+", "-"):
            token = self.next()
            other = self._remainder()
            with _at(token):
                found = moments.moved(found, token.text, other)
        return found

    def _remainder(self) -> Term:
        """A value, or what is left of it when it is divided: `id % 100`."""
        found = self._cast()
        while self.sign("%"):
            self.next()
            by = self.next()
            if by.kind != "number" or not by.text.isdecimal():
                raise Problem(f"only a whole number can stand behind % (at character {by.position})")
            with _at(by):
                found = remainder(found, int(by.text))
        return found

    def _cast(self) -> Term:
        found = self._single()
        while self.taken("::"):
            token = self.next()
            if token.kind != "word" or token.text not in moments.TYPES:
                raise Problem(f"at character {token.position} is no type that it can be: {', '.join(moments.TYPES)}")
            with _at(token):
                found = moments.cast(found, token.text)
        return found

    def _single(self) -> Term:
        token = self.next()
        if token.kind == "number":
            return terms.number(token.text)
        if token.kind == "text":
            return terms.literal(token.text)
        if token.kind == "sign":
            return self._signed(token)
        if token.kind == "word" and token.text in _CONSTANTS:
            return terms.constant(_CONSTANTS[token.text])
        if token.kind == "word" and token.text in moments.TYPES and self.token.kind == "text":
            with _at(token):
                return moments.cast(terms.literal(self.next().text), token.text)
        if token.kind == "quoted" or (token.kind == "word" and token.text not in _RESERVED):
            return self._called(token) if self.sign("(") else self._named(token)
        raise self.odd(token)

    def _signed(self, token: Token) -> Term:
        if token.text == "-" and self.token.kind == "number":
            return terms.number("-" + self.next().text)
        if token.text == "(":
            return self.within()
        raise self.odd(token)

    def _named(self, token: Token) -> Term:
        if token.kind == "word" and token.text in _NOW:
            return _NOW[token.text](self._clock())
        return self._column(token)

    def _called(self, token: Token) -> Term:
        if token.text in _CALLED_NOW:
            self.expect("(")
            self.expect(")")
            return moments.instant(self._clock())
        if token.text not in FUNCTIONS:
            raise Problem(f'it calls "{token.text}": only {", ".join(_CALLED)} can be')
        self.expect("(")
        inner = self.within()
        if token.text in FOLDING:
            self.doubts.append(foreign(inner))
        return FUNCTIONS[token.text](inner)

    def _clock(self) -> datetime:
        if self._now is None:
            raise Problem("it asks what time it is, and nobody says so here")
        return self._now

    def _column(self, token: Token) -> Term:
        column = self._table.column(token.text)
        if column is None:
            raise Problem(f'it names "{token.text}", which is no column of {self._table.full}')
        if column.generated:
            raise Problem(f'it names "{token.text}", which is computed and in no copy of the rows')
        if column.name in self.reads:
            return terms.column(column, self.reads.index(column.name))
        self.reads.append(column.name)
        found = terms.column(column, len(self.reads) - 1)
        self.doubts.append(terms.unread(found))
        return found
