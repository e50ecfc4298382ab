"""A base backup or the data directory of a stopped server, on disk: what it is, and whether it can be used.

It is read as bytes, by names that are checked; no link is followed, and nothing of it is run here.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from envctl.errors import EnvctlError
from envctl.seeds.backups.inspected import (
    AGAIN,
    CONTROL,
    LABEL,
    MANIFEST,
    TABLESPACES,
    VERSION,
    Inspected,
    Member,
    refused,
)

_BLOCK = 1 << 20
_SMALL = 1 << 16  # bytes that are kept of a small file
_LARGEST_MANIFEST = 1 << 30
_LEFT_OUT = frozenset({"lost+found", "postmaster.opts"})
_ARCHIVE = re.compile(r"(?P<what>base|pg_wal|\d+)\.tar(?:\.(?P<packed>\w+))?")
_PACKED = (None, "gz", "zst")


@dataclass(frozen=True)
class Backup:
    """What was found. `archives` are its tar files, the base first; of a plain one `members` is what it consists of.

    `manifest` is its list of files and checksums, where that describes what is there.
    """

    path: Path
    members: tuple[Member, ...] = ()
    archives: tuple[Path, ...] = ()
    manifest: Path | None = None

    @property
    def size(self) -> int:
        """Its bytes on disk."""
        return sum(member.size for member in self.members) + sum(archive.stat().st_size for archive in self.archives)

    @property
    def digest(self) -> str:
        """What identifies it: its manifest, which has every file's checksum; else how its files look from outside."""
        found = hashlib.sha256()
        if self.manifest is not None:
            for block in content(self.path, self.manifest, None):
                found.update(block)
        else:
            looks = [(member.name, member.size, member.changed) for member in self.members]
            stats = [(archive.name, archive.stat()) for archive in self.archives]
            looks += [(name, about.st_size, about.st_mtime_ns) for name, about in stats]
            found.update(repr(looks).encode("utf-8", "surrogateescape"))
            if self.members:
                found.update(b"".join(content(self.path, self.path / CONTROL, None)))
        return f"sha256:{found.hexdigest()}"


def open_backup(path: Path) -> Backup:
    """Find out what it is, and whether it can be used as far as that is seen from outside. Raises EnvctlError."""
    if not path.is_dir():
        if not os.path.lexists(path):
            raise refused(path, "does not exist", "Check `path` in the stack file; it is relative to that file.")
        raise refused(path, "is a file", "Name the folder that it lies in.")
    try:
        names = set(os.listdir(path))  # noqa: PTH208  # names alone are asked for
        if VERSION in names:
            return _plain(path, names)
    except OSError as error:
        raise unreadable(path, error) from None
    archives = {match["what"]: match for name in sorted(names) if (match := _ARCHIVE.fullmatch(name))}
    if "base" not in archives:
        raise refused(path, f"is none: it has neither {VERSION} nor base.tar")
    if any(what.isdecimal() for what in archives):
        raise Inspected(path).elsewhere()
    for match in archives.values():
        if match["packed"] not in _PACKED:
            raise refused(
                path, f"is packed in a way that is not read here: {match[0]}", "Unpack it, or use gzip or zstd."
            )
    found = tuple(path / archives[what][0] for what in ("base", "pg_wal") if what in archives)
    return Backup(path, archives=found, manifest=_manifest(path) if MANIFEST in names else None)


def _plain(path: Path, names: set[str]) -> Backup:
    members = tuple(_members(path, ""))
    inspected = Inspected(path)
    for member in members:
        inspected.see(member)
        if inspected.keeps(member.name):
            inspected.small[member.name] = b"".join(content(path, path / member.name, member.size))[:_SMALL]
    inspected.judge(None)
    # A server that was started on a backup leaves its manifest there, and that says nothing of what it did since.
    described = MANIFEST in names and LABEL in names
    return Backup(path, members, manifest=_manifest(path) if described else None)


def _manifest(path: Path) -> Path | None:
    found = path / MANIFEST
    about = found.lstat()
    return found if stat.S_ISREG(about.st_mode) and about.st_size <= _LARGEST_MANIFEST else None


def _members(root: Path, inside: str) -> Iterator[Member]:
    """Everything in a folder and below, each folder before what is in it."""
    with os.scandir(root / inside) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            name, about = f"{inside}{entry.name}", entry.stat(follow_symlinks=False)
            if name in _LEFT_OUT or stat.S_ISSOCK(about.st_mode):
                continue
            if stat.S_ISLNK(about.st_mode):
                raise _linked(root, name)
            if stat.S_ISDIR(about.st_mode):
                yield Member(name, folder=True)
                yield from _members(root, f"{name}/")
            elif stat.S_ISREG(about.st_mode):
                yield Member(name, about.st_size, changed=about.st_mtime_ns)
            else:
                raise refused(root, f"holds {name}, which is neither a file nor a folder")


def _linked(root: Path, name: str) -> EnvctlError:
    if name.startswith(f"{TABLESPACES}/"):
        return Inspected(root).elsewhere()
    return refused(root, f"holds a link, {name}, and what that leads to lies elsewhere")


def content(root: Path, path: Path, size: int | None, read: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """The bytes of a file, which must still be a plain one, of that size if one is said. Raises EnvctlError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123  # a descriptor, not a path
            left = os.fstat(descriptor).st_size if size is None else size
            while left and (block := file.read(min(_BLOCK, left))):
                left -= len(block)
                read(len(block))
                yield block
    except OSError as error:
        raise unreadable(root, error) from None
    if left:
        raise refused(root, f"changed while it was read: {path.name} became shorter", "Run the same command again.")


def unreadable(path: Path, error: OSError) -> EnvctlError:
    """The operating system does not let us read it."""
    hint = (
        f"Let your user read it, such as: sudo chown -R $(id -u) {path}" if isinstance(error, PermissionError) else ""
    )
    return refused(path, f"cannot be read: {error.strerror}", hint or AGAIN)


def said(label: Iterable[bytes]) -> dict[str, str]:
    """What a backup label tells people of it."""
    text = b"".join(label).decode("utf-8", "replace")
    found = dict(line.partition(": ")[::2] for line in text.splitlines())
    known = {
        "source.taken": found.get("START TIME", ""),
        "source.lsn": found.get("START WAL LOCATION", "").split(" ")[0],
    }
    return {key: value for key, value in known.items() if value}
