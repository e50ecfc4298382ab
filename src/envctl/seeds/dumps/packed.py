"""Unpacks gzip and zstd, several members or frames after each other included, and notices when the end is missing."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Protocol

from envctl.seeds.dumps.kinds import Packing

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


def unpack(packing: Packing, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The unpacked bytes, in blocks of bounded size."""
    return _gzip(blocks) if packing == "gzip" else _zstd(blocks)


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


def _gzip(blocks: Iterable[bytes]) -> Iterator[bytes]:
    part = zlib.decompressobj(wbits=31)
    for block in blocks:
        data = block
        while data:
            if part.eof:
                data = data.lstrip(b"\0")  # padding between members is allowed
                if not data:
                    break
                part = zlib.decompressobj(wbits=31)
            try:
                unpacked = part.decompress(data, _OUT)
            except zlib.error:
                raise Damaged("it cannot be unpacked with gzip") from None
            data = part.unused_data if part.eof else part.unconsumed_tail
            if unpacked:
                yield unpacked
    yield from _ended(part, "gzip")


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
