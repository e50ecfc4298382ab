"""What a database is asked, so that it answers with texts and JSON as templates say them. Pure.

Names come from the catalogue, and all that somebody wrote is a literal or was read word by word.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from envctl.catalogue import Catalogue, Column, ForeignKey, Table, written
from envctl.masking.conditions import where as conditions
from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.tokens import Token, split
from envctl.masking.policies.rules import nearest, parts
from envctl.seeds.rows.templates import BadTemplate, Path, Template, parse
from envctl.seeds.server import identifier, literal

_PLAIN = frozenset({"text", "integer", "uuid", "enum", "json"})  # what is in JSON as it is as text, but for its quotes
_MOMENTS = frozenset({"timestamp", "date"})
_CLOCKS = frozenset({"now", "transaction_timestamp", "current_timestamp", "localtimestamp", "current_date"})
_NAMES = 2  # of a table, with its schema


class Unanswerable(Exception):
    """Why a template or a condition does not fit the database. `at` is its key, below that of what is asked."""

    def __init__(self, at: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.at = at
        self.message = message
        self.hint = hint


@dataclass
class Asking:
    """The rows of a table, and of those that its foreign keys lead to as far as somebody asks for them."""

    catalogue: Catalogue
    table: Table
    where: str = ""
    limit: int | None = None
    _joined: dict[tuple[str, ...], tuple[str, Table]] = field(default_factory=dict)
    _joins: list[str] = field(default_factory=list)

    def text(self, at: str, template: str) -> str:
        """A text, which is null where something in it is. Raises Unanswerable."""
        pieces = self._parsed(at, template)
        return " || ".join(self._piece(at, piece) for piece in pieces) or literal("")

    def json(self, at: str, value: Any) -> str:
        """A JSON document: a placeholder alone is of the type of its column. Raises Unanswerable."""
        folded: list[str] = []
        for piece, fixed in self._json(at, value):
            if fixed and folded and folded[-1].startswith("\0"):
                folded[-1] += piece
            else:
                folded.append(f"\0{piece}" if fixed else piece)
        return " || ".join(literal(piece[1:]) if piece.startswith("\0") else piece for piece in folded)

    def moment(self, at: str, template: str) -> str:
        """Milliseconds since 1970. Raises Unanswerable."""
        pieces = self._parsed(at, template)
        if len(pieces) != 1 or isinstance(pieces[0], str):
            raise Unanswerable(at, "is one column of a date or a point in time", 'such as "${created_at}"')
        value, column = self._column(at, pieces[0])
        if column.family not in _MOMENTS or column.array:
            raise Unanswerable(at, f"{pieces[0]} is of type {column.type}, and neither a date nor a point in time")
        return f"pg_catalog.floor(extract(epoch FROM {value}) * 1000)::pg_catalog.int8"

    def statement(self, columns: Iterable[str], order: Iterable[str] = ()) -> str:
        """What is asked for, as COPY in binary form; always in the same order. Raises Unanswerable."""
        wanted = list(columns)
        order = [*order, *(f"t.{identifier(name)}" for name in self.table.key)]
        if not self.table.key:
            order += [f'({column})::pg_catalog.text COLLATE "C"' for column in wanted]
        some = f" WHERE {condition(self.where, self.table)}" if self.where else ""
        source = f"{identifier(self.table.schema)}.{identifier(self.table.name)}"
        limit = "" if self.limit is None else f" LIMIT {self.limit:d}"
        return (  # names are quoted, and all that somebody wrote is a literal or was read word by word
            f"COPY (SELECT {', '.join(wanted)} FROM (SELECT * FROM {source}{some}) AS t{''.join(self._joins)} "  # noqa: S608
            f"ORDER BY {', '.join(order)}{limit}) TO STDOUT (FORMAT binary)"
        )

    def _parsed(self, at: str, template: str) -> Template:
        try:
            return parse(template)
        except BadTemplate as bad:
            raise Unanswerable(at, str(bad)) from None

    def _piece(self, at: str, piece: str | Path) -> str:
        if isinstance(piece, str):
            return literal(piece)
        value, column = self._column(at, piece)
        if column.family in _PLAIN and not column.array and not column.fixed:
            return f"{value}::pg_catalog.text"
        return f"(pg_catalog.to_json({value}) OPERATOR(pg_catalog.#>>) '{{}}')"

    def _json(self, at: str, value: Any) -> Iterable[tuple[str, bool]]:
        """Pieces of a document, and whether each is the same for all rows."""
        if isinstance(value, Mapping):
            yield "{", True
            for number, (key, each) in enumerate(value.items()):
                yield f"{',' if number else ''}{_written(key)}:", True
                yield from self._json(f"{at}.{key}", each)
            yield "}", True
        elif isinstance(value, list | tuple):
            yield "[", True
            for number, each in enumerate(value):
                yield "," if number else "", True
                yield from self._json(at, each)
            yield "]", True
        elif isinstance(value, str):
            yield self._string(at, value)
        else:
            yield _written(value), True

    def _string(self, at: str, template: str) -> tuple[str, bool]:
        pieces = self._parsed(at, template)
        if all(isinstance(piece, str) for piece in pieces):
            return _written("".join(map(str, pieces))), True
        first = pieces[0]
        alone = len(pieces) == 1 and isinstance(first, Path)
        typed = self._column(at, first)[0] if alone and isinstance(first, Path) else self.text(at, template)
        return f"coalesce(pg_catalog.to_json({typed})::pg_catalog.text, 'null')", False

    def _column(self, at: str, path: Path) -> tuple[str, Column]:
        """A column as SQL names it here."""
        alias, table = "t", self.table
        for length in range(1, len(path.columns)):
            alias, table = self._behind(at, alias, table, path.columns[:length])
        name = path.columns[-1]
        return f"{alias}.{identifier(name)}", _known(at, table, name)

    def _behind(self, at: str, alias: str, table: Table, way: tuple[str, ...]) -> tuple[str, Table]:
        """The row that the last column of a way leads to: its alias, and its table."""
        if way not in self._joined:
            key = _leading(at, self.catalogue, table, way[-1])
            target = self.catalogue.table(key.table)
            if target is None:
                raise Unanswerable(at, f"${{{'.'.join(way)}.…}} leads to {key.table}, whose rows nobody can read")
            name = f"f{len(self._joined) + 1}"
            same = " AND ".join(
                f"{name}.{identifier(other)} = {alias}.{identifier(own)}"
                for own, other in zip(key.columns, key.references, strict=True)
            )
            source = f"{identifier(target.schema)}.{identifier(target.name)}"
            self._joins.append(f" LEFT JOIN {source} AS {name} ON {same}")
            self._joined[way] = name, target
        return self._joined[way]


def table_named(catalogue: Catalogue, text: str) -> Table:
    """The table that somebody means. Raises Unanswerable."""
    names = parts(text)
    if not 1 <= len(names) <= _NAMES or None in names:
        raise Unanswerable("table", f"{text} is no name of a table", 'write "orders", or "sales.orders"')
    found = [t for t in catalogue.tables if t.name == names[-1] and (len(names) == 1 or t.schema == names[0])]
    if len(found) == 1:
        return found[0]
    if found:
        schemas = ", ".join(written(table.schema) for table in found)
        hint = f"write {written(found[0].schema, found[0].name)}"
        raise Unanswerable("table", f"there is a table {text} in several schemas: {schemas}", hint)
    near = nearest(names[-1] or "", {table.name: written(table.name) for table in catalogue.tables})
    raise Unanswerable("table", f"there is no table {text}", f"did you mean {near}?" if near else "")


def condition(text: str, table: Table) -> str:
    """A condition of rows as SQL: its words, each written anew. Raises Unanswerable."""
    if wrong := conditions.check(text, table):
        raise Unanswerable("where", wrong)
    try:
        tokens = split(text)
    except Problem as problem:
        raise Unanswerable("where", str(problem)) from None
    if any(token.kind == "word" and token.text in _CLOCKS for token in tokens):
        raise Unanswerable(
            "where", "it asks what time it is, and what is made is kept", "write a point in time instead"
        )
    return f"({' '.join(map(_sql, tokens[:-1]))})"


def _sql(token: Token) -> str:
    return {"text": literal, "quoted": identifier}.get(token.kind, str)(token.text)


def _known(at: str, table: Table, name: str) -> Column:
    column = table.column(name)
    if column is None:
        near = nearest(name, {one.name: written(one.name) for one in table.columns})
        hint = f"did you mean {near}?" if near else f"it has {', '.join(written(c.name) for c in table.columns)}"
        raise Unanswerable(at, f"{written(table.name)} has no column {written(name)}", hint)
    return column


def _leading(at: str, catalogue: Catalogue, table: Table, name: str) -> ForeignKey:
    """The foreign key that a column is, or the one of several columns that it is in."""
    _known(at, table, name)
    alone = [key for key in table.foreign_keys if key.columns == (name,)]
    found = alone or [_through(catalogue, key, name) for key in table.foreign_keys if name in key.columns]
    if not found:
        raise Unanswerable(at, f"{written(table.name, name)} is no foreign key, and leads to no other table")
    if len({(key.table, key.columns, key.references) for key in found}) > 1:
        keys = ", ".join(sorted(key.name for key in table.foreign_keys if name in key.columns))
        raise Unanswerable(at, f"{written(table.name, name)} is in several foreign keys: {keys}")
    return found[0]


def _through(catalogue: Catalogue, key: ForeignKey, name: str) -> ForeignKey:
    """A key of several columns, of which one is the other table's own foreign key: it leads where that does."""
    other = key.references[key.columns.index(name)]
    target = catalogue.table(key.table)
    further = [one for one in target.foreign_keys if one.columns == (other,)] if target else []
    return replace(further[0], columns=(name,)) if further else key


def _written(value: Any) -> str:
    """A value as JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return "null"
    return json.dumps(value, ensure_ascii=False)
