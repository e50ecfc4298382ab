"""Sorted hashes, in memory or in a nameless file, and the rows that have one of them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import polars as pl

_TYPES = {"hash": np.uint64, "proof": np.uint64, "column": np.uint16}


class Store:
    """Rows of hash, proof and column, added in the order of their hashes."""

    def __init__(self, folder: Path | None, *, spilled: bool) -> None:
        self._files: dict[str, IO[bytes]] = {}
        if spilled:
            self._files = {name: tempfile.TemporaryFile(dir=folder) for name in _TYPES}  # noqa: SIM115 – kept as runs are
        self._parts: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in _TYPES}
        self._all: dict[str, npt.NDArray[Any]] = {}
        self._rows = 0

    def add(self, rows: pl.DataFrame) -> None:
        """More of them."""
        self._rows += rows.height
        for name in _TYPES:
            values = rows[name].to_numpy()
            if self._files:
                self._files[name].write(values.tobytes())
            else:
                self._parts[name].append(values)

    def close(self) -> None:
        """No more are added."""
        for name, kind in _TYPES.items():
            if self._files and self._rows:
                self._files[name].flush()
                self._all[name] = np.memmap(self._files[name], dtype=kind, mode="r")
            else:
                self._all[name] = np.concatenate([np.zeros(0, dtype=kind), *self._parts.pop(name)])

    def find(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows (offset, length, hash) whose hash and proof are here, with each `column` that has them."""
        hashes, proofs = rows["hash"].to_numpy(), rows["proof"].to_numpy()
        low = np.searchsorted(self._all["hash"], hashes, side="left")
        high = low.copy()
        inside = np.flatnonzero(low < self._rows)
        there = inside[self._all["hash"][low[inside]] == hashes[inside]]
        high[there] = np.searchsorted(self._all["hash"], hashes[there], side="right")
        counts = high - low
        row = np.repeat(np.arange(len(low)), counts)
        at = np.repeat(low, counts) + np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        proven = self._all["proof"][at] == proofs[row]
        found: pl.DataFrame = rows.select("offset", "length", "hash")[row[proven]]
        named = found.with_columns(pl.Series("column", self._all["column"][at[proven]], dtype=pl.UInt16))
        return named.unique()  # a value may have been added more than once
