"""A plain dump whose rows are masked as it passes, without a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking import WORKERS
from envctl.seeds.dumps.pieces import BrokenText
from envctl.seeds.dumps.skeleton import schema_only, with_rows
from envctl.seeds.masked import text as masked
from envctl.seeds.masked.text import BLOCK, Mask, Text, Unmasked

DUMP = b'''--
-- PostgreSQL database dump
--

\\restrict abc
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $_$ INSERT INTO x VALUES ('y'); $_$;
CREATE TABLE public.people (
    name text, -- who; it is
    "e mail" text
);
COPY public.people (name, "e mail") FROM stdin;
ann\tann@mail.test
bob\t\\N
\\.


COPY "Odd.schema"."a ""b""" (x) FROM stdin;
\\.

SELECT pg_catalog.setval('public.s', 3, true);
SELECT * FROM pg_catalog.pg_restore_attribute_stats('relation', 'people', 'most_common_vals', '{ann}'::text);
CREATE INDEX i ON public.people USING btree (name);
COMMENT ON TABLE public.people IS 'INSERT; of all';
\\unrestrict abc
'''


def shouted(_schema: str, _name: str, _columns: tuple[str, ...]) -> Mask:
    return Mask(bytes.upper)


def through(text: bytes, *cuts: int, masks: masked.Masks = shouted, freezes: bool = False) -> bytes:
    """A text, masked, that comes in blocks."""
    edges = [0, *sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    return b"".join(Text(masks, freezes=freezes).masked(text[a:b] for a, b in pairwise(edges)))


def test_rows_are_masked_and_the_rest_passes() -> None:
    """But for the commands of pg_dump to psql, and for statistics, which are made of raw values."""
    expected = DUMP.replace(b"ann\tann@mail.test\nbob", b"ANN\tANN@MAIL.TEST\nBOB")
    lines = [b"" if b"restrict abc" in line or b"attribute_stats" in line else line for line in expected.split(b"\n")]
    assert b"\n".join(lines) == through(DUMP)


@given(st.lists(st.integers(0, len(DUMP)), max_size=8))
def test_blocks_do_not_matter(cuts: Sequence[int]) -> None:
    """Wherever a block ends, the same comes out."""
    assert through(DUMP) == through(DUMP, *cuts)


def test_names_are_as_the_catalogue_has_them() -> None:
    """Quoted ones without their quotes."""
    asked = []

    def masks(schema: str, name: str, columns: tuple[str, ...]) -> Mask:
        asked.append((schema, name, columns))
        return Mask(bytes.upper)

    through(DUMP, masks=masks)
    assert [("public", "people", ("name", "e mail")), ("Odd.schema", 'a "b"', ("x",))] == asked


def test_rows_are_counted() -> None:
    """Of each table, those without any too."""
    text = Text(shouted)
    assert b"".join(text.masked((DUMP,)))
    assert {"public.people": 2, 'Odd.schema.a "b"': 0} == text.rows


def test_rows_may_be_written_as_old_ones() -> None:
    """In one transaction; not those that go through a table to its partitions."""
    assert 2 == through(DUMP, freezes=True).count(b") FROM stdin WITH (FREEZE);\n")
    assert 0 == through(DUMP, freezes=True, masks=lambda *_: Mask(bytes.upper, divided=True)).count(b"FREEZE")


def test_many_blocks_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though several are masked at once, and a later one may be done first."""
    monkeypatch.setattr(masked, "BLOCK", 64)
    second = threading.Event()

    def mask(block: bytes) -> bytes:
        if block.startswith(b"0\n"):
            assert second.wait(10)
        else:
            second.set()
        return block

    rows = b"".join(b"%d\n" % number for number in range(1000))
    text = b"COPY a.b (c) FROM stdin;\n" + rows + b"\\.\n"
    assert text == through(text, *range(0, len(text), 100), masks=lambda *_: Mask(mask))


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (b"INSERT INTO public.people VALUES ('ann');\n", "another form than COPY"),
        (b"INSERT INTO public.people\nVALUES ('ann'),\n('bob');\n", "another form than COPY"),
        (b"/* note */ UPDATE public.people SET name = 'ann';\n", "another form than COPY"),
        (b"WITH a AS (SELECT 'ann') SELECT 1;\n", "another form than COPY"),
        (b"CREATE TABLE a.b AS SELECT 'ann'::text;\n", "another form than COPY"),
        (b"CREATE UNLOGGED TABLE a.b (c) AS VALUES ('ann');\n", "another form than COPY"),
        (b"COPY public.people (name) FROM '/tmp/people';\n", "that pg_dump does not write"),
        (b"COPY people (name) FROM stdin;\nann\n\\.\n", "that pg_dump does not write"),
        (b"DO $$ BEGIN INSERT INTO a.b VALUES ('ann'); END $$;\n", "that pg_dump does not write"),
        (b"SELECT a.write('ann');\n", "that pg_dump does not write"),
        (b"CALL a.write('ann');\n", "that pg_dump does not write"),
        (b"SET client_encoding = 'LATIN1';\n", "another encoding than UTF-8"),
        (b"SELECT pg_catalog.lo_create('16');\n", "large objects"),
        (b"SELECT pg_catalog.lowrite(0, '\\x616e6e');\n", "large objects"),
    ],
)
def test_what_is_not_understood_does_not_pass(statement: bytes, why: str) -> None:
    """Not a byte of it, wherever a block ends, and the message says nothing of it."""
    for cut in range(len(statement)):
        passed: list[bytes] = []
        blocks = (b"SET a = 1;\n" + statement[:cut], statement[cut:])
        with pytest.raises(Unmasked, match=why) as caught:
            passed.extend(Text(shouted).masked(blocks))
        assert b"ann" not in b"".join(passed)
        assert "ann" not in f"{caught.value}{caught.value.hint}"


def test_large_objects_pass_when_they_may() -> None:
    """As they are."""
    text = b"SELECT pg_catalog.lo_create('16');\n"
    assert text == b"".join(Text(shouted, large_objects=True).masked((text,)))


@pytest.mark.parametrize("command", [b"\\! ls\n", b"SELECT 1 \\gexec\n", b"\\copy a from 'b'\n"])
def test_commands_of_psql_are_refused(command: bytes) -> None:
    """Whoever wrote them: they could run programs."""
    with pytest.raises(BrokenText, match="command for psql"):
        list(Text(shouted).masked((b"SET a = 1;\n", command)))


def test_a_table_that_nobody_masks_stops_it_at_its_line() -> None:
    """Before the first of its rows."""

    def masks(_schema: str, name: str, _columns: tuple[str, ...]) -> Mask:
        raise Unmasked(f"has a table {name}")

    with pytest.raises(Unmasked, match="has a table people") as caught:
        list(Text(masks).masked((DUMP,)))
    assert 13 == caught.value.line


def test_what_a_mask_raises_is_raised() -> None:
    """Also where it runs beside the others."""

    def mask(_block: bytes) -> bytes:
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        through(DUMP, masks=lambda *_: Mask(mask))


def test_line_ends_of_windows_are_none_of_the_values() -> None:
    """An editor may have put them in; in a value such a sign is written otherwise."""
    text = b"COPY a.b (c) FROM stdin;\r\nx\r\ny\r\n\\.\r\n"
    assert b"COPY a.b (c) FROM stdin;\r\nX\nY\n\\.\r\n" == through(text)


def test_a_schema_is_the_text_without_rows() -> None:
    """In whatever form they are; every line stays where it is."""
    text = DUMP + b"INSERT INTO public.people\nVALUES ('ann');\nCREATE VIEW a.v AS SELECT 1;\n"
    schema = b"".join(schema_only((text[:500], text[500:])))
    assert b"ann" not in schema
    assert b'COPY public.people (name, "e mail") FROM stdin;\n\\.\n' in schema
    assert schema.endswith(b"\n\nCREATE VIEW a.v AS SELECT 1;\n")


def test_rows_are_put_in_where_they_are_missing() -> None:
    """By the number that stands for them, wherever the text and the rows are cut."""
    tables = {"12": (b"ann\tann@ma", b"il.test\nbob\t\\N\n"), "7": ()}
    empty = b"".join(schema_only((DUMP,)))
    numbered = empty.replace(b"\\.\n", b"7\n\\.\n").replace(b"7\n", b"12\n", 1)
    assert 2 == empty.count(b"\\.\n")
    for at in range(len(numbered)):
        whole = b"".join(with_rows((numbered[:at], numbered[at:]), tables.__getitem__, lambda _: ()))
        assert whole == empty.replace(b"\\.\n", b"ann\tann@mail.test\nbob\t\\N\n\\.\n", 1)


def test_large_objects_are_put_in_part_by_part() -> None:
    """Nothing of one is read before what comes before it was taken, and none of it is held."""
    read = []

    def large(number: str) -> Iterator[bytes]:
        for byte in b"ab":
            read.append(byte)
            yield bytes([byte]) * 100_000

    skeleton = b"SELECT pg_catalog.lo_open('16', 131072);\nSELECT pg_catalog.lo_close(0);\n"
    passed = with_rows((skeleton,), lambda _: (), large)
    assert b"SELECT pg_catalog.lo_open('16', 131072);" == next(passed)
    assert [] == read
    first = next(passed)
    assert (b"\nSELECT pg_catalog.lowrite(0, '\\x6161", [ord("a")]) == (first[:37], read)
    assert 100_000 == (first + next(passed)).count(b"61")
    assert 100_000 == (rest := b"".join(passed)).count(b"62")
    assert rest.endswith(b"62');\nSELECT pg_catalog.lo_close(0);\n")


def test_who_takes_no_more_ends_the_reading() -> None:
    """Also of a source that would never end."""
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        yield b"COPY public.a (id) FROM stdin;\n"
        while True:
            read += 1
            yield b"1\n" * (BLOCK // 2)

    before = {thread.ident for thread in threading.enumerate()}
    passing = Text(lambda *_: Mask(lambda block: block)).masked(endless())
    for _ in range(3):
        next(passing)
    passing.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.ident not in before:
            thread.join(60)
            assert not thread.is_alive()
    assert read < 4 * WORKERS + 8


def test_what_reading_raises_comes_behind_what_was_read() -> None:
    """What was whole before it is masked, and passes."""

    def broken() -> Iterator[bytes]:
        yield b"SET x = 1;\n"
        raise OSError("gone")

    passing = Text(lambda *_: Mask(lambda block: block)).masked(broken())
    assert b"SET x = 1;" == next(passing)
    with pytest.raises(OSError, match="gone"):
        list(passing)
