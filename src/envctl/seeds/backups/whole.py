"""Notices that the end of an archive is missing where pg_restore would take what is there for all. Pure."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator

from envctl.seeds.dumps.packed import Damaged, unpack_file

_BLOCK = tarfile.BLOCKSIZE
_TABLE_ENDS = (b"\\.\n\n\n", b";\n\n\n")  # what pg_dump writes behind the rows: of COPY, of --inserts
_NO_INSERTS = b"\n\n"
_LZ4_END = bytes(4)
_LZ4_FLAGS, _LZ4_CHECKSUM = 4, 0b100


def whole_tar(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Hands the blocks on; raises `Damaged` when a member or the archive's end is missing."""
    waiting, left, ended = b"", 0, False
    for block in blocks:
        yield block
        data = waiting + block
        at = min(left, len(data))
        left -= at
        while left == 0 and not ended and at + _BLOCK <= len(data):
            header = data[at : at + _BLOCK]
            ended = not any(header)
            at += _BLOCK
            left = 0 if ended else _padded_size(header)
            skipped = min(left, len(data) - at)
            at, left = at + skipped, left - skipped
        waiting = b"" if ended else data[at:]
    if not ended:
        raise Damaged("the end of the archive is missing")


def check_member(name: str, blocks: Iterable[bytes]) -> None:
    """Raise `Damaged` when the end of one file of a dump in directory format is missing."""
    if name.endswith(".lz4"):
        return _check_lz4(name, blocks)
    end, size = b"", 0
    for block in unpack_file(name, blocks):
        end, size = (end + block)[-len(_TABLE_ENDS[0]) :], size + len(block)
    is_table = ".dat" in name and not name.startswith(("blob", "toc"))
    if is_table and not end.endswith(_TABLE_ENDS) and not (size == len(_NO_INSERTS) and end == _NO_INSERTS):
        raise Damaged(f"the end of {name} is missing")
    return None


def _check_lz4(name: str, blocks: Iterable[bytes]) -> None:
    start, end = b"", b""
    for block in blocks:
        start = start or block[: _LZ4_FLAGS + 1]
        end = (end + block)[-2 * len(_LZ4_END) :]
    summed = len(start) > _LZ4_FLAGS and start[_LZ4_FLAGS] & _LZ4_CHECKSUM
    if not (end[: len(_LZ4_END)] if summed else end[-len(_LZ4_END) :]) == _LZ4_END:
        raise Damaged(f"the end of {name} is missing")


def _padded_size(header: bytes) -> int:
    try:
        size = tarfile.TarInfo.frombuf(header, "utf-8", "replace").size
    except tarfile.HeaderError:
        raise Damaged("it is no whole tar archive") from None
    return -(-size // _BLOCK) * _BLOCK
