"""The first rows of each table of a text that pg_dump writes: looked at, and handed on to nobody else. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from envctl.seeds.masked import Mask, Text

Name = tuple[str, str]  # schema and table


@dataclass
class Rows:
    """Rows of a table as COPY writes them, and the columns in the order in which they come."""

    columns: tuple[str, ...]
    text: bytes = field(default=b"", repr=False)  # raw values
    count: int = 0


class _Taken(bytes):
    """Rows among what passes, of a table."""

    of: Name


def samples(blocks: Iterable[bytes], most: int) -> Mapping[Name, Rows]:
    """At most so many rows of each table, the same each time. All of the text is read: what comes last counts too.

    Raises Unmasked for what no rule could be applied to, and BrokenText.
    """
    found: dict[Name, Rows] = {}

    def mask(schema: str, table: str, columns: tuple[str, ...]) -> Mask:
        rows = found.setdefault((schema, table), Rows(columns))

        def take(block: bytes) -> bytes:
            taken = _Taken(b"" if rows.count >= most else _first(block, most))
            taken.of = (schema, table)
            return taken

        return Mask(take)

    for part in Text(mask, large_objects=True).masked(blocks):
        if isinstance(part, _Taken):
            rows = found[part.of]
            more = _first(part, most - rows.count)
            rows.text += more
            rows.count += more.count(b"\n")
    return found


def _first(block: bytes, most: int) -> bytes:
    """The first lines of a block."""
    at = 0
    for _ in range(most):
        end = block.find(b"\n", at) + 1
        if not end:
            break
        at = end
    return bytes(block[:at])
