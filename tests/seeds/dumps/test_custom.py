"""Archives in custom format whose rows are read here."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from envctl.seeds.dumps.custom import END, Rows, hollow
from envctl.seeds.dumps.packed import Damaged
from envctl.seeds.dumps.skeleton import with_rows
from tests.seeds.postgres import Postgres

VERSIONS = ((1, 12), (1, 13), (1, 14), (1, 15), (1, 16))  # since 9.3, February 2018, 12, 16, 17
SCHEMA = """CREATE TABLE people (id int PRIMARY KEY, name text);
INSERT INTO people SELECT n, CASE WHEN n % 7 = 0 THEN E'\\\\.' ELSE repeat(md5(n::text), n % 50) END
    FROM generate_series(1, 9000) AS n;
CREATE TABLE empty (id int);
CREATE TABLE "odd ""name" (a text);
INSERT INTO "odd ""name" VALUES (E'\\\\.\\n'), (NULL), ('7'), ('');
CREATE SEQUENCE numbers;
CREATE VIEW names AS SELECT name FROM people;
CREATE MATERIALIZED VIEW many AS SELECT count(*) FROM people"""


@dataclass(frozen=True)
class Made:
    """An archive as pg_dump writes it, with rows of these tables by their entries' numbers."""

    tables: dict[int, bytes]
    version: tuple[int, int] = (1, 16)
    algorithm: int = 1
    what: bytes = b"TABLE DATA"
    copy: bytes | None = b"COPY public.t (a) FROM stdin;\n"
    sizes: tuple[int, int] = (4, 8)
    format: int = 1
    kind: int = 1  # of data
    order: tuple[int, ...] | None = None  # of data
    chunk: int = 5

    def written(self) -> bytes:
        """Its bytes."""
        return self.head() + b"".join(self.data(entry) for entry in self.order or self.tables)

    def head(self) -> bytes:
        """All of it but the data."""
        packed = bytes([self.algorithm]) if self.version >= (1, 15) else number(-1 if self.algorithm else 0)
        start = b"PGDMP" + bytes([*self.version, 0, *self.sizes, self.format]) + packed
        said = b"".join(map(text, (b"shop", b"17.2", b"17.2")))
        entries = [self.entry(1, b"TABLE", None, 3), *(self.entry(n, self.what, self.copy, 2) for n in self.tables)]
        return start + b"".join(number(0) for _ in range(7)) + said + number(len(entries)) + b"".join(entries)

    def entry(self, n: int, what: bytes, copy: bytes | None, place: int) -> bytes:
        """One of the table of contents."""
        parts = [number(n), number(int(place != 3)), text(b"1259"), text(b"16384"), text(b"t"), text(what), number(3)]
        parts += [text(b"CREATE"), text(None), text(copy), text(b"public"), text(b"")]
        parts += [text(b"heap")] * (self.version >= (1, 14)) + [number(114)] * (self.version >= (1, 16))
        parts += [text(b"ann"), text(b"false"), text(b"12"), text(b"13"), text(None), bytes([place]), bytes(8)]
        return b"".join(parts)

    def data(self, n: int) -> bytes:
        """The rows of one table, cut somewhere."""
        pack: Callable[[bytes], bytes] = zstandard.compress if self.algorithm == 3 else zlib.compress
        packed = pack(self.tables[n] + END)
        cut = [packed[at : at + self.chunk] for at in range(0, len(packed), self.chunk)]
        return bytes([self.kind]) + number(n) + b"".join(map(text, cut)) + number(0)


def number(n: int) -> bytes:
    return bytes([n < 0]) + abs(n).to_bytes(4, "little")


def text(content: bytes | None) -> bytes:
    return number(-1) if content is None else number(len(content)) + content


def blocks(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def rows(archive: bytes, *entries: int, size: int = 100) -> list[bytes]:
    """Those of each entry."""
    found = Rows(blocks(archive, size))
    return [b"".join(found.of(str(entry))) for entry in entries]


@given(
    st.sampled_from(VERSIONS),
    st.sampled_from((1, 3)),
    st.dictionaries(st.integers(2, 1 << 31), st.lists(st.binary(max_size=9)).map(b"\n".join), max_size=4),
    st.integers(1, 70),
    st.integers(1, 300),
)
def test_rows_come_out_as_they_went_in(
    version: tuple[int, int], algorithm: int, tables: dict[int, bytes], chunk: int, size: int
) -> None:
    """Of every version, however they are packed and cut; and the hollow archive is one with numbers for rows."""
    made = Made(tables, version, algorithm if version >= (1, 15) else 1, chunk=chunk)
    assert list(tables.values()) == rows(made.written(), *tables, size=size)
    empty = hollow(blocks(made.written(), size))
    assert empty is not None
    assert empty.startswith(made.head())
    assert [b"%d\n" % entry for entry in tables] == rows(empty, *tables, size=size)


@given(st.data())
def test_no_end_may_be_missing(data: st.DataObject) -> None:
    """Cut off anywhere, it is noticed: in its table of contents by having no hollow one, behind that by its rows."""
    made = Made({7: b"ann\nbob\n", 9: b"x" * 99})
    whole, head = made.written(), len(made.head())
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert (hollow((cut,)) is None) == (len(cut) < head)
    with pytest.raises(Damaged):
        rows(cut, 7, 9)


OTHERS = {
    "older": Made({7: b""}, version=(1, 11)),
    "newer": Made({7: b""}, version=(1, 17)),
    "another major version": Made({7: b""}, version=(2, 0)),
    "not packed": Made({7: b""}, algorithm=0),
    "not packed, as older ones say it": Made({7: b""}, version=(1, 14), algorithm=0),
    "packed with lz4": Made({7: b""}, algorithm=2),
    "large objects": Made({7: b""}, what=b"BLOBS"),
    "inserts": Made({7: b""}, copy=None),
    "a number below zero": Made({-7: b""}),
    "other numbers": Made({7: b""}, sizes=(8, 8)),
    "another format": Made({7: b""}, format=3),
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_not_read_here_is_left_to_pg_restore(what: str) -> None:
    """It knows more, and says what is wrong."""
    assert hollow((OTHERS[what].written(),)) is None


def test_a_length_that_cannot_be_true_takes_no_memory() -> None:
    """As damage, or somebody who means harm, leaves it."""
    made = Made({7: b""}).head()
    assert hollow((made.replace(text(b"shop"), number((1 << 31) - 1) + b"shop"), bytes(1 << 20))) is None


@pytest.mark.parametrize(
    "made",
    [
        Made({7: b"ann\n", 9: b"bob\n"}, order=(9, 7)),
        Made({7: b"ann\n", 9: b"bob\n"}, order=(9,)),
        Made({7: b"ann\n", 9: b"bob\n"}, kind=3),
    ],
    ids=["another order", "one is missing", "another kind"],
)
def test_rows_of_another_table_are_never_taken(made: Made) -> None:
    """Its columns would be masked as others are."""
    with pytest.raises(Damaged, match="not what its table of contents says"):
        rows(made.written(), 7)


@pytest.mark.parametrize("said", ["8", "", "None", "-7", "ann", "7\n7", "\N{REPLACEMENT CHARACTER}"])
def test_what_stands_for_rows_must_be_their_number(said: str) -> None:
    """Somebody may have written rows into the text of COPY itself."""
    with pytest.raises(Damaged, match="not what its table of contents says"):
        list(Rows((Made({7: b"ann\n"}).written(),)).of(said))


def test_what_was_packed_badly_is_noticed() -> None:
    """By its checksum."""
    made = bytearray(Made({7: b"ann\n" * 100}, chunk=4096).written())
    made[-8] ^= 1
    with pytest.raises(Damaged, match="cannot be unpacked"):
        rows(bytes(made), 7)


@pytest.mark.parametrize("compress", ["gzip", "gzip:9", "zstd"])
def test_nothing_differs_from_what_pg_restore_prints(postgres: Postgres, compress: str) -> None:
    """Of an archive that pg_dump wrote: byte for byte."""
    archive = postgres.dump(postgres.holding(SCHEMA), "--format=custom", f"--compress={compress}")
    empty = hollow(blocks(archive, 1000))
    assert empty is not None
    skeleton, whole = (
        postgres.run(("pg_restore", "--file=-"), stdin=(content,)).stdout for content in (empty, archive)
    )
    rebuilt = b"".join(with_rows((skeleton,), Rows(blocks(archive, 1000)).of, lambda _: ()))
    assert keyless(whole) == keyless(rebuilt)
    assert len(archive) < len(whole)


def keyless(text: bytes) -> list[bytes]:
    """Without the key by chance that is in it, and the commands that have it."""
    return [line for line in text.splitlines(keepends=True) if b"restrict " not in line and line.strip()]
