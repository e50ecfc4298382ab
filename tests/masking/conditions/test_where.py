"""Conditions are answered as Postgres answers them; where that cannot be known, a row is masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl
import pytest

from envctl.catalogue import Column, Table
from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.where import check, condition
from envctl.masking.copying import rows, unescaped
from tests.masking.test_copying import copied
from tests.seeds.postgres import Postgres

TABLE = Table(
    "shop",
    "things",
    (
        Column("id", "integer", "integer"),
        Column("a", "integer", "integer"),
        Column("t", "text", "text"),
        Column("c", "character(5)", "text", length=5, fixed=True),
        Column("n", "numeric", "number"),
        Column("d", "date", "date"),
        Column("p", "timestamp without time zone", "timestamp"),
        Column("z", "timestamp with time zone", "timestamp"),
        Column("b", "boolean", "boolean"),
        Column("m", "mood", "enum", labels=("sad", "ok")),
        Column("u", "uuid", "uuid"),
        Column("j", "jsonb", "json"),
        Column("l", "text[]", "text", array=True),
        Column("E Mail", "text", "text"),
        Column("^t$", "text", "text"),
        Column("*", "text", "text"),
        Column("g", "text", "text", generated=True),
    ),
)
ROWS = """
    (1, 1, 'x', 'ab', 1.50, '2024-02-29', '2024-01-01 10:00', '2024-01-01 10:00+02', true, 'ok',
     'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{}', '{a}', 'me@shop.test', 'q', 's'),
    (2, -7, 'Xa%b', 'ab   ', -0.001, '1999-12-31', '2023-12-31 23:59:59.999999', '2024-01-01 08:00-05:30', false, 'sad',
     'ffffffff-9c0b-4ef8-bb6d-6bb9bd380a11', '[1]', '{}', '', '', ''),
    (3, 2147483647, 'it''s', '', 100, '2024-03-01', '2024-01-01', '2024-01-01 09:00Z', NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, 3, E'new\\nline', 'abcde', 123456789012345, '0001-01-01', '9999-12-31', '1970-01-01Z', true, 'ok',
     NULL, '1', '{NULL}', 'x\\y', 'q', '*')
"""
DOUBTFUL = """
    (6, 1, 'ÄÖ', 'é', 'NaN', 'infinity', '-infinity', '10000-01-01Z', true, 'ok', NULL, '1', NULL, 'x', 'É', 's'),
    (7, 2, 'é', 'É', 0.12345678901234567890, '0044-03-15 BC', '0044-03-15 10:00 BC', 'infinity', false, 'ok', NULL, '1',
     NULL, 'x', 'É', 's')
"""
INTERVAL = "an interval is whole numbers and units: '30 days', '1 year 6 months', '12 hours' (at character 13)"
NOW = datetime(2024, 3, 31, 12, 34, 56, 789, tzinfo=UTC)
CLOCK = {  # what Postgres is told, so that it is the same time for both
    "current_date": "DATE '2024-03-31'",
    "current_timestamp": "TIMESTAMPTZ '2024-03-31 12:34:56.000789Z'",
    "localtimestamp": "TIMESTAMP '2024-03-31 12:34:56.000789'",
    "now()": "TIMESTAMPTZ '2024-03-31 12:34:56.000789Z'",
}
TIMES = (
    "p > now() - interval '30 days'",
    "p > now() - interval '3 months'",
    "z < now() - interval '2 months 30 days 02:34:56.000789'",
    "z >= now() - interval '2 months 30 days 3 hours'",
    "d > current_date - interval '1 month'",
    "d >= current_date - 31",
    "d = current_date - interval '1 month'",
    "d + interval '1 month' = current_date - interval '2 days'",
    "d + interval '1 year' = '2025-02-28'",
    "d + 1 = '2024-03-01'",
    "1 + d = '2024-03-01' or d - 1 = '2024-02-29'",
    "p < localtimestamp - interval '1 year' + interval '9 months'",
    "p + interval '90 days 12:00' > current_timestamp",
    "p between now() - interval '1 year' and now()",
    "p::date = '2024-01-01'",
    "z::date = date '2024-01-01' and z > d::timestamptz",
    "p > d",
    "d < p or d < now()",
    "z <> timestamptz '2024-01-01 10:00+02'",
    "p is distinct from timestamp '2024-01-01 10:00'",
    "p - interval '1 week' < '2023-12-25 03:00'",
    "p > now() - '3 mons 1 week ago'::interval",
    "p > now() - (interval '1 year' - interval '-3 months')",
    "p > now() - interval '-1 day 24:00:00.5' - interval '1 y 2 mon 3 d 4 h 5 m 6 s'",
    "p > (now() - interval '90 days')::date",
    "not p < now() - interval '13 weeks' or p is null",
    "now() > p and a = 1",
)
FINITE = (  # Postgres fails where the date is infinite
    "current_date - d > 31",
    "d - '2024-02-29'::date in (0, 1)",
)
SAME = (
    *TIMES,
    *FINITE,
    "a = 1",
    "a<>1",
    "a != 1",
    "a > 1 or a < -5",
    "a >= 1 and not a = 3",
    "a between 1 and 3",
    "a not between 1 and 3",
    "not a between 1 and 3",
    "a in (1, 2, '3')",
    "a not in (1, NULL)",
    "a = '1'",
    "a = -7",
    "a is null",
    "a is not null",
    "a is distinct from 1",
    "a is not distinct from NULL",
    "a = NULL",
    "(a = 1) is unknown",
    "(a = 1) is not true",
    "a = 1 is false",
    "t = 'x'",
    "'x' = t",
    "T = 'x'",
    "t = 'it''s'",
    "t <> 'x'",
    "t in ('x', 'it''s')",
    "t like 'x%'",
    "t not like '%a%'",
    "t like 'Xa\\%_'",
    "t like 'new%line'",
    "t like '_'",
    "t ilike 'x%'",
    't = "E Mail"',
    "lower(t) = 'xa%b'",
    "upper(t) like 'X%'",
    "lower(t) = 'x' or a = 3",
    "length(t) > 3",
    "length(c) = 2",
    "c = 'ab'",
    "c = 'ab '",
    "c = t",
    "lower(c) = 'ab'",
    "n = 1.5",
    "n > 1",
    "n <= -0.001",
    "n = 123456789012345",
    "n is distinct from 100",
    "d = '2024-02-29'",
    "d > '1999-12-31' and d < '2024-03-01'",
    "d between '0001-01-01' and '2000-01-01'",
    "p < '2024-01-01'",
    "p >= '2024-01-01 10:00:00'",
    "p = '2023-12-31 23:59:59.999999'",
    "z < '2024-01-01 09:00:00Z'",
    "z = '2024-01-01 13:30:00+00'",
    "b",
    "not b",
    "not not b",
    "b is true",
    "b is not false",
    "b = 'f'",
    "b and a = 1 or t = 'it''s'",
    "b = (a = 1)",
    "m = 'ok'",
    "m in ('ok', 'sad')",
    "m <> 'sad'",
    "u = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
    "u <> 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
    "j is null",
    "l is not null",
    "\"E Mail\" like '%@%'",
    "\"E Mail\" = 'x\\y'",
    "\"^t$\" = 'q'",
    "\"*\" = '*'",
    "true and a = 1",
    "a % 2 = 1",
    "a % 3 = -1 or length(t) % 2 = 1",
    "a % 100 in (1, 47, -7)",
    "a = 1 or null",
    "1 = 2 or a = 1",
    "a = 1 or a in (" + ", ".join(str(n) for n in range(500)) + ") or t = 'x'",
    "a <> 0 and a <> 2 and (t = 'x' or t = NULL or b)",
)


@pytest.mark.docker
def test_postgres_says_the_same(postgres: Postgres) -> None:
    """Each condition holds for the rows for which Postgres says it is true or unknown; never for fewer."""
    database = postgres.fresh()
    columns = ", ".join(f'"{column.name}" {column.type}' for column in TABLE.columns if not column.generated)
    postgres.sql(
        database,
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        f"CREATE TABLE things ({columns})",
        f"SET timezone = 'UTC'; INSERT INTO things VALUES {ROWS}, {DOUBTFUL}",
    )
    names = [column.name for column in TABLE.columns if not column.generated]
    frame = rows(copied(postgres, database, "things"), names)
    bare = pl.DataFrame([unescaped(series) for series in frame])
    theirs = answers(postgres, database, "({}) IS NOT FALSE")
    true = answers(postgres, database, "({}) IS TRUE")
    assert (7, len(SAME)) == (len(theirs), len(theirs[0]))
    for at, where in enumerate(SAME):
        ours = condition(where, TABLE, NOW).holds(bare).to_list()
        assert (where, [row[at] for row in true][:5]) == (where, condition(where, TABLE, NOW).meets(bare).to_list()[:5])
        assert (where, [row[at] for row in theirs][:5]) == (where, ours[:5])
        assert (where, set()) == (where, {row for row in (5, 6) if theirs[row][at] and not ours[row]})


def answers(postgres: Postgres, database: str, form: str) -> list[list[bool]]:
    """What Postgres says of all conditions, for each row."""
    asked = ", ".join(form.format(f"CASE WHEN id < 6 THEN {where} END" if where in FINITE else where) for where in SAME)
    for words, value in CLOCK.items():
        asked = asked.replace(words, value)
    said = postgres.sql(database, f"SET timezone = 'UTC'; SELECT {asked} FROM things ORDER BY id")
    return [[answer == "t" for answer in line.split("|")] for line in said]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("", "it ends too early"),
        ("a", '"a" stands where a condition must'),
        ("a =", "it ends too early"),
        ("nope = 1", 'it names "nope", which is no column of shop.things'),
        ("\"T\" = 'x'", 'it names "T", which is no column of shop.things'),
        ("g = 'x'", 'it names "g", which is computed and in no copy of the rows'),
        ("things.a = 1", "it is not understood from character 7 on"),
        ("a in (select 1)", 'it names "select", which is no column of shop.things'),
        ("exists (select 1)", 'it calls "exists": only now, lower, upper, length can be'),
        ("d > now(1)", '")" is missing at character 9'),
        ("d > age(p)", 'it calls "age": only now, lower, upper, length can be'),
        ("d > now", 'it names "now", which is no column of shop.things'),
        (
            "p > now() - '30 days'",
            "it has a point in time - a literal: only times can be reckoned with (at character 11)",
        ),
        ("p - p > interval '1 day'", 'it has "p" - "p": only times can be reckoned with (at character 3)'),
        ("d + a > '2024-01-01'", 'it has "d" + "a": only times can be reckoned with (at character 3)'),
        ("p + 1 > now()", 'it has "p" + a number: only times can be reckoned with (at character 3)'),
        ("d > now() - interval '30'", INTERVAL),
        ("d > now() - interval '1.5 days'", INTERVAL),
        ("d > now() - interval '1 fortnight'", INTERVAL),
        ("d > now() - interval ''", INTERVAL),
        ("d > now() - interval '1 day and a half'", INTERVAL),
        ("interval '1 day' > interval '1 hour'", "an interval is compared with an interval"),
        ("p > interval '1 day'", '"p" is compared with an interval'),
        ("p > '2024-01-01 10:00+02'", "a point in time has an offset, where its type has no time zone"),
        ("t::date > now()", '"t" cannot be made a date (at character 4)'),
        ("now() > '2024-01-01'", "it names no column"),
        ("random() < 0.5", 'it calls "random": only now, lower, upper, length can be'),
        ("count(a) > 1", 'it calls "count": only now, lower, upper, length can be'),
        ("a / 2 = 1", "it is not understood from character 2 on"),
        ("a + 1 = 2", 'it has "a" + a number: only times can be reckoned with (at character 3)'),
        ("a::text = '1'", "at character 4 is no type that it can be: date, timestamp, timestamptz, interval"),
        ("t || 'x' = 'xx'", "it is not understood from character 2 on"),
        ("t ~ '^x'", "it is not understood from character 2 on"),
        ("t = 'x'; DROP TABLE things", "it is not understood from character 8 on"),
        ("t = 'x' -- more", "it is not understood from character 8 on"),
        ("a = 1 = b", "something follows its end, at character 7"),
        ("t = E'x'", 'it names "e", which is no column of shop.things'),
        ("t > 'x'", "it asks for the order of texts, which depends on the collation"),
        ("m < 'ok'", "it asks for the order of texts, which depends on the collation"),
        ("t between 'a' and 'b'", "it asks for the order of texts, which depends on the collation"),
        ("n % 2 = 1", '"n" is no whole number, and has no remainder (at character 5)'),
        ("a % id = 1", "only a whole number can stand behind % (at character 5)"),
        ("a % 2.5 = 1", "only a whole number can stand behind % (at character 5)"),
        ("a % 0 = 1", "nothing can be divided by that number (at character 5)"),
        ("t = 1", '"t" is compared with a number'),
        ("a = t", '"a" is compared with "t"'),
        ("a = 1.5", '"a" is a whole number, and is compared with what may be a fraction'),
        ("a = 'x'", "a text in quotes is compared with a number, and is none"),
        ("d = 'tomorrow'", "a text in quotes is compared with a date, and is none"),
        ("b = 'maybe'", "a text in quotes is compared with true or false, and is neither"),
        ("m = 'nope'", "a text in quotes is compared with an enum, and is none of its labels"),
        ("u = 'x'", "a text in quotes is compared with a uuid, and is none"),
        ("u = m", '"u" is compared with "m"'),
        ("j = '{}'", '"j" is compared with a value of which only NULL can be asked'),
        ("l = '{}'", '"l" is compared with a value of which only NULL can be asked'),
        ("t like '50\\'", "a pattern of LIKE ends with its escape"),
        ('t like "E Mail"', "LIKE needs a pattern in quotes"),
        ("c like 'a%'", "LIKE asks of what is no text of its own length"),
        ("t ilike 'é'", "ILIKE has letters that are not ASCII"),
        ("n = 1234567890123456", "it holds a number of more than 15 digits"),
        ("1 = 1", "it names no column"),
        ("b or " * 1000 + "b", "it has more than 2000 words"),
        ("(" * 60 + "b" + ")" * 60, "it has too many brackets within each other"),
    ],
)
def test_what_may_be_answered_otherwise_is_refused(where: str, said: str) -> None:
    """What depends on more than the row, or is not answered as Postgres does, is a problem before the first row."""
    assert said == check(where, TABLE)


def test_a_condition_says_what_it_reads() -> None:
    """The columns of a condition are known, so that only they are looked at."""
    assert ("t", "a") == condition("lower(t) = 'x' AND (a = 1 OR t IS NULL)", TABLE).reads


@pytest.mark.parametrize("where", ["n > 1", "not n > 1", "(n > 1) is true", "(n > 1) is null", "(n > 1) is not null"])
@pytest.mark.parametrize("value", ["0.12345678901234567890", "NaN"])
def test_what_only_postgres_knows_is_masked(where: str, value: str) -> None:
    """A number that cannot be compared as Postgres does is masked whatever is asked of it."""
    assert [True] == holding(where, "n", [value])


def test_who_asks_for_the_time_must_be_told() -> None:
    """No clock is looked at: without a moment there is no answer."""
    with pytest.raises(Problem, match="it asks what time it is, and nobody says so here"):
        condition("d > current_date", TABLE)


def test_who_chooses_rows_leaves_out_what_is_unknown() -> None:
    """As WHERE does; a condition of nothing but literals is one of all rows, where that is allowed."""
    frame = pl.DataFrame({"a": ["1", "2", None]})
    assert [True, False, False] == condition("a = 1", TABLE).meets(frame).to_list()
    assert [True, False, True] == condition("a = 1", TABLE).holds(frame).to_list()
    assert [True] * 3 == condition("true", TABLE, of_all=True).meets(frame).to_list()
    assert [False] * 3 == condition("null", TABLE, of_all=True).meets(frame).to_list()


def test_a_problem_holds_no_value() -> None:
    """What is wrong with a condition is said without the values that it names."""
    assert "Mary" not in str(check("t > 'Mary'", TABLE))


def holding(where: str, column: str, values: Sequence[str | None]) -> list[bool]:
    """For which values of a column a condition holds."""
    answers: list[bool] = (
        condition(where, TABLE).holds(pl.DataFrame({column: values}, schema={column: pl.String})).to_list()
    )
    return answers
