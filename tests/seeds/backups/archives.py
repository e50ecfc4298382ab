"""Base backups and data directories: enough of one to be looked at, and nothing that a server could use."""

from __future__ import annotations

import io
import struct
import tarfile
from pathlib import Path

RUNNING, STOPPED = 6, 1  # states in pg_control
FIRST_LOG = "000000010000000000000002"
LABEL = f"START WAL LOCATION: 0/2000028 (file {FIRST_LOG})\nSTART TIME: 2026-01-02 03:04:05 UTC\n".encode()


def control(state: int = STOPPED, version: int = 1700) -> bytes:
    """The beginning of a pg_control."""
    return struct.pack("<QIII", 7712152811538808861, version, 202406281, state) + bytes(100)


def files(*, label: bytes | None = None, state: int = STOPPED) -> dict[str, bytes]:
    """A data directory; with a label a base backup."""
    known = {"PG_VERSION": b"17\n", "base/5/1259": b"x" * 3000, "global/pg_control": control(state)}
    return {**known, **({"backup_label": label, f"pg_wal/{FIRST_LOG}": b"w"} if label is not None else {})}


def write(folder: Path, content: dict[str, bytes]) -> Path:
    """The files as a folder."""
    for name, data in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "pg_tblspc").mkdir(parents=True, exist_ok=True)
    return folder


def tar(content: dict[str, bytes], *further: tarfile.TarInfo) -> bytes:
    """The files as an archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in further:
            archive.addfile(info)
    return out.getvalue().rstrip(b"\0") + bytes(-len(out.getvalue().rstrip(b"\0")) % 512) + bytes(1024)  # no more


def write_tar(folder: Path, content: dict[str, bytes]) -> Path:
    """The same as `pg_basebackup --format=tar` writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    logs = {name.rpartition("/")[2]: data for name, data in content.items() if name.startswith("pg_wal/")}
    (folder / "base.tar").write_bytes(tar({name: data for name, data in content.items() if "pg_wal/" not in name}))
    (folder / "pg_wal.tar").write_bytes(tar(logs))
    return folder
