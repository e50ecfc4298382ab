"""The memory of a process that works on one large block after the other."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

# As glibc's mallopt has them: from which size on memory comes from the system each time, and how much of what is free
# is kept. Bytes; by default 128 kB, both of them.
_THRESHOLD = (-3, 32 << 20)
_KEPT = (-1, 256 << 20)


def keep() -> None:
    """From now on what one block no longer needs is there for the next: the system clears each page that it gives.

    Nothing that is there already is looked through for garbage again. Other C libraries than glibc stay as they are.
    """
    gc.freeze()
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for setting in (_THRESHOLD, _KEPT):
            mallopt(*setting)
