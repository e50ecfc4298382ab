"""The proof: every raw value of masked columns, looked for in every byte of what was frozen."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Self

import polars as pl

from envctl.masking.proof.chance import telling
from envctl.masking.proof.filter import Seen
from envctl.masking.proof.wal import SEAM, WAL, seams

WORKERS = min(4, os.cpu_count() or 1)
BLOCK = 4 << 20  # bytes that are best fed at once


@dataclass(frozen=True)
class Hit:
    """How often values of a column were found, and where first. (Which value it was is in the file, and only there.)"""

    column: str
    count: int
    file: str
    offset: int


Hits = Mapping[str, Hit]


class Scanner:
    """Looks through files, one after the other; several scanners of the same values can work at the same time.

    `known` is what another scanner found where nobody's data is (an empty cluster, the schema's text): words that
    everybody uses. They are not counted. Values within which a page of WAL ends are found too. What cannot be found:
    values that are packed (rows above 2 kB, WAL with compression), or in another encoding than UTF-8.
    """

    def __init__(self, seen: Seen, known: pl.Series | None = None) -> None:
        self._sieve = seen.sieve
        self._columns = seen.columns
        self._ignored = pl.DataFrame({"hash": pl.Series([], dtype=pl.UInt64) if known is None else known})
        self._name: str | None = None
        self._tail = b""
        self._at = 0  # bytes of the file before the tail
        self._found: dict[str, Hit] = {}
        self._hashes: list[pl.Series] = []
        self.scanned = 0

    def feed(self, name: str, content: bytes) -> None:
        """The next bytes of a file: of a new one when the name is another."""
        if name != self._name:
            self._end()
            self._name, self._tail, self._at = name, b"", 0
        self.scanned += len(content)
        whole = self._tail + content
        # Whether it counts depends on the bytes around a value: one that ends here waits for more.
        self._look(whole, since=len(self._tail), until=len(whole) - 1)
        if WAL in name:
            self._look_at_seams(whole)
        kept = min(2 * SEAM if WAL in name else 1 + self._sieve.longest, len(whole))
        self._tail = whole[len(whole) - kept :]
        self._at += len(whole) - kept

    @property
    def hits(self) -> Hits:
        """What was found, by column. Asking ends the file."""
        self._end()
        return dict(sorted(self._found.items()))

    @property
    def known(self) -> pl.Series:
        """What was found, for another scanner to leave out. Asking ends the file."""
        self._end()
        return pl.concat([pl.Series("hash", [], dtype=pl.UInt64), *self._hashes]).unique()

    def _end(self) -> None:
        self._look(self._tail, since=len(self._tail), until=len(self._tail))
        self._name, self._tail = None, b""

    def _look(self, whole: bytes, *, since: int, until: int) -> None:
        """Count values that end at those places."""
        if not whole:
            return
        end = pl.col("offset") + pl.col("length")
        new = telling(whole, self._sieve.find(whole).filter(end.is_between(since, until)))
        if new.height:
            self._count(new)

    def _look_at_seams(self, whole: bytes) -> None:
        """Count values within which a page of WAL ends: the next begins with a header."""
        found = seams(whole, self._at, len(self._tail))
        joined = b"".join(found.values())
        place, border = pl.col("offset") % SEAM, SEAM // 2
        crossing = (place < border) & (place + pl.col("length")).is_between(border + 1, SEAM)
        new = telling(joined, self._sieve.find(joined).filter(crossing))
        if new.height:
            begins = pl.lit(pl.Series([*found], dtype=pl.Int64)).gather(pl.col("offset") // SEAM)
            self._count(new.with_columns(offset=begins + place))

    def _count(self, new: pl.DataFrame) -> None:
        self._hashes.append(new["hash"].unique())
        new = new.join(self._ignored, on="hash", how="anti")
        for number, count, offset in new.group_by("column").agg(pl.len(), pl.col("offset").min()).sort("column").rows():
            column = self._columns[number]
            first = Hit(column, count, self._name or "", self._at + offset)
            self._found[column] = _joined(self._found.get(column), first)


def together(parts: Iterable[Hits]) -> Hits:
    """What several scanners found."""
    found: dict[str, Hit] = {}
    for part in parts:
        for column, hit in part.items():
            found[column] = _joined(found.get(column), hit)
    return dict(sorted(found.items()))


def _joined(one: Hit | None, other: Hit) -> Hit:
    """Hits of one column together, with the place of the first."""
    return Hit(one.column, one.count + other.count, one.file, one.offset) if one else other


class Scanners:
    """Several scanners at work beside each other, each on files of its own, for as long as it is entered.

    `hits`, `known` and `scanned` are there afterwards.
    """

    def __init__(self, seen: Seen, known: pl.Series | None = None, *, workers: int = WORKERS) -> None:
        self._scanners = [Scanner(seen, known) for _ in range(workers)]
        self._threads = [ThreadPoolExecutor(1, thread_name_prefix="scanning") for _ in range(workers)]
        self._room = BoundedSemaphore(2 * workers)  # blocks that wait: memory is to stay bounded
        self._under_way: list[Future[None]] = []
        self._name = ""
        self._turn = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.shutdown()

    def feed(self, name: str, content: bytes) -> None:
        """The next bytes of a file. What went wrong with those before is raised here, or when one asks for hits."""
        if name != self._name:
            self._name, self._turn = name, (self._turn + 1) % len(self._scanners)
        self._room.acquire()
        self._done()
        self._under_way.append(self._threads[self._turn].submit(self._fed, self._scanners[self._turn], name, content))

    @property
    def hits(self) -> Hits:
        """What was found, by column."""
        self._done(wait=True)
        return together(scanner.hits for scanner in self._scanners)

    @property
    def known(self) -> pl.Series:
        """What was found, for others to leave out."""
        self._done(wait=True)
        return pl.concat([scanner.known for scanner in self._scanners]).unique()

    @property
    def scanned(self) -> int:
        """Bytes."""
        return sum(scanner.scanned for scanner in self._scanners)

    def _fed(self, scanner: Scanner, name: str, content: bytes) -> None:
        try:
            scanner.feed(name, content)
        finally:
            self._room.release()

    def _done(self, *, wait: bool = False) -> None:
        left = []
        for one in self._under_way:
            if wait or one.done():
                one.result()
            else:
                left.append(one)
        self._under_way = left
