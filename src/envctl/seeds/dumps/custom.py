"""An archive in pg_dump's custom format, whose rows are unpacked here: in half the time that pg_restore takes.

What pg_restore makes of such an archive is asked of one without rows, in which the number of each entry stands for
them. After `pg_backup_archiver.c` and `pg_backup_custom.c`, PostgreSQL 9.3 to 18.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from envctl.seeds.dumps.packed import Damaged, unpack

END = b"\\.\n\n\n"  # what pg_dump writes behind the rows of each table
_MAGIC, _CUSTOM = b"PGDMP", 1
_NUMBER, _PLACE = 4, 8  # bytes of a number, behind its sign, and of a place in the file
_OLDEST, _NEWEST = (1, 12), (1, 16)  # versions of the format
_ACCESS_METHOD, _ALGORITHM, _KIND = (1, 14), (1, 15), (1, 16)  # those that brought what is called so
_NO_DATA = 3  # in front of a place
_ROWS = 1  # in front of data
_MOST = 256 << 20  # bytes of a table of contents
_OUT = 1 << 18  # bytes that are unpacked at once, about

_Version = tuple[int, int]
_Packed = Literal["zlib", "zstd"]


class _Other(Exception):
    """Nothing that is read here."""


class _Head(NamedTuple):
    """The beginning of an archive, up to its data: how that is packed, and the entries that have some, in order."""

    packed: _Packed
    entries: tuple[int, ...]


def hollow(blocks: Iterable[bytes]) -> bytes | None:
    """An archive with the number of its entry in place of each table's rows.

    None where something else is in it than rows of COPY, where it is packed in a way or written in a version that is
    not read here, and where it is damaged: pg_restore says what of it.
    """
    archive = _Archive(blocks)
    try:
        head = archive.head()
    except (_Other, Damaged):
        return None
    return bytes(archive.read) + b"".join(_standing_for(entry, head.packed) for entry in head.entries)


class Rows:
    """The rows of an archive that there is a hollow one of, as they come. Raises Damaged."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._archive = _Archive(blocks)
        try:
            self._packed = self._archive.head().packed
        except _Other:
            raise Damaged("it is not what it was") from None

    def of(self, entry: str) -> Iterator[bytes]:
        """Those of the next entry, which must have that number, without what ends them."""
        if self._archive.data() != entry:
            raise Damaged("its data is not what its table of contents says")
        held = b""
        for block in unpack(self._packed, self._archive.parts()):
            if len(block) < len(END):
                held += block
            else:
                yield held
                held = block
        if not held.endswith(END):
            raise Damaged("the end of a table's rows is missing")
        yield held[: -len(END)]


def _standing_for(entry: int, packed: _Packed) -> bytes:
    """Data of an entry that says which one it is."""
    rows = b"%d\n%s" % (entry, END)
    if packed == "zstd":
        import zstandard

        content = zstandard.compress(rows)
    else:
        content = zlib.compress(rows)
    return b"".join((bytes([_ROWS]), _number(entry), _number(len(content)), content, _number(0)))


def _number(number: int) -> bytes:
    return b"\0" + number.to_bytes(_NUMBER, "little")


class _Archive:
    """Reads one from its start on, and keeps what it has `read` but for data. Raises Damaged where it is cut off."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._block, self._at = b"", 0
        self.read = bytearray()

    def head(self) -> _Head:
        """All of it up to the data. Raises _Other."""
        magic, version, _ = self._bytes(len(_MAGIC)), (self._byte(), self._byte()), self._byte()
        sizes, kind = (self._byte(), self._byte()), self._byte()
        known = magic == _MAGIC and _OLDEST <= version <= _NEWEST
        if not known or sizes != (_NUMBER, _PLACE) or kind != _CUSTOM:
            raise _Other
        packed = self._packing(version)
        for _ in ("second", "minute", "hour", "day", "month", "year", "daylight saving"):
            self._number()
        self._texts("database", "server's version", "pg_dump's version")
        entries = [self._entry(version) for _ in range(self._number())]
        return _Head(packed, tuple(entry for entry in entries if entry is not None))

    def _packing(self, version: _Version) -> _Packed:
        how = self._byte() if version >= _ALGORITHM else min(abs(self._number()), 1)  # before, how thoroughly
        match how:
            case 1:
                return "zlib"
            case 3:
                return "zstd"
        raise _Other

    def _entry(self, version: _Version) -> int | None:
        """The number of the next one, if it has data. Raises _Other if that is no rows of COPY."""
        entry, _dumped = self._number(), self._number()
        *_, what = self._texts("catalogue", "oid", "name", "what")
        self._number()  # the section
        *_, copy = self._texts("definition", "what drops it", "COPY")
        self._texts("schema", "tablespace", *["access method"] * (version >= _ACCESS_METHOD))
        if version >= _KIND:
            self._number()
        self._texts("owner", "with oids")
        while self._text() is not None:  # what it depends on
            continue
        place, _ = self._byte(), self._bytes(_PLACE)
        if place == _NO_DATA:
            return None
        if what != b"TABLE DATA" or not copy or entry < 0:
            raise _Other
        return entry

    def data(self) -> str:
        """Whose data comes next, by its number; nothing if it is none of rows."""
        kind, entry = self._byte(), self._number()
        return str(entry) if kind == _ROWS else ""

    def parts(self) -> Iterator[bytes]:
        """That data as it is packed, in parts that are worth unpacking, without the lengths between them."""
        block, at, found, size = self._block, self._at, [], 0
        while True:
            while len(block) - at <= _NUMBER:
                block, at = block[at:] + self._next(), 0
            left = int.from_bytes(block[at + 1 : at + 1 + _NUMBER], "little")
            at += 1 + _NUMBER
            if not left:
                break
            while left:
                if at == len(block):
                    block, at = self._next(), 0
                part = block[at : at + left]
                at, left, size = at + len(part), left - len(part), size + len(part)
                found.append(part)
                if size >= _OUT:
                    yield b"".join(found)
                    found, size = [], 0
        self._block, self._at = block, at
        yield b"".join(found)

    def _texts(self, *names: str) -> list[bytes | None]:
        return [self._text() for _ in names]

    def _text(self) -> bytes | None:
        length = self._number()
        return None if length < 0 else self._bytes(length)

    def _number(self) -> int:
        sign, number = self._byte(), int.from_bytes(self._bytes(_NUMBER), "little")
        return -number if sign else number

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, count: int) -> bytes:
        if count + len(self.read) > _MOST:
            raise _Other
        while len(self._block) - self._at < count:
            self._block, self._at = self._block[self._at :] + self._next(), 0
        found = self._block[self._at : self._at + count]
        self._at += count
        self.read += found
        return found

    def _next(self) -> bytes:
        block = next(self._blocks, b"")
        if not block:
            raise Damaged("its end is missing")
        return block
