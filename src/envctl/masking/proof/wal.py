"""Where pages of Postgres' log of changes meet: a record goes on after the next page's header, and so may a value."""

from __future__ import annotations

from envctl.masking.proof.sieve import LONGEST

WAL = "pg_wal/"  # in the name of its files
SEAM = 2 * LONGEST  # bytes around a border: as many before as after
_PAGE = 8192
_HEADER = 24  # bytes; the first page of a file has a longer one, and what its file before ends with is not joined to it


def seams(whole: bytes, at: int, old: int) -> dict[int, bytes]:
    """What stands before and after each border of pages, without the header: by the place of its first byte in whole.

    `whole` begins at a place of the file; of its first `old` bytes the borders were looked at before.
    """
    found = {}
    for border in range(-at % _PAGE, len(whole), _PAGE):
        end = border + _HEADER + SEAM // 2
        if border >= SEAM // 2 and old < end <= len(whole):
            found[border - SEAM // 2] = whole[border - SEAM // 2 : border] + whole[border + _HEADER : end]
    return found
