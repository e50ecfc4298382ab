"""Unpacks gzip and zstd, several members or frames after each other included, and notices when the end is missing.

In its own format pg_dump writes zlib streams where it says gzip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Literal, Protocol

from envctl.seeds.dumps.kinds import Packing

Stream = Packing | Literal["zlib"]
_WINDOW: Mapping[Stream, int] = {"gzip": 31, "zlib": 15}  # what zlib calls wbits: by it the header is known
_ENDINGS: Mapping[str, Packing] = {"gz": "gzip", "zst": "zstd"}
_OUT = 1 << 20  # bytes of output at a time
_ZSTD_IN = 1 << 9  # bytes of input at a time: zstd cannot bound its output, and makes at most 128 KiB of 3 bytes


class Damaged(Exception):
    """What is packed cannot be unpacked to its end."""


class _Part(Protocol):
    """One gzip member or zstd frame."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


def unpack(packing: Stream, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The unpacked bytes, in blocks of bounded size."""
    return _zstd(blocks) if packing == "zstd" else _inflated(packing, blocks)


def unpack_file(name: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same for a file of a dump in directory format, which may be packed as its name says. Not of lz4."""
    packing = _ENDINGS.get(name.rpartition(".")[2])
    if packing is None:
        yield from blocks
        return
    waiting = iter(blocks)
    first = next(waiting, b"")
    if first or packing == "gzip" or not name.startswith("blob_"):  # zstd leaves an empty large object an empty file
        yield from unpack(packing, chain((first,), waiting))


def _inflated(packing: Stream, blocks: Iterable[bytes]) -> Iterator[bytes]:
    from isal import isal_zlib

    part = isal_zlib.decompressobj(_WINDOW[packing])  # twice as fast as the standard library's
    for block in blocks:
        data = block
        while data:
            if part.eof:
                data = data.lstrip(b"\0")  # padding between members is allowed
                if not data:
                    break
                part = isal_zlib.decompressobj(_WINDOW[packing])
            try:
                unpacked = part.decompress(data, _OUT)
            except isal_zlib.error:  # type: ignore[misc]  # its stubs have an instance
                raise Damaged(f"it cannot be unpacked with {packing}") from None
            data = part.unused_data if part.eof else part.unconsumed_tail
            if unpacked:
                yield unpacked
    yield from _ended(part, packing)


def _zstd(blocks: Iterable[bytes]) -> Iterator[bytes]:
    import zstandard

    part = zstandard.ZstdDecompressor().decompressobj()
    for block in blocks:
        for start in range(0, len(block), _ZSTD_IN):
            data = block[start : start + _ZSTD_IN]
            while data:
                if part.eof:
                    part = zstandard.ZstdDecompressor().decompressobj()
                try:
                    unpacked = part.decompress(data)
                except zstandard.ZstdError:
                    raise Damaged("it cannot be unpacked with zstd") from None
                data = part.unused_data if part.eof else b""
                if unpacked:
                    yield unpacked
    yield from _ended(part, "zstd")


def _ended(part: _Part, name: str) -> Iterator[bytes]:
    if not part.eof:
        raise Damaged(f"the end of what {name} packed is missing")
    yield from ()
