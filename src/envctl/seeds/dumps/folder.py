"""A dump in directory format: its files, as one stream that `tar` in the container unpacks.

Such a folder is flat. Links and anything but plain files in it are refused, so that nothing outside of it is read.
"""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from envctl.seeds.refusal import refused, unreadable

CONTENTS = "toc.dat"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Member:
    """One file of the folder; `changed` is when its content changed last, in nanoseconds."""

    name: str
    size: int
    changed: int


def members(folder: Path) -> tuple[Member, ...]:
    """The files of the folder, sorted by name; raises when it is no dump."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                about = entry.stat(follow_symlinks=False)
                if not stat.S_ISREG(about.st_mode):
                    raise _strange(folder, entry)
                found.append(Member(entry.name, about.st_size, about.st_mtime_ns))
    except OSError as error:
        raise unreadable(folder, error) from None
    if not any(member.name == CONTENTS for member in found):
        raise refused(folder, f"is a folder without {CONTENTS}", hint=_instead(folder))
    return tuple(sorted(found, key=lambda member: member.name))


def content(folder: Path, member: Member, read: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """The bytes of one file, which must still be the plain file of that size."""
    path, left = folder / member.name, member.size
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:  # noqa: PTH123  # a descriptor, not a path
            while block := file.read(min(_BLOCK, left)):
                left -= len(block)
                read(len(block))
                yield block
    except OSError as error:
        raise unreadable(path, error) from None
    if left:
        raise refused(folder, f"changed while it was read: {member.name} became shorter")


def as_tar(folder: Path, files: Iterable[Member], read: Callable[[int], None]) -> Iterator[bytes]:
    """The files as a tar archive."""
    for member in files:
        about = tarfile.TarInfo(member.name)
        about.size, about.mode = member.size, 0o600
        yield about.tobuf(tarfile.PAX_FORMAT)
        yield from content(folder, member, read)
        yield bytes(-member.size % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _strange(folder: Path, entry: os.DirEntry[str]) -> Exception:
    if entry.is_symlink():
        return refused(folder, f"holds a link, {entry.name}", hint="Copy the dump with its files: cp -rL FROM TO")
    if entry.is_dir():
        return refused(folder, f"holds a folder, {entry.name}", hint=_instead(folder))
    return refused(folder, f"holds {entry.name}, which is not a plain file")


def _instead(folder: Path) -> str:
    """Where the dump might be that was meant."""
    inside = sorted(path.parent.name for path in folder.glob(f"*/{CONTENTS}"))
    if inside:
        return f"Name the folder inside it: {folder / inside[0]}"
    return "A dump in directory format is made with: pg_dump --format=directory --file=FOLDER DATABASE"
