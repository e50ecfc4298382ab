"""Rows of large tables go past psql, and nothing of the text is lost, added or said twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.seeds.loading import aside
from envctl.seeds.loading.aside import Chunk, Past
from envctl.world.pipes import Aside

PATH = Path("/run/o'ne/pipe")
FROM = b"'/run/o''ne/pipe'"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks from four bytes on are worth it."""
    monkeypatch.setattr(aside, "WORTH", 4)


def went(parts: Iterable[Chunk], past: Past | None = None) -> Iterator[tuple[str, bytes]]:
    """Where each part of it went, in order."""
    for one in (past or Past(lambda: PATH)).passed(parts):
        if isinstance(one, Aside):
            assert PATH == one.path
            yield "psql", one.words
            yield "pipe", b"".join(one.blocks)
        else:
            yield "psql", one


def of(*texts: str) -> list[Chunk]:
    """Parts, by what they begin with."""
    return [
        Chunk("copy" if text.startswith("COPY") else "rows" if text[0].isdigit() else "text", text.encode())
        for text in texts
    ]


@pytest.mark.parametrize("end", ["\\.\n", "\\.\r\n"])
def test_rows_of_a_large_table_are_read_from_a_pipe(end: str) -> None:
    """By the very statement, which says where from; the line behind them is for psql alone."""
    text = of("SET a;\n", 'COPY "s"."from stdin" (a, b) FROM stdin WITH (FREEZE);', "\n", "1\t2\n3\t4\n", "5\t6\n")
    found = list(went([*text, Chunk("text", f"{end}\n\nSET b;\n".encode())]))
    assert [
        ("psql", b"SET a;\n"),
        ("psql", b'COPY "s"."from stdin" (a, b) FROM %s WITH (FREEZE);\n' % FROM),
        ("pipe", b"1\t2\n3\t4\n5\t6\n"),
        ("psql", b"\n\nSET b;\n"),
    ] == found


@pytest.mark.parametrize(
    "texts",
    [
        ("COPY s.a (a) FROM stdin;", "\n", "1\n", "22222\n", "\\.\n"),
        ("COPY s.a (a) FROM stdin;", "\n\\.\n"),
        ("COPY s.a (a) FROM stdin;",),
        ("COPY s.a (a) FROM stdin WITH (FORMAT csv);", "\n", "11111\n", "\\.\n"),
        ("COPY (SELECT 1) TO stdout;", "\n", "11111\n", "\\.\n"),
    ],
)
def test_all_else_stays_where_it_was(texts: tuple[str, ...]) -> None:
    """Tables with few rows or none, and COPY in another form."""
    found = list(went(of(*texts)))
    assert {"psql"} == {where for where, _ in found}
    assert "".join(texts).encode() == b"".join(text for _, text in found)


TABLE = st.tuples(
    st.just("COPY s.a (a) FROM stdin;"), st.just("\n"), st.lists(st.sampled_from(["1\n", "22222\n3\n"]), max_size=4)
).map(lambda table: [*table[:2], *table[2], "\\.\n"])
TEXTS = st.lists(TABLE | st.sampled_from([["SET a;\n"], ["\n\n"], ["SET\nb;"]]), max_size=6)


@given(TEXTS)
def test_a_text_is_whole_and_its_lines_are_known(texts: list[list[str]]) -> None:
    """What goes either way is the text, and a line that psql names is found in it."""
    parts = of(*(text for table in texts for text in table))
    past = Past(lambda: PATH)
    found = list(went(parts, past))
    whole, psql = b"", b""
    for where, text in found:
        if where == "pipe":
            whole += text + b"\\.\n"
            continue
        for line in text.splitlines(keepends=True):
            number, there = psql.count(b"\n") + 1, whole.count(b"\n") + 1
            said = b"psql:<stdin>:%d: ERROR:  42601: x\nLINE 1: 7\n"
            assert said % there == past.placed(said % number)
            psql, whole = psql + line, whole + line.replace(FROM, b"stdin")
    assert b"".join(part.text for part in parts) == whole
