"""More numbers than should be held in memory: spilled to a nameless file, and given back in order."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import polars as pl

Columns = Mapping[str, npt.NDArray[Any]]  # by their names, all of one height
PARTS = 512  # into which the numbers are cut, by their highest bits, once they are spilled
_BITS = 64


@dataclass(frozen=True)
class _Chunk:
    """Rows that were spilled at once, column by column, each in the order of the parts: where, and where parts end."""

    at: int
    ends: npt.NDArray[np.int64]  # of each part, the row behind its last one

    @property
    def height(self) -> int:
        """How many there are."""
        return int(self.ends[-1])

    def rows(self, first: int, end: int) -> tuple[int, int]:
        """Where those of some parts begin, and how many they are."""
        low = int(self.ends[first - 1]) if first else 0
        return low, int(self.ends[end - 1]) - low


class Runs:
    """Rows of numbers, ordered by their first column, UInt64 that are spread evenly. Any number of threads may add.

    No more than `limit` rows (twice that for a moment) are in memory; the file has no name, so that it is gone with us.
    """

    def __init__(self, schema: Mapping[str, type[pl.DataType]], limit: int, folder: Path | None) -> None:
        self._schema = schema
        self._key = next(iter(schema))
        self._types = {name: pl.Series([], dtype=kind).to_numpy().dtype for name, kind in schema.items()}
        self._limit = limit
        self._folder = folder
        self._lock = threading.Lock()
        self._held: list[Columns] = []
        self._chunks: list[_Chunk] = []
        self._waiting = self._end = 0
        self.rows = 0

    @property
    def spilled(self) -> bool:
        """Whether not all of it is in memory."""
        return bool(self._end)

    def add(self, columns: Columns) -> None:
        """More rows, of the schema's columns and types."""
        rows = len(columns[self._key])
        with self._lock:
            self._held.append(columns)
            self._waiting += rows
            self.rows += rows
            if self._waiting < self._limit:
                return
            full = self._taken()
        self._spill(full)  # others go on meanwhile

    def parts(self, count: int) -> Iterator[pl.DataFrame]:
        """All rows, sorted, in so many parts of which the first has the lowest: a power of two, at most PARTS."""
        if count == 1 and not self.spilled:
            yield self._sorted(self._together(self._taken()))
            return
        if self._waiting:
            self._spill(self._taken())
        step = PARTS // count
        for first in range(0, PARTS, step):
            yield self._sorted(self._read(first, first + step))

    def _sorted(self, columns: Columns) -> pl.DataFrame:
        return pl.DataFrame([pl.Series(name, columns[name], kind) for name, kind in self._schema.items()]).sort(
            self._key
        )

    def _together(self, held: list[Columns]) -> Columns:
        return {
            name: np.concatenate([np.zeros(0, kind), *(columns[name] for columns in held)])
            for name, kind in self._types.items()
        }

    def _taken(self) -> list[Columns]:
        held, self._held, self._waiting = self._held, [], 0
        return held

    @cached_property
    def _file(self) -> IO[bytes]:
        return tempfile.TemporaryFile(dir=self._folder)

    def _spill(self, held: list[Columns]) -> None:
        """Write rows, cut into their parts; a part is sorted once it is read, which is cheaper."""
        rows = self._together(held)
        part_of = (rows[self._key] >> np.uint64(_BITS - PARTS.bit_length() + 1)).astype(np.uint16)
        order = np.argsort(part_of, kind="stable")  # of short numbers: by counting them
        columns = [np.take(column, order) for column in rows.values()]
        with self._lock:
            chunk = _Chunk(self._end, np.cumsum(np.bincount(part_of, minlength=PARTS)))
            self._end += sum(column.nbytes for column in columns)
            self._chunks.append(chunk)
            file = self._file
        at = chunk.at
        for column in columns:
            _write(file, column, at)
            at += column.nbytes

    def _read(self, first: int, end: int) -> Columns:
        """Rows of the parts from the first on, of all chunks."""
        places = [chunk.rows(first, end) for chunk in self._chunks]
        before, found = 0, {}  # bytes of a row in the columns before this one
        for name, kind in self._types.items():
            found[name] = np.frombuffer(
                b"".join(
                    os.pread(
                        self._file.fileno(),
                        rows * kind.itemsize,
                        chunk.at + before * chunk.height + low * kind.itemsize,
                    )
                    for chunk, (low, rows) in zip(self._chunks, places, strict=True)
                ),
                kind,
            )
            before += kind.itemsize
        return found


def _write(file: IO[bytes], column: npt.NDArray[Any], at: int) -> None:
    left = column.view(np.uint8).data
    while left:
        done = os.pwrite(file.fileno(), left, at)
        left, at = left[done:], at + done
