"""Archives of bundles: tar in zstd. Each member is packed by itself, so that only one has to be in memory at a time."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, cast

LARGEST = 64 << 20  # bytes of one member that is read: ours are smaller
_IN_MEMORY = 8 << 20  # bytes of an archive; more goes to a file
_BLOCK = 1 << 20


class Broken(Exception):
    """An archive that cannot be read to its end."""


class Packed:
    """An archive that is being written. `size` and `check` (sha256) describe what is there so far."""

    def __init__(self) -> None:
        self._file = cast("IO[bytes]", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115  # close() closes it
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def check(self) -> str:
        """The sha256 of what is there so far."""
        return self._hash.hexdigest()

    def add(self, block: bytes) -> None:
        """Add what `member` or `end` returned."""
        self._file.write(block)
        self._hash.update(block)
        self.size += len(block)

    def blocks(self) -> Iterator[bytes]:
        """All of it, from the beginning."""
        self._file.seek(0)
        while block := self._file.read(_BLOCK):
            yield block

    def close(self) -> None:
        """Let go of it."""
        self._file.close()


def member(name: str, content: bytes, moment: float) -> bytes:
    """One file of an archive, packed: it may be done beside others. `moment` is its time, in seconds since 1970."""
    import zstandard

    raw = _header(name, len(content), moment) + content + bytes(-len(content) % tarfile.BLOCKSIZE)
    return zstandard.ZstdCompressor(level=3).compress(raw)


def end() -> bytes:
    """What closes an archive."""
    import zstandard

    return zstandard.ZstdCompressor(level=3).compress(bytes(2 * tarfile.BLOCKSIZE))


def wrapped(name: str, size: int, blocks: Iterator[bytes], moment: float) -> Iterator[bytes]:
    """A plain tar with one file in it, as the daemon takes it."""
    yield _header(name, size, moment)
    yield from blocks
    yield bytes(-size % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE)


def members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Every file of an archive. Raises Broken, also after some of them."""
    import zstandard

    unpacked = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(archive), read_across_frames=True)
    try:
        with tarfile.open(fileobj=unpacked, mode="r|") as tar:
            for each in tar:
                if each.size > LARGEST:
                    raise Broken(f"{each.name} in it is larger than {LARGEST >> 20} MiB")
                if (file := tar.extractfile(each)) is not None:
                    yield each.name, file.read()
    except (tarfile.TarError, zstandard.ZstdError, EOFError, ValueError) as error:
        raise Broken(str(error) or "it breaks off") from error


def whole(archive: bytes, check: str) -> Mapping[str, bytes]:
    """Every file of an archive with this sha256. Raises Broken."""
    if hashlib.sha256(archive).hexdigest() != check:
        raise Broken("its bytes are not those that were written")
    return dict(members(archive))


def _header(name: str, size: int, moment: float) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mtime = size, int(moment)
    return info.tobuf(tarfile.PAX_FORMAT)
