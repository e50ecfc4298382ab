"""Names that people write in more than one way, and what they mean in a database. Pure."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable

from envctl.catalogue import Column, Table
from envctl.masking.policies.matches import Names
from envctl.masking.policies.rules import Fault, nearest, parts

_LONGEST = 2  # parts of a table's name: its schema and itself


def folded(name: str) -> str:
    """A name without what differs from one writer to another: case, blanks, `_`, `-` and the like."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def meant(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of the known names that it may mean: itself, else those that are the same without what differs."""
    among = tuple(known)
    return (name,) if name in among else tuple(one for one in among if folded(one) == folded(name))


def hint(near: str) -> str:
    """What to say where something was probably meant."""
    return f"did you mean {near}?" if near else ""


def key(written: str) -> str:
    """The name of a table or column, as SQL writes it, as a key of TOML."""
    if '"' in written:
        return f"'{written}'" if "'" not in written else quoted(written)
    return quoted(written) if "." in written else written


def quoted(text: str) -> str:
    """A text of TOML."""
    return json.dumps(text, ensure_ascii=False)


def table_of(written: str, names: Names) -> Table | Fault:
    """The table that is called so."""
    return _table(written, parts(written), names)


def column_of(written: str, names: Names) -> tuple[Table, Column] | Fault:
    """The column of a table that is called so."""
    *of, last = parts(written) or (None,)
    if not of or last is None:
        return Fault(written, "is no name of a column", "write TABLE.COLUMN; names with capitals or dots in quotes")
    table = _table(written, tuple(of), names)
    if isinstance(table, Fault):
        return table
    column = table.column(last)
    if column is None:
        known = {column.name: names.shown(table.full, column.name) for column in table.columns}
        return Fault(written, "there is no such column", hint(nearest(last, known)))
    return table, column


def _table(written: str, name: tuple[str | None, ...], names: Names) -> Table | Fault:
    if not 1 <= len(name) <= _LONGEST or None in name:
        return Fault(written, "is no name of a table", "write TABLE or SCHEMA.TABLE; names with capitals in quotes")
    table = name[-1] or ""
    found = [one for one in names.tables.get(table, []) if len(name) == 1 or one.schema == name[0]]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(sorted(one.full for one in found))
        return Fault(written, "there is a table of this name in several schemas", f"write one of {several}")
    return Fault(written, "there is no such table", hint(nearest(table, {one: one for one in names.tables})))
