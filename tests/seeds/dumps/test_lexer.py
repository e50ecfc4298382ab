"""The lexer of plain dumps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.seeds.dumps.lexer import Lexer, lines
from envctl.seeds.dumps.pieces import BrokenText, Piece
from tests.seeds.samples import SMALL


def split(*blocks: bytes) -> list[Piece]:
    """All pieces of a text that comes in these blocks."""
    lexer = Lexer()
    return [piece for block in blocks for piece in lexer.feed(block)] + lexer.close()


def outcome(*blocks: bytes) -> list[Piece] | tuple[str, int]:
    """The pieces, or why there are none."""
    try:
        return split(*blocks)
    except BrokenText as broken:
        return broken.message, broken.line


def texts(text: bytes, what: str = "statement") -> list[bytes]:
    """The texts of all pieces of a kind."""
    return [piece.text for piece in split(text) if piece.what == what]


NASTY = st.lists(
    st.sampled_from(
        [b"'", b'"', b"$$", b"$a$", b"$", b"--", b"/*", b"*/", b";", b"\\", b"\n", b"\r\n", b" ", b"E'", b"e", b"x",
         b"1", b"COPY t FROM stdin;\n", b"\\.\n", b"\\.", b"\n\\.\n", b"INSERT INTO t VALUES ('a');\n", b"-",
         b"\\restrict a\n", b"SET standard_conforming_strings = off;\n", b"\xc3\xa4", b"/", b"''", b"\\'"]
    ),
    max_size=30,
).map(b"".join)  # fmt: skip


@given(NASTY, st.lists(st.integers(0, 150), max_size=6))
def test_blocks_do_not_matter(text: bytes, cuts: Sequence[int]) -> None:
    """Whatever blocks a text comes in, the same pieces come out, or the same error."""
    edges = [0, *sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    assert merged(outcome(text)) == merged(outcome(*(text[a:b] for a, b in pairwise(edges))))


@given(NASTY, st.lists(st.integers(0, 150), max_size=6))
def test_rows_know_how_many_lines_end_in_them(rows: bytes, cuts: Sequence[int]) -> None:
    """Whatever blocks they come in, so that nobody has to count again."""
    text = b"COPY t FROM stdin;\n" + rows + b"\n\\.\n"
    edges = [0, *sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    lexer = Lexer()
    try:
        for start, end in pairwise(edges):
            for piece in lexer.feed(text[start:end]):
                assert piece.lines == (text[piece.start : piece.end].count(b"\n") if piece.what == "rows" else 0)
    except BrokenText:
        pass


def merged(outcome: list[Piece] | tuple[str, int]) -> object:
    """Runs of INSERTs and of rows end with a block, so two of them count as one here."""
    if isinstance(outcome, tuple):
        return outcome
    together: list[tuple[object, ...]] = []
    for piece in outcome:
        insert = piece.what == "statement" and piece.text.upper().startswith(b"INSERT")
        if insert and together and together[-1][0] == "inserts":
            continue
        if piece.what == "rows":
            begun = together.pop()[1] if together and together[-1][::2] == ("rows", piece.start) else piece.start
            together.append(("rows", begun, piece.end))
            continue
        together.append(("inserts",) if insert else (piece.what, piece.start, piece.line, piece.text.rstrip()))
    return together


QUOTED = st.text(st.sampled_from("a;'\"$\\-/*\nä "), max_size=12)
STATEMENTS = st.one_of(
    QUOTED.map(lambda text: "SELECT '{}'".format(text.replace("'", "''"))),
    QUOTED.map(lambda text: "SELECT E'{}'".format(text.replace("\\", "\\\\").replace("'", "\\'"))),
    QUOTED.map(lambda text: 'TABLE "{}"'.format(text.replace('"', '""'))),
    QUOTED.map(lambda text: f"DO $body${text}$body$"),
    QUOTED.map(lambda text: "COPY t FROM stdin;\n{}\n\\.\n".format(text.replace("\\", "\\\\"))),
)


@given(st.lists(STATEMENTS, max_size=8))
def test_a_semicolon_ends_only_what_is_open(statements: Sequence[str]) -> None:
    """However statements quote, each of them is one piece, and rows of COPY are none."""
    text = "".join(one if one.startswith("COPY") else f"{one};\n" for one in statements).encode()
    expected = [one.partition(";")[0] if one.startswith("COPY") else one for one in statements]
    assert [one.encode() for one in expected] == texts(text)


def test_pieces_know_where_they_stand() -> None:
    """Offsets and lines are those of the text."""
    text = b"-- one\n\n  SELECT 1;\nCOPY t FROM stdin;\n1\n2\n\\.\nTABLE t;"
    pieces = split(text)
    parts = [(1, b"-- one\n"), (3, b"SELECT 1;"), (4, b"COPY t FROM stdin;"), (4, b"1\n2\n"), (8, b"TABLE t;")]
    assert parts == [(piece.line, text[piece.start : piece.end]) for piece in pieces]


def test_a_command_is_seen_within_a_statement() -> None:
    """A psql command counts wherever it stands, except inside quotes and rows."""
    assert [b"\\g | sh\n"] == texts(b"SELECT 1 \\g | sh\n", "command")
    assert [] == texts(
        b"SELECT '\\g' AS \"\\g\"; DO $$ \\g $$;\nCOPY t FROM stdin;\n\\g\n\\.\n/* \\g */ -- \\g\n", "command"
    )


def test_backslashes_quote_where_the_dump_says_so() -> None:
    """With standard_conforming_strings off a backslash keeps a quote from ending a text."""
    text = b"SELECT '\\'; \\! ls\n"
    assert [b"\\! ls\n"] == texts(text, "command")
    assert "ends inside a quoted text" in outcome(b"SET standard_conforming_strings = off;\n" + text)


def test_a_nested_comment_ends_with_its_last_part() -> None:
    """Comments nest, and a statement goes on behind them."""
    assert [b"SELECT \n 1"] == texts(b"SELECT /* a /* ; */ ' */ 1;")


def test_windows_line_ends_end_rows() -> None:
    """Rows end with `\\.` before CR LF as well."""
    assert [b"COPY t FROM stdin", b"SELECT 1"] == texts(b"COPY t FROM stdin;\r\n1\r\n\\.\r\nSELECT 1;\r\n")


def test_something_like_the_end_of_rows_is_a_row() -> None:
    """Only a line that is nothing but `\\.` ends the rows."""
    assert [b"COPY t FROM stdin", b"SELECT 1"] == texts(b"COPY t FROM stdin;\n\\.a\na\\.\n\\.\nSELECT 1;\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"\nSELECT 'a", ("ends inside a quoted text", 2)),
        (b"\nSELECT E'a\\'", ("ends inside a quoted text", 2)),
        (b'\n\nTABLE "a', ("ends inside a quoted name", 3)),
        (b"DO $x$ a $y$;", ("ends inside a quoted body", 1)),
        (b"SELECT 1;\n/* a /* b */", ("ends inside a comment", 2)),
        (b"COPY t FROM stdin;\n1\n", ("ends inside a table's rows", 1)),
        (b"COPY t FROM stdin; SELECT 1;\n\\.\n", ("has something behind COPY … FROM stdin on the same line", 1)),
    ],
)
def test_an_open_end_is_noticed(text: bytes, why: tuple[str, int]) -> None:
    """A text that ends inside something says what, and on which line that began."""
    assert why == outcome(text)


def test_memory_does_not_grow_with_rows() -> None:
    """Of rows only their last bytes are kept between two blocks."""
    lexer = Lexer()
    lexer.feed(b"COPY t FROM stdin;\n")
    for _ in range(50):
        lexer.feed(b"x" * 10_000)
        assert len(lexer._kept) < 10


@pytest.mark.parametrize("size", [10, 100_000, 1 << 20])
def test_lines_are_counted_in_a_part_of_a_text(size: int) -> None:
    """However large it is."""
    text = b"ann\tbob\r\n\n" * (size // 11 + 1)
    for start, end in ((0, len(text)), (3, len(text) - 2), (size // 2, size // 2), (1, 2)):
        assert text[start:end].count(b"\n") == lines(text, start, end)


def test_a_real_dump_is_split() -> None:
    """Every statement of pg_dump's output is found."""
    starts = [text.split()[0] for text in texts(SMALL)]
    assert [b"SET"] * 4 + [b"SELECT", b"CREATE", b"ALTER", b"CREATE", b"ALTER", b"COPY", b"ALTER"] == starts
