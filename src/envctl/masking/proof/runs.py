"""More numbers than should be held in memory: spilled to a nameless file, and given back in order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl

PARTS = 512  # into which the numbers are cut, by their highest bits, once they are spilled
_BITS = 64


class Runs:
    """Rows of numbers, ordered by their first column, UInt64 that are spread evenly.

    No more than `limit` rows (twice that for a moment) are in memory; the file has no name, so that it is gone with us.
    """

    def __init__(self, schema: Mapping[str, type[pl.DataType]], limit: int, folder: Path | None) -> None:
        self._schema = schema
        self._key = next(iter(schema))
        self._row = np.dtype([(name, pl.Series([], dtype=kind).to_numpy().dtype) for name, kind in schema.items()])
        self._limit = limit
        self._folder = folder
        self._held: list[pl.DataFrame] = []
        self._files: list[IO[bytes]] = []  # none or one
        self._places: list[list[tuple[int, int]]] = [[] for _ in range(PARTS)]  # where rows of a part begin, how many
        self._waiting = 0
        self.rows = 0

    @property
    def spilled(self) -> bool:
        """Whether not all of it is in memory."""
        return bool(self._files)

    def add(self, frame: pl.DataFrame) -> None:
        """More rows."""
        self._held.append(frame)
        self._waiting += frame.height
        self.rows += frame.height
        if self._waiting >= self._limit:
            self._spill()

    def parts(self, count: int) -> Iterator[pl.DataFrame]:
        """All rows, sorted, in so many parts of which the first has the lowest: a power of two, at most PARTS."""
        if count == 1 and not self.spilled:
            yield self._all()
            return
        if self._waiting:
            self._spill()
        for first in range(0, PARTS, PARTS // count):
            some = self._places[first : first + PARTS // count]
            frames = [self._read(at, rows) for places in some for at, rows in places]
            yield pl.concat([self._empty(), *frames]).sort(self._key)

    def _all(self) -> pl.DataFrame:
        found = pl.concat([self._empty(), *self._held]).sort(self._key)
        self._held = [found]
        return found

    def _empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=dict(self._schema))

    def _spill(self) -> None:
        """Write what is held, cut into its parts; a part is sorted once it is read, which is cheaper."""
        frame = pl.concat(self._held)
        self._held, self._waiting = [], 0
        if not self._files:
            self._files.append(tempfile.TemporaryFile(dir=self._folder))  # noqa: SIM115 – as long as these rows are used
        part_of = (frame[self._key].to_numpy() >> np.uint64(_BITS - PARTS.bit_length() + 1)).astype(np.uint16)
        order = np.argsort(part_of, kind="stable")  # of short numbers: by counting them
        ends = np.cumsum(np.bincount(part_of, minlength=PARTS)).tolist()
        rows = np.empty(frame.height, dtype=self._row)
        for series in frame:
            rows[series.name] = series.to_numpy()
        rows = rows[order]
        at = self._files[0].seek(0, 2)
        for part, (begin, end) in enumerate(pairwise([0, *ends])):
            if end > begin:
                self._places[part].append((at + begin * self._row.itemsize, end - begin))
        self._files[0].write(rows.view(np.uint8).data)

    def _read(self, at: int, count: int) -> pl.DataFrame:
        self._files[0].seek(at)
        rows = np.frombuffer(self._files[0].read(count * self._row.itemsize), dtype=self._row)
        return pl.DataFrame([pl.Series(name, rows[name].copy(), dtype=kind) for name, kind in self._schema.items()])
