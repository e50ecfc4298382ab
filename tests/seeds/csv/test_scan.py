"""Rows of CSV text: where they are cut, and what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.errors import EnvctlError
from envctl.seeds.csv import files
from envctl.seeds.csv.files import File
from envctl.seeds.csv.scan import BrokenText, pieces
from envctl.seeds.csv.texts import TextFile, meant_delimiter

_VALUES = st.text(st.sampled_from('ab",;\n\r\t\\ é\ufeff'), max_size=6)


def file(
    path: Path, content: bytes | str, *, delimiter: str = ",", null: str = "", encoding: str = "utf-8"
) -> TextFile:
    """A CSV file with this content."""
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return TextFile(File(path, path.stem, "text"), delimiter, null, encoding)


def copied(text: TextFile, columns: Sequence[int], width: int) -> bytes:
    """Its rows as COPY text."""
    return b"".join(text.blocks(columns, width))


def refusal(text: TextFile, width: int = 2) -> str:
    """What is said of a file that cannot be read, without its folder."""
    with pytest.raises(EnvctlError) as refused:
        text.header()
        copied(text, range(width), width)
    return refused.value.message.replace(f"{text.file.path.parent}/", "")


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(_VALUES, _VALUES), max_size=8),
    size=st.integers(1, 9),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_python_writes_is_read(rows: list[tuple[str, str]], size: int, end: str) -> None:
    """Whatever values hold, and wherever blocks end, the rows are those that were written."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=end).writerows([("a", "b"), *rows])
    text = out.getvalue().encode()
    blocks = [text[at : at + size] for at in range(0, len(text), size)]
    found = list(pieces(blocks, ","))
    read = [row for piece in found for row in csv.reader(io.StringIO(piece.checked(2)[0].decode(), newline=""))]
    assert [["a", "b"], *map(list, rows)] == read
    assert 1 + len(rows) == sum(piece.checked(2)[1] for piece in found)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(_VALUES, _VALUES), min_size=1, max_size=8))
def test_copy_text_has_the_values(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    """The COPY text of a file has its values, escaped, in the order that is asked for."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("a", "b"), *rows])
    text = file(tmp_path_factory.mktemp("csv") / "t.csv", out.getvalue())
    escapes = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
    expected = "".join(f"{b.translate(escapes)}\t{a.translate(escapes)}\n" for a, b in rows)
    assert expected == copied(text, (1, 0), 2).decode()


def test_empty_and_in_quotes(tmp_path: Path) -> None:
    """What is empty is null, in quotes it is an empty text; a text that stands for null makes empty ones texts."""
    content = 'a,b\n,""\nNULL,x\n\n'
    assert b"\\N\t\nNULL\tx\n" == copied(file(tmp_path / "a.csv", content), (0, 1), 2)
    assert b"\t\n\\N\tx\n" == copied(file(tmp_path / "a.csv", content, null="NULL"), (0, 1), 2)
    assert b"\\N\n1\n" == copied(file(tmp_path / "a.csv", "a\n\n1"), (0,), 1)


def test_encodings(tmp_path: Path) -> None:
    """Other encodings come as UTF-8; a mark of order is no part of the first heading."""
    assert b"\xc3\xa4\n" == copied(file(tmp_path / "a.csv", "a\nä\n", encoding="cp1252"), (0,), 1)
    utf16 = file(tmp_path / "b.csv", "a;b\r\nä;\r\n", encoding="utf-16", delimiter=";")
    assert (("a", "b"), b"\xc3\xa4\t\\N\n") == (utf16.header(), copied(utf16, (0, 1), 2))
    assert ("id", "b") == file(tmp_path / "c.csv", "\ufeffid , b\n").header()


def test_what_is_no_csv_is_named_by_its_line(tmp_path: Path) -> None:
    """The file, the line and the reason, and nothing of what stands there."""
    path = tmp_path / "t.csv"
    assert "t.csv is empty: its first row must name its columns." == refusal(file(path, ""))
    assert "t.csv, line 4 has 3 values where there are 2 values." == refusal(file(path, 'a,b\n1,"x\ny"\n1,2,3\n'))
    assert "t.csv, line 3 has 1 value where there are 2 values." == refusal(file(path, "a,b\n1,2\n1\n"))
    assert "t.csv, line 3 has a quote that is never closed." == refusal(file(path, 'a,b\n1,2\n"3,4\n5,6\n'))
    assert "t.csv, line 2 has a quote in the middle of a value." == refusal(file(path, 'a,b\n5" nail,2\n'))
    assert "t.csv, line 2 has a quote in the middle of a value." == refusal(file(path, 'a,b\n"x"y,2\n'))
    assert "t.csv, line 3 is not UTF-8." == refusal(file(path, b"a,b\n1,2\n\xe4,2\n"))
    assert "t.csv, line 2 holds a zero byte, which no text of Postgres does." == refusal(file(path, b"a,b\n\0,2\n"))


def test_a_row_of_any_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quote that nobody closes does not take all memory: a row has a longest length."""
    monkeypatch.setattr("envctl.seeds.csv.scan.LONGEST", 100)
    monkeypatch.setattr(files, "_BLOCK", 60)
    said = refusal(file(tmp_path / "t.csv", 'a,b\n1,"' + "x" * 500))
    assert "t.csv, line 2 begins a row of more than 0 MiB." == said


def test_rows_are_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line of a row takes blank lines, and lines within values, into account."""
    monkeypatch.setattr(files, "_BLOCK", 8)
    text = file(tmp_path / "t.csv", 'a,b\r\n1,"x\ny"\r\n\r\n3,4\r\n5,"\n\n"\r\n6,7')
    assert [2, 5, 6, 9] == [text.line(row, 2) for row in range(1, 5)]
    assert b"1\tx\\ny\n3\t4\n5\t\\n\\n\n6\t7\n" == copied(text, (0, 1), 2)


def test_a_broken_row_raises_what_it_is() -> None:
    """Text as blocks of bytes is refused without a file too."""
    with pytest.raises(BrokenText, match="line 2 has a quote that is never closed"):
        list(pieces([b"a\n", b'"b'], ","))


def test_another_delimiter_is_guessed() -> None:
    """A heading that holds another usual delimiter was probably meant to be several."""
    assert [";", "", ""] == [meant_delimiter(header) for header in (("a;b",), ("a;b", "c"), ("a",))]
