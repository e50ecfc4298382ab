"""The memory of a process that works on one large block after the other."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# As glibc's mallopt has them, in bytes: from which size on memory comes from the system each time, and how much that is
# free is kept (128 kB by default, both of them). One place for all threads, so that what one frees is there for all.
_THRESHOLD = (-3, 16 << 20)
_KEPT = (-1, 16 << 20)
_PLACES = (-8, 1)


@contextmanager
def kept() -> Iterator[None]:
    """Meanwhile what one block no longer needs is there for the next: the system clears each page that it gives.

    Nothing that is there already is looked through for garbage again. Other C libraries than glibc stay as they are.
    """
    gc.freeze()
    mallopt = _function("mallopt")
    for setting in (_PLACES, _THRESHOLD, _KEPT):
        mallopt(*setting)
    try:
        yield
    finally:
        _function("malloc_trim")(0)


def _function(name: str) -> Callable[..., object]:
    """One of the C library's; nothing where it has none of that name."""
    found: Callable[..., object] = getattr(ctypes.CDLL(None), name, lambda *_: None)
    return found
