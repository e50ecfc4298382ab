"""More numbers than should be held in memory: spilled to a nameless file, and given back in order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import IO

import polars as pl

PARTS = 256  # into which the numbers are cut, by their highest bits, once they are spilled
_BITS = 64


class Runs:
    """Rows of numbers, ordered by their first column, UInt64 that are spread evenly.

    No more than `limit` rows (twice that for a moment) are in memory; the file has no name, so that it is gone with us.
    """

    def __init__(self, schema: Mapping[str, type[pl.DataType]], limit: int, folder: Path | None) -> None:
        self._schema = schema
        self._key = next(iter(schema))
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

    def parts(self, *, cut: bool) -> Iterator[pl.DataFrame]:
        """All rows, sorted: at once, or `cut` into PARTS of which the first has the lowest."""
        if not cut:
            yield self._all()
            return
        if self._waiting:
            self._spill()
        for places in self._places:
            frames = [self._read(at, count) for at, count in places]
            yield pl.concat([self._empty(), *frames]).sort(self._key)

    def _all(self) -> pl.DataFrame:
        found = pl.concat([self._empty(), *self._held]).sort(self._key)
        self._held = [found]
        return found

    def _empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=dict(self._schema))

    def _spill(self) -> None:
        """Write what is held, cut into its parts; a part is sorted once it is read, which is cheaper."""
        import numpy as np

        frame = pl.concat(self._held)
        self._held, self._waiting = [], 0
        if not self._files:
            self._files.append(tempfile.TemporaryFile(dir=self._folder))  # noqa: SIM115 – as long as these rows are used
        part_of = (frame[self._key].to_numpy() >> np.uint64(_BITS - PARTS.bit_length() + 1)).astype(np.uint8)
        order = np.argsort(part_of, kind="stable")  # of bytes: by counting them
        ends = np.cumsum(np.bincount(part_of, minlength=PARTS)).tolist()
        columns = [series.to_numpy()[order] for series in frame]
        for part, (begin, end) in enumerate(pairwise([0, *ends])):
            if end > begin:
                self._places[part].append((self._files[0].seek(0, 2), end - begin))
                for column in columns:
                    self._files[0].write(column[begin:end].tobytes())

    def _read(self, at: int, count: int) -> pl.DataFrame:
        import numpy as np

        self._files[0].seek(at)
        found = {}
        for name, dtype in self._schema.items():
            kind = pl.Series([], dtype=dtype).to_numpy().dtype
            content = self._files[0].read(count * kind.itemsize)
            found[name] = pl.Series(name, np.frombuffer(content, dtype=kind), dtype=dtype)
        return pl.DataFrame(found)
