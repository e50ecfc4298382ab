"""The shape of a server's data, by what its planner knows: how it is asked, and what the answer means. Pure.

No row is read, and of what the planner has sampled the server itself rounds what is asked of it: no number comes with
more than two digits, no moment with its day, and no other value but those that many rows have, of columns that a rule
of masking lets pass.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from envctl.catalogue import Catalogue, Table, written
from envctl.seeds.server import literal
from envctl.seeds.servers.live import Odd
from envctl.seeds.shapes.limits import added, rounded
from envctl.seeds.shapes.tally import bounds, different, repeats, shares
from envctl.seeds.shapes.wanted import Wanted
from envctl.shape import COMMON, DIGITS, GROUP, ColumnShape, Shape, TableShape

Looked = Mapping[str, Sequence[Wanted]]  # at the columns of each table, by its full name
Name = tuple[str, str, str]

OPTIONS = (
    "--no-psqlrc",
    "--quiet",
    "--no-password",
    "--tuples-only",
    "--no-align",
    "--set=ON_ERROR_STOP=1",
    "--file=-",
)
SETTINGS = (
    "SET client_encoding TO 'UTF8'; SET default_transaction_read_only TO on; SET DateStyle TO 'ISO, YMD'; "
    "SET TimeZone TO 'UTC'; SET extra_float_digits TO 1"
)
_SHARES = 4  # decimals
_HEADER = 1  # byte before a short text
_ASKED = """WITH asked (schema, relation, name) AS (VALUES {asked})
SELECT pg_catalog.jsonb_build_object('{what}', (SELECT pg_catalog.jsonb_agg({each}) FROM asked a
    JOIN pg_catalog.pg_namespace n ON n.nspname = a.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = a.relation
    {statistics}{where}));
"""
_STATISTICS = """JOIN pg_catalog.pg_stats s ON s.schemaname = a.schema AND s.tablename = a.relation
        AND s.attname = a.name AND s.inherited = (c.relkind = 'p')"""
_TABLES = """pg_catalog.jsonb_build_array(a.schema, a.relation, c.relkind = 'p', c.reltuples::float8,
        pg_catalog.pg_relation_size(c.oid))"""
_COLUMNS = """pg_catalog.jsonb_build_array(a.schema, a.relation, a.name, s.null_frac, s.n_distinct, s.most_common_freqs,
        CASE WHEN s.avg_width > 0 THEN s.avg_width END)"""
_SPREAD = """pg_catalog.jsonb_build_array(a.schema, a.relation, a.name,
        (SELECT pg_catalog.jsonb_agg({rounded} ORDER BY at)
         FROM pg_catalog.unnest(s.histogram_bounds::text::text[]) WITH ORDINALITY h (v, at) WHERE {fine}),
        (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array({rounded}, f))
         FROM ROWS FROM (pg_catalog.unnest(s.most_common_vals::text::text[]), pg_catalog.unnest(s.most_common_freqs))
             m (v, f) WHERE {fine}))"""
_NUMBERS = _SPREAD.format(
    rounded=f"CASE WHEN v::numeric = 0 THEN 0 ELSE pg_catalog.round(v::numeric, {DIGITS - 1} - "
    "pg_catalog.floor(pg_catalog.log(pg_catalog.abs(v::numeric)))::int) END",
    fine="v ~ '^-?[0-9]'",
)
_MOMENTS = _SPREAD.format(rounded="pg_catalog.left(v, 7)", fine="v ~ '^[0-9]{4}-[0-9][0-9]' AND v !~ 'BC$'")
_COMMON = f"""pg_catalog.jsonb_build_array(a.schema, a.relation, a.name,
        (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(v, f))
         FROM ROWS FROM (pg_catalog.unnest(s.most_common_vals::text::text[]), pg_catalog.unnest(s.most_common_freqs))
             m (v, f) WHERE f * c.reltuples >= {GROUP}))"""  # noqa: S608 – a number of ours
_FEW = f" WHERE s.n_distinct BETWEEN 1 AND {COMMON}"


def question(catalogue: Catalogue, looked: Looked) -> bytes:
    """What psql asks: each statement names the tables and columns that it is about, and no others."""
    tables = [(table.schema, table.name, "") for table in catalogue.tables]
    columns = [(table, one) for table in catalogue.tables for one in looked[table.full]]
    names = [(table.schema, table.name, one.name) for table, one in columns]

    def spread(kind: str) -> list[Name]:
        return [name for name, (_, one) in zip(names, columns, strict=True) if one.spread == kind]

    common = [name for name, (_, one) in zip(names, columns, strict=True) if one.common]
    parts = (
        _statement("tables", _TABLES, tables, statistics=""),
        _statement("columns", _COLUMNS, names),
        _statement("numbers", _NUMBERS, spread("numbers")),
        _statement("moments", _MOMENTS, spread("moments")),
        _statement("common", _COMMON, common, where=_FEW),
    )
    return f"{SETTINGS};\n{''.join(parts)}".encode()


def _statement(what: str, each: str, asked: Sequence[Name], statistics: str = _STATISTICS, where: str = "") -> str:
    if not asked:
        return ""
    names = ", ".join(f"({', '.join(map(literal, name))})" for name in asked)
    return _ASKED.format(asked=names, what=what, each=each, statistics=statistics, where=where)


def read_statistics(stdout: bytes, catalogue: Catalogue, looked: Looked) -> Shape:
    """What a server answered. Raises Odd for what is no such answer."""
    text = stdout.decode("utf-8", "replace")
    try:
        said: dict[str, Any] = {}
        for line in text.splitlines():
            said |= json.loads(line)
        return _shape(_Said(said), catalogue, looked)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Odd("", "which is nothing that a planner knows") from None


class _Said:
    """The answer by names."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.tables = {f"{one[0]}.{one[1]}": one[2:] for one in said.get("tables") or ()}
        self.columns, self.numbers, self.moments, self.common = (
            {(f"{one[0]}.{one[1]}", one[2]): one[3:] for one in said.get(what) or ()}
            for what in ("columns", "numbers", "moments", "common")
        )

    def rows(self, full: str) -> int | None:
        """How many a table has itself; None where nobody knows."""
        divided, rows, size = self.tables[full]
        return 0 if divided or not size else round(rows) if rows > 0 else None

    def spread(self, name: tuple[str, str]) -> tuple[Sequence[Any], Sequence[Any]]:
        """Limits of equally filled parts, and the values beside them with their shares: rounded."""
        limits, frequent = (self.numbers | self.moments).get(name) or (None, None)
        return limits or (), frequent or ()


def _shape(said: _Said, catalogue: Catalogue, looked: Looked) -> Shape:
    tables: dict[str, TableShape] = {}
    unknown: list[str] = []
    for table in catalogue.tables:
        rows = said.rows(table.full) if table.full in said.tables else None
        if rows is None:
            unknown.append(table.full)
        else:
            columns = (((one, _column(said, table.full, one, rows))) for one in looked[table.full])
            tables[table.full] = TableShape(rows, {one.name: seen for one, seen in columns if seen is not None})
    for table in catalogue.tables:
        if table.partitioned:
            tables[table.full] = _whole(table, catalogue, tables)
    return Shape(tables, tuple(_notes(catalogue, tables, looked, unknown)))


def _whole(table: Table, catalogue: Catalogue, tables: Mapping[str, TableShape]) -> TableShape:
    """A table with the rows of its partitions; the largest tells what nobody knows of the whole."""
    parts = [tables[other.full] for other in catalogue.tables if table.full in other.parents and other.full in tables]
    largest = max(parts, key=lambda part: part.rows, default=TableShape(0))
    own = tables[table.full].columns if table.full in tables else {}
    return TableShape(sum(part.rows for part in parts), {**largest.columns, **own})


def _notes(
    catalogue: Catalogue, tables: Mapping[str, TableShape], looked: Looked, unknown: Sequence[str]
) -> Iterator[str]:
    for table in catalogue.tables:
        shown = written(table.schema, table.name)
        if table.full in unknown:
            yield f"{shown} was never analysed there: nothing is known of its rows"
        elif tables[table.full].rows and len(tables[table.full].columns) < len(looked[table.full]):
            missing = [one.name for one in looked[table.full] if one.name not in tables[table.full].columns]
            yield f"{shown} has no statistics of {', '.join(missing)} that this user may read"


def _column(said: _Said, full: str, one: Wanted, rows: int) -> ColumnShape | None:
    """What the planner knows of it; None where that is nothing."""
    found = said.columns.get((full, one.name))
    if found is None:
        return None
    nulls, distinct, frequencies, width = found
    there = rows * (1 - nulls)
    many = round(distinct if distinct > 0 else -distinct * rows)
    limits, frequent = said.spread((full, one.name))
    weights = _weights(limits, frequent, there, rows)
    if one.spread == "numbers":
        weights = added((rounded(float(number)), weight) for number, weight in weights.items())
    (common,) = said.common.get((full, one.name)) or (None,)
    return ColumnShape(
        nulls=round(nulls, _SHARES),
        distinct=different(many, round(there)) if distinct else None,
        bounds=bounds(weights, one, there) if one.spread in {"numbers", "moments"} else (),
        lengths=(max(width - _HEADER, 0),) if one.spread == "lengths" and width and there >= GROUP else (),
        repeats=_repeats(frequencies or (), many, rows, there),
        common=shares({value: share / (1 - nulls) for value, share in common or ()}, there),
    )


def _weights(limits: Sequence[Any], frequent: Sequence[Any], there: float, rows: int) -> dict[Any, float]:
    """How many rows have what: what is frequent, and all others in equal parts between the limits."""
    others = max(there - sum(share for _, share in frequent) * rows, 0)
    part = others / max(len(limits) - 1, 1)
    halves = ((limit, part / 2) for pair in pairwise(limits) for limit in pair)
    return added([*((value, share * rows) for value, share in frequent), *halves])


def _repeats(frequencies: Sequence[float], distinct: int, rows: int, there: float) -> tuple[int, ...]:
    """Those that are frequent are so often there; all others share the rest."""
    counts = Counter(round(share * rows) for share in frequencies)
    others = distinct - len(frequencies)
    if others > 0:
        counts[max(round((there - sum(frequencies) * rows) / others), 1)] += others
    return repeats(counts, distinct, round(there))
