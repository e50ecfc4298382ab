"""Opening dumps."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.seeds.dumps.dump import counted, open_dump
from tests.seeds.samples import SMALL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dump in directory format."""
    made = tmp_path / "dump"
    made.mkdir()
    (made / "toc.dat").write_bytes(b"PGDMP\x01\x10\x00\x04\x08\x05")
    (made / "3429.dat").write_bytes(b"1\n\\.\n\n\n")
    return made


def why(path: Path) -> str:
    """Why a path is refused; that nothing changed is always said."""
    with pytest.raises(EnvctlError) as caught:
        b"".join(open_dump(path).blocks())
    assert (Exit.DATA_REFUSED, "The database keeps what it holds.") == (caught.value.code, caught.value.unchanged)
    assert str(path) in caught.value.message
    return caught.value.message.removeprefix(f"The dump {path} ")


def test_the_content_comes_out_unpacked(tmp_path: Path) -> None:
    """A packed dump gives the same bytes as a plain one, whatever its name."""
    plain, packed = tmp_path / "a", tmp_path / "b.sql"
    plain.write_bytes(SMALL)
    packed.write_bytes(gzip.compress(SMALL))
    assert [SMALL, SMALL] == [b"".join(open_dump(path).blocks()) for path in (plain, packed)]


def test_a_mark_of_windows_is_dropped(tmp_path: Path) -> None:
    """psql would take the byte order mark for a word."""
    path = tmp_path / "a.sql"
    path.write_bytes(b"\xef\xbb\xbfSELECT 1;")
    assert b"SELECT 1;" == b"".join(open_dump(path).blocks())


def test_a_folder_comes_out_as_tar(folder: Path) -> None:
    """The files of a dump in directory format become one archive."""
    stream = io.BytesIO(b"".join(open_dump(folder).blocks()))
    with tarfile.open(fileobj=stream) as archive:
        assert {"3429.dat": 7, "toc.dat": 11} == {member.name: member.size for member in archive}


def test_progress_reaches_the_whole(folder: Path) -> None:
    """What was read adds up to the size that was announced."""
    dump, told = open_dump(folder), []
    for _ in dump.blocks(counted(dump, lambda read, total: told.append((read, total)))):
        pass
    assert (18, 18) == told[-1]


def test_a_change_is_noticed(folder: Path) -> None:
    """A dump that is written while it is read is not the one that was checked."""
    dump = open_dump(folder)
    assert not dump.changed()
    (folder / "3429.dat").write_bytes(b"12\n\\.\n\n\n")
    assert dump.changed()
    (folder / "toc.dat").unlink()
    assert dump.changed()


def test_what_is_not_there(tmp_path: Path) -> None:
    """A path that leads nowhere is said to."""
    assert "does not exist." == why(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    assert "does not exist." == why(tmp_path / "file" / "below")


def test_what_is_no_file(tmp_path: Path) -> None:
    """A pipe would let us wait for ever, a device never ends."""
    os.mkfifo(tmp_path / "pipe")
    assert "is neither a file nor a folder, but a pipe or a device." == why(tmp_path / "pipe")
    assert "is neither a file nor a folder, but a pipe or a device." == why(Path("/dev/zero"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    """A file of somebody else is said to be one."""
    path = tmp_path / "a.sql"
    path.write_bytes(SMALL)
    path.chmod(0)
    assert "cannot be read: permission denied." == why(path)


def test_a_packed_file_that_ends_too_early(tmp_path: Path) -> None:
    """A gzip file that is cut off is refused when its end is reached, or at once."""
    path = tmp_path / "a.sql.gz"
    for size in (15, 400):
        path.write_bytes(gzip.compress(SMALL)[:size])
        assert "is damaged or cut off: the end of what gzip packed is missing." == why(path)


def test_what_is_packed_is_named(tmp_path: Path) -> None:
    """What is inside of a packed file counts."""
    path = tmp_path / "a.sql.gz"
    path.write_bytes(gzip.compress(b"-- MySQL dump 10.13"))
    assert "is a dump of MySQL or MariaDB, packed with gzip." == why(path)


def test_a_folder_without_contents(tmp_path: Path, folder: Path) -> None:
    """A folder is a dump only with its table of contents; one that lies inside is pointed at."""
    with pytest.raises(EnvctlError) as caught:
        open_dump(tmp_path)
    assert f"Name the folder inside it: {folder}" == caught.value.hint
    (folder / "toc.dat").unlink()
    assert "is a folder without toc.dat." == why(folder)


def test_links_in_a_folder_are_not_followed(folder: Path, tmp_path: Path) -> None:
    """Nothing outside of the folder is read."""
    (folder / "1.dat").symlink_to("/etc/passwd")
    assert "holds a link, 1.dat." == why(folder)


def test_a_link_that_comes_later_is_not_followed(folder: Path) -> None:
    """Not even when a file is replaced by a link while the dump is read."""
    blocks = open_dump(folder).blocks()
    next(blocks)
    (folder / "toc.dat").unlink()
    (folder / "toc.dat").symlink_to("/etc/passwd")
    with pytest.raises(EnvctlError):
        list(blocks)


def test_a_pipe_in_a_folder_is_refused(folder: Path) -> None:
    """Only plain files belong to a dump."""
    os.mkfifo(folder / "1.dat")
    assert "holds 1.dat, which is not a plain file." == why(folder)
