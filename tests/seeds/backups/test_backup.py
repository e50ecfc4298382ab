"""Backups on disk: what is taken for one, what is refused and why, and the archive that is made of it."""

from __future__ import annotations

import gzip
import io
import os
import socket
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from envctl.errors import EnvctlError, Exit
from envctl.seeds.backups.backup import open_backup, said
from envctl.seeds.backups.inspected import Inspected
from envctl.seeds.backups.unpacked import unpacked
from envctl.seeds.place import Place, read_place
from tests.seeds.backups.archives import FIRST_LOG, LABEL, RUNNING, control, files, tar, write, write_tar

Writer = Callable[[Path, dict[str, bytes]], Path]
HERE = Place("/data", 999, 998, 17)


def archive(path: Path, place: Place = HERE) -> dict[str, tuple[int, int, int, bytes]]:
    """What the daemon is given: name → owner, group, mode, content."""
    whole = b"".join(unpacked(open_backup(path), place, Inspected(path), lambda _: None))
    with tarfile.open(fileobj=io.BytesIO(whole)) as found:
        return {
            each.name: (each.uid, each.gid, each.mode, file.read() if (file := found.extractfile(each)) else b"/")
            for each in found
        }


def refusal(path: Path, place: Place = HERE) -> str:
    """Why a backup is refused, when it is looked at or at the latest while it is copied."""
    with pytest.raises(EnvctlError) as raised:
        archive(path, place)
    assert Exit.DATA_REFUSED == raised.value.code
    assert raised.value.hint
    assert raised.value.unchanged
    return raised.value.message.removeprefix(f"The backup {path} ")


@pytest.mark.parametrize("writer", [write, write_tar])
def test_every_file_arrives_and_is_the_servers_own(tmp_path: Path, writer: Writer) -> None:
    """From a folder and from archives alike, nobody else may read them."""
    content = files(label=LABEL, state=RUNNING)
    found = archive(writer(tmp_path / "b", content))
    assert content == {name: data for name, (*_, data) in found.items() if data != b"/"}
    assert {(999, 998, 0o600), (999, 998, 0o700)} >= {tuple(each[:3]) for each in found.values()}


def test_a_stopped_servers_folder_will_do(tmp_path: Path) -> None:
    """Without a label its state counts."""
    assert "base/5/1259" in archive(write(tmp_path, files()))


def test_packed_archives_are_unpacked(tmp_path: Path) -> None:
    """By gzip and zstd, each of the two by itself."""
    path = write_tar(tmp_path, files(label=LABEL))
    base, log = path / "base.tar", path / "pg_wal.tar"
    (path / "base.tar.zst").write_bytes(zstandard.compress(base.read_bytes()))
    (path / "pg_wal.tar.gz").write_bytes(gzip.compress(log.read_bytes()))
    base.unlink()
    log.unlink()
    assert {"PG_VERSION", f"pg_wal/{FIRST_LOG}"} < set(archive(path))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"postmaster.pid": b"1"}, "is the data directory of a server that runs, or did not end cleanly."),
        ({"global/pg_control": control(RUNNING)}, "is the data directory of a server that did not end cleanly."),
        (
            {"global/pg_control": b"\x8f" * 200},
            "is encrypted, damaged or of another kind of machine: global/pg_control",
        ),
        ({"global/pg_control": b""}, "is cut off: global/pg_control is"),
        ({"PG_VERSION": b"16\n"}, "is of Postgres 16, and the service runs 17."),
        ({"PG_VERSION": b""}, "is of Postgres no known version, and the service runs 17."),
        ({"tablespace_map": b"1 /x\n"}, "has tablespaces, whose files lie elsewhere."),
        ({"pg_tblspc/16384/x": b""}, "has tablespaces, whose files lie elsewhere."),
        ({"base/5/INCREMENTAL.1259": b"x"}, "is an incremental one, which is no data by itself."),
        ({"backup_label": LABEL + b"INCREMENTAL FROM LSN: 0/1\n", f"pg_wal/{FIRST_LOG}": b""}, "is an incremental one"),
        ({"backup_label": LABEL}, "is without the log that makes it whole."),
        ({"backup_label": b"of another kind"}, "is without the log that makes it whole."),
    ],
)
@pytest.mark.parametrize("form", ["folder", "archives"])
def test_what_no_server_could_go_on_with_is_refused(
    tmp_path: Path, change: dict[str, bytes], why: str, form: str
) -> None:
    """In a folder and in archives alike."""
    path = {"folder": write, "archives": write_tar}[form](tmp_path / "b", {**files(), **change})
    assert refusal(path).startswith(why)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A tablespace has words of its own, the log on another disk too."""
    path = write(tmp_path / "b", files())
    (path / "pg_wal").symlink_to(tmp_path)
    assert "holds a link, pg_wal, and what that leads to lies elsewhere." == refusal(path)
    (path / "pg_wal").unlink()
    (path / "pg_tblspc/16384").symlink_to(tmp_path)
    assert "has tablespaces, whose files lie elsewhere." == refusal(path)


def test_a_pipe_is_refused_and_a_socket_left_out(tmp_path: Path) -> None:
    """A server leaves its socket behind; nobody waits for what a pipe will say."""
    path = write(tmp_path / "b", files())
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path / ".s.PGSQL.5432"))
        assert ".s.PGSQL.5432" not in archive(path)
    os.mkfifo(path / "pipe")
    assert "holds pipe, which is neither a file nor a folder." == refusal(path)


@pytest.mark.parametrize("packed", ["plain", "gz", "zst"])
@pytest.mark.parametrize("left", [0.3, 0.6, 0.8])
def test_an_archive_that_is_cut_off_is_refused(tmp_path: Path, packed: str, left: float) -> None:
    """Wherever its end is."""
    path = write_tar(tmp_path, files(label=LABEL))
    whole = (path / "base.tar").read_bytes()
    (path / "base.tar").unlink()
    whole = {"plain": whole, "gz": gzip.compress(whole), "zst": zstandard.compress(whole)}[packed]
    name = "base.tar" if packed == "plain" else f"base.tar.{packed}"
    (path / name).write_bytes(whole[: int(len(whole) * left)])
    assert refusal(path).startswith("is encrypted, damaged or cut off: base.tar")


def test_an_archive_without_its_end_is_refused(tmp_path: Path) -> None:
    """Every member is there, and yet nobody knows that it was the last."""
    path = write_tar(tmp_path, files(label=LABEL))
    whole = (path / "base.tar").read_bytes()
    (path / "base.tar").write_bytes(whole[:-1024])
    assert refusal(path).startswith("is encrypted, damaged or cut off: base.tar")


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    """It is no archive then."""
    path = write_tar(tmp_path, files(label=LABEL))
    (path / "base.tar").write_bytes(b"\x85\x02" + os.urandom(4000))
    assert refusal(path).startswith("is encrypted, damaged or cut off: base.tar")


def test_names_of_an_archive_stay_inside(tmp_path: Path) -> None:
    """Whoever made it: no name leads out, and there are no links in it."""
    path = write_tar(tmp_path, files(label=LABEL))
    for name in ("../evil", "/etc/evil", "base/../../evil"):
        (path / "base.tar").write_bytes(tar({name: b"x"}))
        assert "holds a name that leads out of it." == refusal(path)
    link = tarfile.TarInfo("base/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    (path / "base.tar").write_bytes(tar(files(label=LABEL), link))
    assert "holds base/link, which is neither a file nor a folder." == refusal(path)
    link.name = "pg_tblspc/16384"
    (path / "base.tar").write_bytes(tar(files(label=LABEL), link))
    assert "has tablespaces, whose files lie elsewhere." == refusal(path)


def test_an_archive_of_a_tablespace_is_refused(tmp_path: Path) -> None:
    """It is called by the tablespace's number."""
    path = write_tar(tmp_path, files(label=LABEL))
    (path / "16384.tar").write_bytes(tar({}))
    assert "has tablespaces, whose files lie elsewhere." == refusal(path)


def test_an_empty_map_of_tablespaces_is_none(tmp_path: Path) -> None:
    """Archives have one even when there is nothing to tell."""
    assert "tablespace_map" in archive(write_tar(tmp_path, {**files(label=LABEL), "tablespace_map": b""}))


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    """Each says what to name instead, or how to make one."""
    assert "does not exist." == refusal(tmp_path / "absent")
    (tmp_path / "file").touch()
    assert "is a file." == refusal(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    assert "is none: it has neither PG_VERSION nor base.tar." == refusal(tmp_path / "empty")
    (tmp_path / "empty/base.tar.lz4").touch()
    assert "is packed in a way that is not read here: base.tar.lz4." == refusal(tmp_path / "empty")


def test_a_file_that_shrinks_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    """The archive would not fit together, and the data would not either."""
    path = write(tmp_path / "b", files())
    backup = open_backup(path)
    (path / "base/5/1259").write_bytes(b"x")
    with pytest.raises(EnvctlError, match="changed while it was read: 1259 became shorter"):
        b"".join(unpacked(backup, HERE, Inspected(path), lambda _: None))


@pytest.mark.parametrize("form", ["folder", "archives"])
def test_the_manifest_identifies_a_backup(tmp_path: Path, form: str) -> None:
    """A copy of it is the same, whenever it was made; another manifest is another one. A file that was damaged since
    changes nothing: what was built has the bytes of which the manifest has the checksums.
    """
    writer = {"folder": write, "archives": write_tar}[form]
    digests = []
    for name, manifest in (("a", b"{}"), ("b", b"{}"), ("c", b"{ }")):
        path = writer(tmp_path / name, files(label=LABEL))
        (path / "backup_manifest").write_bytes(manifest)
        os.utime(path / "backup_manifest", (len(name), ord(name)))
        digests.append(open_backup(path).digest)
    assert digests[0] == digests[1] != digests[2]
    damaged = next(path for path in (tmp_path / "b").rglob("*") if path.name in ("PG_VERSION", "base.tar"))
    with damaged.open("ab") as file:
        file.write(b"?")
    assert digests[0] == open_backup(tmp_path / "b").digest


def test_a_folder_that_a_server_used_is_told_by_its_files(tmp_path: Path) -> None:
    """The manifest that is left there says nothing of what the server did since."""
    path = write(tmp_path, {**files(), "backup_manifest": b"{}"})
    before = open_backup(path)
    (path / "base/5/1259").write_bytes(b"y" * 3001)
    assert (None, True) == (before.manifest, before.digest != open_backup(path).digest)


def test_progress_adds_up_to_its_size(tmp_path: Path) -> None:
    """Each byte on disk is told once."""
    path = write(tmp_path, files())
    heard: list[int] = []
    b"".join(unpacked(open_backup(path), HERE, Inspected(path), heard.append))
    assert open_backup(path).size == sum(heard)


def test_a_label_tells_when_it_was_made() -> None:
    """And from where on the log counts."""
    assert {"source.taken": "2026-01-02 03:04:05 UTC", "source.lsn": "0/2000028"} == said([LABEL])
    assert {} == said([b""])


@pytest.mark.parametrize(
    "printed", [b"", b"999\n999\n17\n", b"999\n999\n\n/data\n", b"id: no such user\n0\n17\n/data\n"]
)
def test_an_image_of_another_kind_is_noticed(printed: bytes) -> None:
    """Without the user, or without the server, there is no place."""
    assert read_place(printed) is None
    assert Place("/data", 999, 998, 17) == read_place(b"999\n998\n17\n/data\n")
