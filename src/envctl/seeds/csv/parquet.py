"""A Parquet file: what its columns are called, and its rows as COPY writes them, a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from envctl.catalogue import Column
from envctl.masking.copying import escaped, text
from envctl.seeds.csv.columns import Taken
from envctl.seeds.csv.files import File
from envctl.seeds.csv.refusal import refused, unreadable
from envctl.seeds.csv.values import Unwritable, written

_ROWS = 50_000  # at once


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file."""

    file: File

    def header(self) -> tuple[str, ...]:
        """What its columns are called. Raises EnvctlError."""
        return tuple(self._schema())

    def check(self, columns: Sequence[Taken]) -> None:
        """Raises EnvctlError where a column is of a type that cannot become that of the table's."""
        schema = list(self._schema().items())
        for taken in columns:
            name, kind = schema[taken.at]
            self._values(pl.Series(name, [], dtype=kind), taken.column)

    def blocks(self, columns: Sequence[Taken], read: Callable[[int], None]) -> Iterator[bytes]:
        """These columns of all its rows; `read` is told how many bytes of the file they are. Raises EnvctlError."""
        names = self.header()
        size, rows = self.file.path.stat().st_size, 0
        total = max(self._count(), 1)
        try:
            frames = pl.scan_parquet(self.file.path, glob=False).select([names[taken.at] for taken in columns])
            for frame in frames.collect_batches(chunk_size=_ROWS, maintain_order=True):
                yield text(pl.DataFrame([self._values(frame[names[t.at]], t.column) for t in columns]))
                read(size * frame.height // total)
                rows += frame.height
        except OSError as error:
            raise unreadable(self.file.path, error) from None
        except pl.exceptions.PolarsError:
            raise self._broken() from None

    def _values(self, series: pl.Series, column: Column) -> pl.Series:
        try:
            return escaped(written(series, column).alias(column.name))
        except Unwritable as unwritable:
            raise refused(f"{self.file.path}: its column {series.name} {unwritable}.") from None

    def _schema(self) -> dict[str, pl.DataType]:
        try:
            return pl.read_parquet_schema(self.file.path)
        except OSError as error:
            raise unreadable(self.file.path, error) from None
        except pl.exceptions.PolarsError:
            raise self._broken() from None

    def _count(self) -> int:
        found: int = pl.scan_parquet(self.file.path, glob=False).select(pl.len()).collect().item()
        return found

    def _broken(self) -> Exception:
        return refused(f"{self.file.path} cannot be read as Parquet.", "Make or copy it again, and compare the sizes.")
