"""Archives whose end is missing."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.seeds.backups.whole import check_member, whole_tar
from envctl.seeds.dumps.packed import Damaged


def tar(*sizes: int) -> bytes:
    """A tar archive with members of these sizes."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for number, size in enumerate(sizes):
            about = tarfile.TarInfo(f"{number}.dat")
            about.size = size
            archive.addfile(about, io.BytesIO(b"x" * size))
    return made.getvalue()


@given(st.lists(st.integers(0, 2000), max_size=5), st.integers(1, 3000))
def test_a_whole_archive_is_handed_on(sizes: list[int], block: int) -> None:
    """A whole archive passes unchanged, whatever the blocks."""
    archive = tar(*sizes)
    blocks = [archive[at : at + block] for at in range(0, len(archive), block)]
    assert archive == b"".join(whole_tar(blocks))


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=5), st.data())
def test_a_cut_archive_is_refused(sizes: list[int], data: st.DataObject) -> None:
    """An archive that ends before its end does not pass."""
    archive = tar(*sizes)
    content = sum(512 + -(-size // 512) * 512 for size in sizes)
    cut = data.draw(st.integers(1, content))
    with pytest.raises(Damaged):
        list(whole_tar([archive[:cut]]))


ROWS = b"1\ta\n2\tb\n"
LZ4 = b"\x04\x22\x4d\x18\x40\x40\xc0rows" + bytes(4)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("3429.dat", ROWS + b"\\.\n\n\n"),
        ("3429.dat", b"INSERT INTO a VALUES (1);\n\n\n"),
        ("3429.dat", b"\n\n"),
        ("3429.dat.gz", gzip.compress(ROWS + b"\\.\n\n\n")),
        ("3429.dat.lz4", LZ4),
        ("blob_1.dat", b"anything"),
        ("blobs.toc", b"1 blob_1.dat\n"),
        ("toc.dat", b"PGDMP"),
    ],
)
def test_whole_files_pass(name: str, content: bytes) -> None:
    """Files of a folder that end as pg_dump ends them pass."""
    check_member(name, [content[:3], content[3:]])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("3429.dat", ROWS),
        ("3429.dat", b""),
        ("3429.dat.gz", gzip.compress(ROWS + b"\\.\n\n\n")[:-1]),
        ("3429.dat.gz", gzip.compress(ROWS)),
        ("3429.dat.lz4", LZ4[:-1]),
        ("blob_1.dat.gz", gzip.compress(b"a")[:-1]),
    ],
)
def test_cut_files_are_refused(name: str, content: bytes) -> None:
    """Files that end in the middle do not."""
    with pytest.raises(Damaged):
        check_member(name, [content])
