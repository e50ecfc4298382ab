"""Blocks are made while those before them are written: a few at once, each in its order, none before it is near."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

WORKERS = min(max(2, os.cpu_count() or 2), 8)
Work = Callable[[], bytes]


class Ahead:
    """Does works in their order, some ahead of whoever takes what they make: with `workers` at once, twice as many."""

    def __init__(self, works: Iterator[Work], workers: int = WORKERS) -> None:
        self._works = works
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="making")
        self._near: deque[Future[bytes]] = deque()
        self._most = 2 * workers

    def take(self) -> bytes:
        """What the next work makes. What it raises is raised, and nothing more is made then."""
        while len(self._near) < self._most and (work := next(self._works, None)) is not None:
            self._near.append(self._pool.submit(work))
        try:
            return self._near.popleft().result()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Nobody takes more."""
        self._works = iter(())
        self._pool.shutdown(wait=False, cancel_futures=True)
