"""Keys of Redis out of the rows of a table. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from envctl.catalogue import Catalogue
from envctl.seeds.redis.keys import Entry
from envctl.seeds.rows.binary import Row
from envctl.seeds.rows.question import Asking, table_named

_DOCUMENT = "json"


@dataclass(frozen=True)
class Made:
    """What is asked of a database, and how its answer becomes keys: the key, then a text or the fields of a hash."""

    statement: str
    fields: tuple[bytes, ...] | None  # None: a text

    def entries(self, rows: Iterable[Row]) -> Iterator[Entry]:
        """What is kept under a key for each row that has one, and something to keep."""
        for key, *values in rows:
            if key is None:
                continue
            if self.fields is None:
                if values[0] is not None:
                    yield Entry(key, values[0])
            elif found := {n: v for n, v in zip(self.fields, values, strict=True) if v is not None}:
                yield Entry(key, found)


def made(catalogue: Catalogue, key: str, said: Mapping[str, Any]) -> Made:
    """How keys come to be that are said in that way. Raises Unanswerable."""
    asking = Asking(catalogue, table_named(catalogue, said["table"]), said.get("where", ""), said.get("limit"))
    value, first = said["value"], asking.text("", key)
    if isinstance(value, str):
        return Made(asking.statement([first, asking.text("value", value)]), None)
    if set(value) == {_DOCUMENT}:
        return Made(asking.statement([first, asking.json("value", value[_DOCUMENT])]), None)
    fields = [asking.text(f"value.{name}", _text(each)) for name, each in value.items()]
    return Made(asking.statement([first, *fields]), tuple(name.encode() for name in value))


def _text(value: object) -> str:
    """A number, true or false as a text."""
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
