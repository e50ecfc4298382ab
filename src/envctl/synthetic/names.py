"""Names of tables and columns as a stack file writes them, found in a catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from envctl.catalogue import Table, written
from envctl.masking.policies.rules import nearest, parts
from envctl.synthetic.base import Impossible

_FORM = 'write names with dots, blanks or capitals as in SQL: \'"Odd.Table"."e mail"\''


def table_named(text: str, tables: Iterable[Table], what: str) -> Table:
    """The table that `what` of a stack file means. Raises Impossible where there is none, or more than one."""
    found = parts(text)
    if not found or len(found) > 2 or None in found:  # noqa: PLR2004 – a schema and a table
        raise Impossible(f"{what}: {text} is no name of a table ({_FORM})")
    return _one(text, found[:-1], found[-1] or "", list(tables), what)


def column_named(text: str, tables: Iterable[Table], what: str) -> tuple[Table, str]:
    """The column that `what` of a stack file means. Raises Impossible."""
    found = parts(text)
    if len(found) not in {2, 3} or None in found:
        raise Impossible(f"{what}: {text} is no name of a column (write a table and a column; {_FORM})")
    name = found[-1] or ""
    table = _one(text, found[:-2], found[-2] or "", list(tables), what)
    column = table.column(name)
    if column is None:
        near = nearest(name, {c.name: written(table.name, c.name) for c in table.columns})
        raise Impossible(f"{what}: {text}: there is no such column{_meant(near)}")
    if column.generated:
        raise Impossible(f"{what}: {text}: it is generated, so that nothing can be put into it (take the line out)")
    return table, name


def _one(text: str, schema: tuple[str | None, ...], name: str, tables: list[Table], what: str) -> Table:
    found = [t for t in tables if t.name == name and (not schema or t.schema == schema[0])]
    if not found:
        near = nearest(name, {t.name: written(t.name) for t in tables})
        raise Impossible(f"{what}: {text}: there is no such table{_meant(near)}")
    if len(found) > 1:
        schemas = ", ".join(sorted(t.schema for t in found))
        raise Impossible(f"{what}: {text}: there is a table of this name in several schemas: {schemas}")
    return found[0]


def _meant(near: str) -> str:
    return f" (did you mean {near}?)" if near else ""
