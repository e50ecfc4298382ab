"""Conditions of rules: SQL over the columns of one row, answered for a whole block.

A part of SQL, and of it only what Postgres and polars answer alike: columns, numbers, 'texts', TRUE, FALSE, NULL;
= <> != < <= > >=; IS [NOT] NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM; [NOT] IN, BETWEEN, LIKE, ILIKE; lower,
upper, length; whole numbers % a literal; AND, OR, NOT, brackets. Of time: now(), current_date, current_timestamp; DATE,
TIMESTAMP, TIMESTAMPTZ and INTERVAL before a text or, with ::, behind a value; points in time + and - intervals, dates +
and - days. `pl.sql_expr` takes more, and answers some of it in its own way (7 / 2 is 3.5, a number and a text cannot be
compared, regular expressions are Rust's, count(x) looks at the whole block): not used.

Refused, because the answer would depend on more than the row, or differ: subqueries, other tables, other functions
(chance, aggregates), other arithmetic and casts, regular expressions, and the order of texts, which is the collation's.
Of json, arrays, addresses and types nobody knows only NULL can be asked. What time it is somebody else says: it is the
same for all rows. Points in time without an offset are taken as UTC, and days begin there.
What only Postgres can know counts as true: fractions of more than 15 digits and NaN, years before 1 and after 9999,
infinity, the case of letters other than ASCII. Unknown does for who masks, and does not for who chooses rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from envctl.catalogue import Table
from envctl.masking.conditions import terms
from envctl.masking.conditions.functions import foreign
from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.terms import Term
from envctl.masking.conditions.values import Values

_EQUALITY = frozenset({"=", "<>", "!="})
_DEEP = 50  # brackets within each other: more are nobody's condition
_ANY = datetime(2000, 1, 1, tzinfo=UTC)  # where nothing is answered


@dataclass(frozen=True)
class Condition:
    """A condition of a table's rows. `reads` are the columns that it looks at."""

    reads: tuple[str, ...]
    expression: pl.Expr

    def holds(self, rows: pl.DataFrame) -> pl.Series:
        """For each row (of the columns that it reads, as texts without escapes) whether it is true or unknown."""
        return self._answers(rows).fill_null(value=True)

    def meets(self, rows: pl.DataFrame) -> pl.Series:
        """For each row whether it is true, as SQL's WHERE has it."""
        return self._answers(rows).fill_null(value=False)

    def _answers(self, rows: pl.DataFrame) -> pl.Series:
        if not self.reads:
            return pl.repeat(pl.select(self.expression).item(), rows.height, dtype=pl.Boolean, eager=True)
        # Odd names would be patterns to polars.
        named = pl.DataFrame([rows[name].alias(terms.alias(at)) for at, name in enumerate(self.reads)])
        answer: pl.Series = named.with_columns(answer=self.expression)["answer"]
        return answer


def condition(where: str, table: Table, now: datetime | None = None, *, of_all: bool = False) -> Condition:
    """What a condition says; `now` is what time it is. Only if it may be `of_all` rows alike it needs no column.

    Raises Problem, whose text holds names and positions but no value.
    """
    return _Reader(where, table, now).condition(of_all=of_all)


def check(where: str, table: Table, *, of_all: bool = False) -> str | None:
    """What is wrong with a condition on a table's rows, if anything is."""
    try:
        condition(where, table, _ANY, of_all=of_all)
    except Problem as problem:
        return str(problem)
    return None


class _Reader(Values):
    """Reads a condition from left to right."""

    _depth = 0

    def condition(self, *, of_all: bool) -> Condition:
        """All of it."""
        found = terms.logical(self._either())
        if self.token.kind != "end":
            raise Problem(f"something follows its end, at character {self.token.position}")
        if not self.reads and not of_all:
            raise Problem("it names no column")
        # Even IS TRUE and IS NULL must not answer from what is unknown to us alone.
        return Condition(tuple(self.reads), found | pl.any_horizontal(self.doubts or [pl.lit(value=False)]))

    def _either(self) -> Term:
        parts = [self._both()]
        while self.taken("or"):
            parts.append(self._both())
        # Side by side: within each other, hundreds of them would take polars minutes.
        return parts[0] if len(parts) == 1 else terms.truth(pl.any_horizontal([terms.logical(part) for part in parts]))

    def _both(self) -> Term:
        parts = [self._denied()]
        while self.taken("and"):
            parts.append(self._denied())
        return parts[0] if len(parts) == 1 else terms.truth(pl.all_horizontal([terms.logical(part) for part in parts]))

    def _denied(self) -> Term:
        times = 0
        while self.taken("not"):
            times += 1
        found = self._compared()
        if not times:
            return found
        logical = terms.logical(found)
        return terms.truth(~logical if times % 2 else logical)

    def _compared(self) -> Term:
        left = self.value()
        if self.sign(*terms.COMPARED):
            sign = self.next().text
            left = self._answer(left, sign, self.value())
        else:
            left = self._listed(left)
        while self.taken("is"):
            left = self._is(left)
        return left

    def _listed(self, left: Term) -> Term:
        """IN, BETWEEN, LIKE and ILIKE, with or without NOT."""
        denied = self.taken("not")
        if self.taken("in"):
            answer = self._one_of(left)
        elif self.taken("between"):
            low = self.value()
            self.expect("and")
            above, below = self._answer(left, ">=", low), self._answer(left, "<=", self.value())
            answer = terms.logical(above) & terms.logical(below)
        elif self.taken("like"):
            answer = terms.like(left, self.value())
        elif self.taken("ilike"):
            self.doubts.append(foreign(left))
            answer = terms.like(left, self.value(), blind=True)
        elif denied:
            raise self.odd()
        else:
            return left
        return terms.truth(~answer if denied else answer)

    def _one_of(self, left: Term) -> pl.Expr:
        self.expect("(")
        answers = [terms.logical(self._answer(left, "=", self.value()))]
        while self.taken(","):
            answers.append(terms.logical(self._answer(left, "=", self.value())))
        self.expect(")")
        return pl.any_horizontal(answers)

    def _is(self, left: Term) -> Term:
        denied = self.taken("not")
        if self.taken("null"):
            answer = left.null
        elif self.taken("distinct"):
            self.expect("from")
            answer = terms.distinct(left, self.value())
        elif self.taken("unknown"):
            answer = terms.logical(left).is_null()
        elif (wanted := self.taken("true")) or self.taken("false"):
            answer = terms.logical(left).eq_missing(pl.lit(wanted))
        else:
            raise self.odd()
        return terms.truth(~answer if denied else answer)

    def _answer(self, left: Term, sign: str, right: Term) -> Term:
        one, other = terms.alike(left, right, ordered=sign not in _EQUALITY)
        return terms.truth(terms.COMPARED[sign](one, other))

    def within(self) -> Term:
        """What stands in brackets, and the closing one."""
        self._depth += 1
        if self._depth > _DEEP:
            raise Problem("it has too many brackets within each other")
        found = self._either()
        self.expect(")")
        self._depth -= 1
        return found
