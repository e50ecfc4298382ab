"""The shape of the rows in the text of a dump: they are counted as they pass, and go nowhere. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce

from envctl.catalogue import Catalogue, Table
from envctl.masking.copying import rows, unescaped
from envctl.seeds.masked.text import Mask, Text, Told, unheard
from envctl.seeds.shapes.tally import Tally, shape_of, tally
from envctl.seeds.shapes.wanted import Wanted, wanted
from envctl.shape import Shape, TableShape

Kept = Mapping[str, Sequence[str]]  # columns whose values a rule of masking lets pass, by the full name of their table
Tallies = dict[str, Tally]  # by column


class _Counted(bytes):
    """What is left of a block of rows: nothing, and what was counted."""

    table: str
    found: Tallies


def shape_of_rows(blocks: Iterable[bytes], catalogue: Catalogue, kept: Kept, told: Told = unheard) -> Shape:
    """Of all tables whose rows are in the text, and of those that they are partitions of.

    Raises Unmasked for rows in another form than COPY, BrokenText for a text that is not whole.
    """
    looked = {table.full: wanted(table, kept.get(table.full, ())) for table in catalogue.tables}
    found: dict[str, Tallies] = {}

    def mask(schema: str, name: str, columns: tuple[str, ...]) -> Mask:
        full = f"{schema}.{name}"
        return Mask(_counting(full, columns or tuple(one.name for one in looked.get(full, ())), looked.get(full, ())))

    text = Text(mask, large_objects=True, told=told)
    for part in text.masked(blocks):
        if isinstance(part, _Counted):
            found[part.table] = _both(found.get(part.table, {}), part.found)
    parts = {table.full: _parts(table, catalogue) for table in catalogue.tables}
    return Shape(
        {
            full: _of_table(those, looked[full], text.rows, found)
            for full, those in parts.items()
            if any(one in text.rows for one in those)
        }
    )


def _counting(table: str, names: Sequence[str], looked: Iterable[Wanted]) -> Callable[[bytes], bytes]:
    def count(block: bytes) -> bytes:
        frame = rows(block, names)
        counted = _Counted()
        counted.table = table
        counted.found = {one.name: tally(unescaped(frame[one.name]), one) for one in looked if one.name in names}
        return counted

    return count


def _both(one: Tallies, other: Tallies) -> Tallies:
    return {name: one.get(name, Tally()) + other.get(name, Tally()) for name in {**one, **other}}


def _parts(table: Table, catalogue: Catalogue) -> tuple[str, ...]:
    """The tables whose rows are its: itself, and its partitions."""
    partitions = (other.full for other in catalogue.tables if table.full in other.parents)
    return (table.full, *(partitions if table.partitioned else ()))


def _of_table(
    parts: Sequence[str], looked: Sequence[Wanted], counts: Mapping[str, int], found: Mapping[str, Tallies]
) -> TableShape:
    nothing: Tallies = {}
    whole = reduce(_both, (found[full] for full in parts if full in found), nothing)
    columns = {one.name: shape_of(whole.get(one.name, Tally()), one) for one in looked}
    return TableShape(sum(counts.get(full, 0) for full in parts), columns)
