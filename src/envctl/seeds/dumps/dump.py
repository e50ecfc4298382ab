"""A dump on disk: what it is, and its bytes, unpacked, a block at a time."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from envctl.errors import EnvctlError
from envctl.seeds.dumps import folder
from envctl.seeds.dumps.kinds import HEAD, Format, Packing, Wrong, packing, recognise
from envctl.seeds.dumps.packed import Damaged, unpack
from envctl.seeds.refusal import AGAIN, refused, unreadable

_BLOCK = 1 << 20
_BOM = b"\xef\xbb\xbf"
Read = Callable[[int], None]  # told how many more bytes of the dump were read from disk


def _unheard(_: int) -> None:
    """A `Read` for those who do not listen."""


@dataclass(frozen=True)
class Dump:
    """A dump whose kind is known. `size` is what it takes on disk, `stamp` changes when its files do."""

    path: Path
    format: Format
    size: int
    stamp: tuple[tuple[str, int, int], ...]
    packing: Packing | None = None

    def blocks(self, read: Read = _unheard, *, only: str | None = None) -> Iterator[bytes]:
        """The bytes that psql, pg_restore or tar gets: unpacked, a folder (or `only` one of its files) as a tar."""
        if self.format == "directory":
            files = folder.members(self.path)
            return folder.as_tar(self.path, [file for file in files if only in (None, file.name)], read)
        blocks = _unpacked(self.path, self.packing, read)
        return _without_mark(blocks) if self.format == "sql" else blocks

    def changed(self) -> bool:
        """Whether the dump was touched since it was opened."""
        try:
            return open_dump(self.path).stamp != self.stamp
        except EnvctlError:
            return True


def counted(dump: Dump, progress: Callable[[int, int], None]) -> Read:
    """Adds up what was read of a dump, and tells it on."""
    so_far = 0

    def read(more: int) -> None:
        nonlocal so_far
        so_far += more
        progress(so_far, dump.size)

    return read


def open_dump(path: Path) -> Dump:
    """Find out what a dump is, by its beginning alone; raises when it is none."""
    about = _about(path)
    if stat.S_ISDIR(about.st_mode):
        files = folder.members(path)
        stamp = tuple((file.name, file.size, file.changed) for file in files)
        return Dump(path, "directory", sum(file.size for file in files), stamp)
    packed = packing(_head(path, None))
    kind = recognise(_head(path, packed))
    if isinstance(kind, Wrong):
        raise refused(path, f"is {kind.what}" + (f", packed with {packed}" if packed else ""), hint=kind.hint)
    return Dump(path, kind, about.st_size, ((path.name, about.st_size, about.st_mtime_ns),), packed)


def _about(path: Path) -> os.stat_result:
    try:
        about = path.stat()
    except OSError as error:
        raise unreadable(path, error) from None
    if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):
        raise refused(path, "is neither a file nor a folder, but a pipe or a device")
    return about


def _head(path: Path, packed: Packing | None) -> bytes:
    """The first bytes, unpacked."""
    head = b""
    for block in _unpacked(path, packed, _unheard):
        head += block
        if len(head) >= HEAD:
            break
    return head[:HEAD]


def _unpacked(path: Path, packed: Packing | None, read: Read) -> Iterator[bytes]:
    try:
        blocks = _file(path, read)
        yield from unpack(packed, blocks) if packed else blocks
    except Damaged as error:
        raise refused(path, f"is damaged or cut off: {error}", hint=AGAIN) from None
    except OSError as error:
        raise unreadable(path, error) from None


def _file(path: Path, read: Read) -> Iterator[bytes]:
    # Without O_NONBLOCK a pipe that took the file's place would let us wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123  # a descriptor, not a path
        while block := file.read(_BLOCK):
            read(len(block))
            yield block


def _without_mark(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Windows' editors begin a text with a mark that psql takes for a word."""
    first = next(blocks, b"")
    yield first.removeprefix(_BOM)
    yield from blocks
