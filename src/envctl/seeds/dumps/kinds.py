"""What a file is, told from its first bytes and never from its name. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Format = Literal["sql", "custom", "tar", "directory"]
Packing = Literal["gzip", "zstd"]

HEAD = 4096  # bytes that are enough to tell


@dataclass(frozen=True)
class Wrong:
    """Not a dump that can be restored: what it is, and what to do instead."""

    what: str
    hint: str = "Make a dump with: pg_dump --format=custom --file=FILE DATABASE"


_PACKED: tuple[tuple[bytes, Packing], ...] = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))
_UNPACK = "Unpack it first, or pack it with gzip or zstd instead."
_LFS = Wrong("a Git LFS pointer, not the file itself", "Fetch the file: git lfs pull")
_MYSQL = Wrong("a dump of MySQL or MariaDB")
_UTF16 = Wrong("text in UTF-16, as PowerShell's > writes it", "Let pg_dump write it: pg_dump --file=FILE DATABASE")
ONE_DATABASE = "Dump the one database: pg_dump --format=custom --file=FILE DATABASE"
_WRONG: tuple[tuple[bytes, Wrong], ...] = (
    (b"SQLite format 3\0", Wrong("an SQLite database")),
    (b"\x89PNG\r\n", Wrong("a PNG picture")),
    (b"\xff\xd8\xff", Wrong("a JPEG picture")),
    (b"GIF8", Wrong("a GIF picture")),
    (b"%PDF-", Wrong("a PDF document")),
    (b"PK\x03\x04", Wrong("a zip archive", _UNPACK)),
    (b"PK\x05\x06", Wrong("an empty zip archive")),
    (b"7z\xbc\xaf\x27\x1c", Wrong("a 7-Zip archive", _UNPACK)),
    (b"\xfd7zXZ\0", Wrong("packed with xz", _UNPACK)),
    (b"BZh", Wrong("packed with bzip2", _UNPACK)),
    (b"\x04\x22\x4d\x18", Wrong("packed with lz4", _UNPACK)),
    (b"\x7fELF", Wrong("a program")),
    (b"PAR1", Wrong("a Parquet file")),
    (b"REDIS0", Wrong("a dump of Redis")),
    (b"\x6d\xe2\x99\x81", Wrong("a dump of MongoDB")),
    (b"\xff\xfe", _UTF16),
    (b"\xfe\xff", _UTF16),
    (b"version https://git-lfs.github.com/spec/", _LFS),
)
_WRONG_TEXT: tuple[tuple[bytes, Wrong], ...] = (
    (b"-- mysql dump", _MYSQL),
    (b"-- mariadb dump", _MYSQL),
    (b"/*m!", _MYSQL),
    (b"/*!4", _MYSQL),
    (b"-- phpmyadmin sql dump", _MYSQL),
    (b"<!doctype html", Wrong("an HTML page, perhaps a failed download")),
    (b"<html", Wrong("an HTML page, perhaps a failed download")),
    (b"<?xml", Wrong("an XML document")),
)
_TAR_MAGIC = (257, b"ustar")
# The byte of a Postgres archive that tells its own format; tables of contents of the other formats carry it too.
_ARCHIVE_FORMAT = 10
_CUSTOM, _TAR, _DIRECTORY = 1, 3, 5


def packing(head: bytes) -> Packing | None:
    """How the bytes are packed, if they are."""
    return next((packed for magic, packed in _PACKED if head.startswith(magic)), None)


def recognise(head: bytes) -> Format | Wrong:
    """What unpacked bytes that begin with `head` are."""
    if not head.strip():
        return Wrong("empty")
    if head.startswith(b"PGDMP"):
        return _archive(head)
    if head[_TAR_MAGIC[0] :].startswith(_TAR_MAGIC[1]):
        return _tar(head)
    if wrong := next((wrong for magic, wrong in _WRONG if head.startswith(magic)), None):
        return wrong
    if packing(head):
        return Wrong("packed twice", _UNPACK)
    return _text(head)


def _archive(head: bytes) -> Format | Wrong:
    kind = head[_ARCHIVE_FORMAT] if len(head) > _ARCHIVE_FORMAT else None
    if kind in (_DIRECTORY, _TAR):
        return Wrong("the table of contents of a dump, without its data", "Name the folder it belongs to instead.")
    return "custom" if kind == _CUSTOM else Wrong("cut off or damaged: a Postgres archive without its header")


def _tar(head: bytes) -> Format | Wrong:
    if head.startswith(b"toc.dat\0"):
        return "tar"
    return Wrong("a tar archive that pg_dump did not make", _UNPACK)


def _text(head: bytes) -> Format | Wrong:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if wrong := next((wrong for beginning, wrong in _WRONG_TEXT if start.startswith(beginning)), None):
        return wrong
    return Wrong("binary data of an unknown kind") if b"\0" in head else "sql"
