"""Somebody who makes rows for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from envctl.catalogue import Catalogue
from envctl.seeds.made.base import Part, by_number


@dataclass
class Rows:
    """What each table gets, by its name: its columns, and its rows as COPY writes them."""

    tables: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    origin: Callable[[int], str] = by_number
    seen: list[Catalogue] = field(default_factory=list)
    words: str = "The made-up data shop"
    advice: str = "Make others."

    def parts(self, catalogue: Catalogue) -> Iterator[Part]:
        """A block for each row."""
        self.seen.append(catalogue)
        for name, (columns, rows) in self.tables.items():
            table = catalogue.table(f"public.{name}")
            assert table is not None
            yield Part(table, columns, (f"{row}\n".encode() for row in rows), self.origin)

    def share(self) -> float | None:
        """Nobody asks."""
        return None
