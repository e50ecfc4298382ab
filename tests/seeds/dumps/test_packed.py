"""Unpacking."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from envctl.seeds.dumps.kinds import Packing
from envctl.seeds.dumps.packed import Damaged, unpack, unpack_file

PACK: Mapping[Packing, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstandard.compress}
PACKINGS = st.sampled_from(sorted(PACK))


def blocks(data: bytes, size: int) -> list[bytes]:
    """Data in blocks."""
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(PACKINGS, st.lists(st.binary(max_size=50).map(lambda some: some * 50), min_size=1), st.integers(1, 99))
def test_all_parts_are_unpacked(packing: Packing, parts: list[bytes], size: int) -> None:
    """What was packed in several parts is unpacked as one, whatever the blocks."""
    packed = b"".join(map(PACK[packing], parts))
    assert b"".join(parts) == b"".join(unpack(packing, blocks(packed, size)))


@given(PACKINGS, st.binary(min_size=1), st.data())
def test_a_missing_end_is_noticed(packing: Packing, content: bytes, data: st.DataObject) -> None:
    """Nothing that is cut off passes for the whole."""
    packed = PACK[packing](content)
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(Damaged, match="missing"):
        list(unpack(packing, [packed[:cut]]))


@pytest.mark.parametrize("packing", sorted(PACK))
def test_what_is_damaged_is_noticed(packing: Packing) -> None:
    """Bytes that were changed on the way do not pass."""
    pack = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor(write_checksum=True).compress}[packing]
    packed = bytearray(pack(bytes(range(256)) * 40))
    packed[20:24] = b"\xff\xff\xff\xff"
    with pytest.raises(Damaged):
        list(unpack(packing, [bytes(packed)]))


@pytest.mark.parametrize("packing", sorted(PACK))
def test_output_comes_in_bounded_blocks(packing: Packing) -> None:
    """A little that unpacks to very much does not fill the memory."""
    packed = PACK[packing](bytes(64 << 20))
    assert max(map(len, unpack(packing, [packed]))) <= 32 << 20


def test_only_an_empty_large_object_is_packed_to_nothing() -> None:
    """As pg_dump leaves it with zstd; of any other file the content is missing."""
    assert b"" == b"".join(unpack_file("blob_7.dat.zst", ()))
    assert b"ab" == b"".join(unpack_file("blob_7.dat.zst", blocks(zstandard.compress(b"ab"), 3)))
    for name in ("blob_7.dat.gz", "7.dat.zst"):
        with pytest.raises(Damaged, match="missing"):
            list(unpack_file(name, (b"",)))


def test_padding_behind_gzip_is_no_damage() -> None:
    """Zeros behind the last part, as tapes leave them, are passed over."""
    assert b"a" == b"".join(unpack("gzip", [gzip.compress(b"a"), bytes(10)]))
