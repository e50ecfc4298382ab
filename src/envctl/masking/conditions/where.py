"""Conditions of rules: SQL over the columns of one row, answered for a whole block.

A part of SQL, and of it only what Postgres and polars answer alike: columns, numbers, 'texts', TRUE, FALSE, NULL;
= <> != < <= > >=; IS [NOT] NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM; [NOT] IN, BETWEEN, LIKE, ILIKE; lower,
upper, length; AND, OR, NOT, brackets. `pl.sql_expr` takes more, and answers some of it in its own way (7 / 2 is 3.5, a
number and a text cannot be compared, regular expressions are Rust's, count(x) looks at the whole block): not used.

Refused, because the answer would depend on more than the row, or differ: subqueries, other tables, other functions
(clocks, chance, aggregates), arithmetic, casts, regular expressions, and the order of texts, which is the collation's.
Of json, arrays, addresses and types nobody knows only NULL can be asked.
Unknown counts as true, and so does what only Postgres can know: fractions of more than 15 digits and NaN, years before
1 and after 9999, infinity, the case of letters other than ASCII. Points in time without an offset are taken as UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from envctl.catalogue import Table
from envctl.masking.conditions import terms
from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.terms import Term
from envctl.masking.conditions.tokens import Token, split

_CONSTANTS = {"true": True, "false": False, "null": None}
_RESERVED = frozenset({*_CONSTANTS, "and", "or", "not", "is", "distinct", "from", "in", "between", "like", "ilike"})
_EQUALITY = frozenset({"=", "<>", "!="})
_DEEP, _LONG = 50, 2000  # brackets within each other, and words: more are nobody's condition


@dataclass(frozen=True)
class Condition:
    """A condition of a table's rows. `reads` are the columns that it looks at."""

    reads: tuple[str, ...]
    expression: pl.Expr

    def holds(self, rows: pl.DataFrame) -> pl.Series:
        """For each row (of the columns that it reads, as texts without escapes) whether it is true or unknown."""
        # Odd names would be patterns to polars.
        named = pl.DataFrame([rows[name].alias(terms.alias(at)) for at, name in enumerate(self.reads)])
        answer: pl.Series = named.with_columns(answer=self.expression)["answer"]
        return answer.fill_null(value=True)


def condition(where: str, table: Table) -> Condition:
    """What a condition says. Raises Problem, whose text holds names and positions but no value."""
    return _Reader(where, table).condition()


def check(where: str, table: Table) -> str | None:
    """What is wrong with a condition on a table's rows, if anything is."""
    try:
        condition(where, table)
    except Problem as problem:
        return str(problem)
    return None


class _Reader:
    """Reads a condition from left to right."""

    def __init__(self, where: str, table: Table) -> None:
        self._tokens = split(where)
        if len(self._tokens) > _LONG:
            raise Problem(f"it has more than {_LONG} words")
        self._at = self._depth = 0
        self._table = table
        self._reads: list[str] = []
        self._doubts: list[pl.Expr] = []

    def condition(self) -> Condition:
        found = terms.logical(self._either())
        if self._token.kind != "end":
            raise Problem(f"something follows its end, at character {self._token.position}")
        if not self._reads:
            raise Problem("it names no column")
        # Even IS TRUE and IS NULL must not answer from what is unknown to us alone.
        return Condition(tuple(self._reads), found | pl.any_horizontal(self._doubts))

    def _either(self) -> Term:
        parts = [self._both()]
        while self._taken("or"):
            parts.append(self._both())
        # Side by side: within each other, hundreds of them would take polars minutes.
        return parts[0] if len(parts) == 1 else terms.truth(pl.any_horizontal([terms.logical(part) for part in parts]))

    def _both(self) -> Term:
        parts = [self._denied()]
        while self._taken("and"):
            parts.append(self._denied())
        return parts[0] if len(parts) == 1 else terms.truth(pl.all_horizontal([terms.logical(part) for part in parts]))

    def _denied(self) -> Term:
        times = 0
        while self._taken("not"):
            times += 1
        found = self._compared()
        if not times:
            return found
        logical = terms.logical(found)
        return terms.truth(~logical if times % 2 else logical)

    def _compared(self) -> Term:
        left = self._value()
        if self._token.kind == "sign" and self._token.text in terms.COMPARED:
            sign = self._next().text
            left = self._answer(left, sign, self._value())
        else:
            left = self._listed(left)
        while self._taken("is"):
            left = self._is(left)
        return left

    def _listed(self, left: Term) -> Term:
        """IN, BETWEEN, LIKE and ILIKE, with or without NOT."""
        denied = self._taken("not")
        if self._taken("in"):
            answer = self._one_of(left)
        elif self._taken("between"):
            low = self._value()
            self._expect("and")
            above, below = self._answer(left, ">=", low), self._answer(left, "<=", self._value())
            answer = terms.logical(above) & terms.logical(below)
        elif self._taken("like"):
            answer = terms.like(left, self._value())
        elif self._taken("ilike"):
            self._doubts.append(terms.foreign(left))
            answer = terms.like(left, self._value(), blind=True)
        elif denied:
            raise self._odd()
        else:
            return left
        return terms.truth(~answer if denied else answer)

    def _one_of(self, left: Term) -> pl.Expr:
        self._expect("(")
        answers = [terms.logical(self._answer(left, "=", self._value()))]
        while self._taken(","):
            answers.append(terms.logical(self._answer(left, "=", self._value())))
        self._expect(")")
        return pl.any_horizontal(answers)

    def _is(self, left: Term) -> Term:
        denied = self._taken("not")
        if self._taken("null"):
            answer = left.null
        elif self._taken("distinct"):
            self._expect("from")
            answer = terms.distinct(left, self._value())
        elif self._taken("unknown"):
            answer = terms.logical(left).is_null()
        elif (wanted := self._taken("true")) or self._taken("false"):
            answer = terms.logical(left).eq_missing(pl.lit(wanted))
        else:
            raise self._odd()
        return terms.truth(~answer if denied else answer)

    def _answer(self, left: Term, sign: str, right: Term) -> Term:
        one, other = terms.alike(left, right, ordered=sign not in _EQUALITY)
        return terms.truth(terms.COMPARED[sign](one, other))

    def _value(self) -> Term:
        token = self._next()
        if token.kind == "number":
            return terms.number(token.text)
        if token.kind == "text":
            return terms.literal(token.text)
        if token.kind == "sign":
            return self._signed(token)
        if token.kind == "quoted" or (token.kind == "word" and token.text not in _RESERVED):
            return (
                self._called(token) if self._token.kind == "sign" and self._token.text == "(" else self._column(token)
            )
        if token.kind == "word" and token.text in _CONSTANTS:
            return terms.constant(_CONSTANTS[token.text])
        raise self._odd(token)

    def _signed(self, token: Token) -> Term:
        if token.text == "-" and self._token.kind == "number":
            return terms.number("-" + self._next().text)
        if token.text == "(":
            return self._within()
        raise self._odd(token)

    def _called(self, token: Token) -> Term:
        if token.text not in terms.FUNCTIONS:
            raise Problem(f'it calls "{token.text}": only {", ".join(terms.FUNCTIONS)} can be')
        self._expect("(")
        inner = self._within()
        if token.text in terms.FOLDING:
            self._doubts.append(terms.foreign(inner))
        return terms.FUNCTIONS[token.text](inner)

    def _within(self) -> Term:
        self._depth += 1
        if self._depth > _DEEP:
            raise Problem("it has too many brackets within each other")
        found = self._either()
        self._expect(")")
        self._depth -= 1
        return found

    def _column(self, token: Token) -> Term:
        column = self._table.column(token.text)
        if column is None:
            raise Problem(f'it names "{token.text}", which is no column of {self._table.full}')
        if column.generated:
            raise Problem(f'it names "{token.text}", which is computed and in no copy of the rows')
        if column.name in self._reads:
            return terms.column(column, self._reads.index(column.name))
        self._reads.append(column.name)
        found = terms.column(column, len(self._reads) - 1)
        self._doubts.append(terms.unread(found))
        return found

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._token
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _taken(self, text: str) -> bool:
        """Step over a word or sign, if it is the next."""
        if self._token.kind in {"word", "sign"} and self._token.text == text:
            self._next()
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._taken(text):
            raise Problem(f'"{text.upper()}" is missing at character {self._token.position}')

    def _odd(self, token: Token | None = None) -> Problem:
        token = token or self._token
        if token.kind == "end":
            return Problem("it ends too early")
        return Problem(f"it is not understood from character {token.position} on")
