"""A backup as one tar that the daemon unpacks: names checked, owners set, whatever its own form is."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, cast

from envctl.seeds.backups.backup import Backup, content
from envctl.seeds.backups.inspected import LOG, MANIFEST, Inspected, Member, refused
from envctl.seeds.backups.whole import whole_tar
from envctl.seeds.dumps.kinds import HEAD, packing
from envctl.seeds.dumps.packed import Damaged, unpack
from envctl.seeds.place import Place

Read = Callable[[int], None]  # told how many more of the backup's bytes were read
_BLOCK = 1 << 20
_AGAIN = "Make or copy the backup again, and compare the sizes."


def unpacked(backup: Backup, place: Place, inspected: Inspected, read: Read) -> Iterator[bytes]:
    """The backup as a tar; `inspected` knows then what was seen. Raises EnvctlError, also at its very end."""
    if backup.archives:
        for archive in backup.archives:
            yield from _archive(backup, archive, place, inspected, read)
        if backup.manifest is not None:
            yield from _file(
                Member(MANIFEST, backup.manifest.stat().st_size), place, _own(backup, backup.manifest, read)
            )
    else:
        for member in backup.members:
            inspected.see(member)
            yield from _file(member, place, _kept(inspected, member, _plain(backup, member, read)))
    inspected.judge(place.major)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _own(backup: Backup, path: Path, read: Read) -> Iterator[bytes]:
    return content(backup.path, path, path.stat().st_size, read)


def _plain(backup: Backup, member: Member, read: Read) -> Iterator[bytes]:
    return iter(()) if member.folder else content(backup.path, backup.path / member.name, member.size, read)


def _archive(backup: Backup, path: Path, place: Place, inspected: Inspected, read: Read) -> Iterator[bytes]:
    """The members of one of its archives, each in its place. A cut one is noticed at its end."""
    inside = f"{LOG}/" if path.name.startswith(LOG) else ""
    try:
        packed = packing(next(content(backup.path, path, None), b"")[:HEAD])
        blocks = content(backup.path, path, None, read)
        whole = whole_tar(unpack(packed, blocks) if packed else blocks)
        with tarfile.open(fileobj=cast("IO[bytes]", FileOf(whole)), mode="r|") as tar:
            for info in tar:
                member = _member(backup, info, inside)
                if member is None:
                    continue
                inspected.see(member)
                file = tar.extractfile(info)
                rows = iter(()) if file is None else iter(lambda file=file: file.read(_BLOCK), b"")  # type: ignore[misc]
                yield from _file(member, place, _kept(inspected, member, rows))
        for _ in whole:  # what packed it may have a checksum behind the end
            pass
    except (tarfile.TarError, Damaged) as error:
        what = str(error) if isinstance(error, Damaged) else "it is no whole tar archive"
        raise refused(backup.path, f"is encrypted, damaged or cut off: {path.name}: {what}", _AGAIN) from None


def _member(backup: Backup, info: tarfile.TarInfo, inside: str) -> Member | None:
    name = PurePosixPath(info.name)
    if name.is_absolute() or ".." in name.parts:
        raise refused(backup.path, "holds a name that leads out of it", _AGAIN)
    if not name.parts:
        return None
    if not (info.isdir() or info.isreg()):
        inspected = Inspected(backup.path)
        inspected.see(Member(str(name)))  # a tablespace is a link, and has words of its own
        raise refused(backup.path, f"holds {name}, which is neither a file nor a folder", _AGAIN)
    return Member(f"{inside}{name}", info.size if info.isreg() else 0, folder=info.isdir())


def _file(member: Member, place: Place, blocks: Iterator[bytes]) -> Iterator[bytes]:
    info = tarfile.TarInfo(member.name)
    info.uid, info.gid, info.mode = place.user, place.group, 0o700 if member.folder else 0o600
    info.type, info.size = tarfile.DIRTYPE if member.folder else tarfile.REGTYPE, member.size
    info.mtime = member.changed // 10**9
    yield info.tobuf(tarfile.PAX_FORMAT, errors="surrogateescape")
    yield from blocks
    yield bytes(-member.size % tarfile.BLOCKSIZE)


def _kept(inspected: Inspected, member: Member, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Hands the blocks on, and keeps those of the few files that tell what it is."""
    keeps = inspected.keeps(member.name) and not member.folder
    for block in blocks:
        if keeps:
            inspected.small[member.name] = inspected.small.get(member.name, b"") + block[:_BLOCK]
        yield block


class FileOf:
    """A file of what comes in blocks, as far as reading it from start to end goes."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def read(self, size: int) -> bytes:
        """So many bytes, fewer only at the end."""
        parts, there = [self._rest], len(self._rest)
        while there < size and (block := next(self._blocks, b"")):
            parts.append(block)
            there += len(block)
        whole = b"".join(parts)
        self._rest = whole[size:]
        return whole[:size]
