"""Who makes the rows that a database is filled with, and how they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from envctl.catalogue import Catalogue, Table


def by_number(row: int) -> str:
    """Where a row comes from, where nobody knows more than its number."""
    return f"row {row}"


@dataclass(frozen=True)
class Part:
    """Rows of one table: the columns that they have, in their order, and the rows as COPY writes them.

    Blocks are whole lines, of about 1 to 8 MB, and are read once. `origin` says in words where a row comes from, by its
    number from 1 on, for errors: a file and a line. A table may come in several parts.
    """

    table: Table
    columns: tuple[str, ...]
    blocks: Iterable[bytes]
    origin: Callable[[int], str] = by_number


class Maker(Protocol):
    """What makes rows."""

    @property
    def words(self) -> str:
        """What the rows are, to begin a sentence with, without a value: `The made-up data catalogue`."""

    @property
    def advice(self) -> str:
        """What to do where the server refuses a row or a constraint: a hint."""

    def parts(self, catalogue: Catalogue) -> Iterable[Part]:
        """The rows of a database that consists of this; tables that none come for stay empty.

        Raises EnvctlError before the first row where something is wrong, and while blocks are read only for what
        nobody could know before.
        """

    def share(self) -> float | None:
        """How much of all was made so far, from 0 to 1; None where nobody knows."""
