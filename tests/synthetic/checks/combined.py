"""Conditions made of others, by chance."""

from __future__ import annotations

from random import Random

_SINGLE = (
    "x > 5",
    "x <> 7",
    "x IS NULL",
    "x IN (1, 2, 12)",
    "x = y",
    "x < y + 3",
    "y BETWEEN 1 AND 20",
    "y % 2 = 0",
    "z IS NOT NULL",
    "x + y = z",
    "abs(z) > 4",
    "b",
    "b2 = false",
    "m = 'ok'",
    "m > 'sad'",
    "s ~ '^[a-c]{2,4}$'",
    "s = lower(s)",
    "length(s) >= 3",
    "s LIKE 'a%'",
    "s IS NULL",
    "s <> ''",
    "d >= '2020-01-01'",
    "d < d2",
    "d2 IS NULL",
    "n > 0",
    "n <= 9.99",
    "GREATEST(x, y) < 50",
    "COALESCE(x, y, 3) > 2",
    "COALESCE(b, b2, false)",
    "num_nonnulls(x, y, z) = 2",
    "x IS DISTINCT FROM y",
    "x IS NOT DISTINCT FROM 4",
    "x > 3 IS NOT TRUE",
    "b IS NOT FALSE",
    "b::int + b2::int = 1",
    "jsonb_typeof(j) = 'array'",
    "cardinality(a) > 1",
)


def combined(chance: Random, depth: int = 3) -> str:
    """A condition of such parts."""
    if not depth or chance.random() < 0.15:
        return f"({chance.choice(_SINGLE)})"
    one, other, third = (combined(chance, depth - 1) for _ in range(3))
    return chance.choice(
        (
            f"({one} AND {other})",
            f"({one} OR {other})",
            f"(NOT {one})",
            f"(({one} AND {other}) OR {third})",
            f"(CASE WHEN {one} THEN {other} ELSE {third} END)",
            f"({one} = {other})",
            f"({one} IS {chance.choice(('TRUE', 'FALSE', 'NOT TRUE', 'NOT FALSE'))})",
            f"(COALESCE({one}, {other}))",
            f"({one}::int + {other}::int >= 1)",
            f"(CASE WHEN {one} THEN 1 WHEN {other} THEN 2 END = 1)",
            f"({one} IS NOT DISTINCT FROM {other})",
        )
    )
