"""What every provider of secrets promises: one suite, run on each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from envctl.secret import Source
from envctl.secrets.missing import Missing
from envctl.secrets.providers import PROVIDERS
from envctl.stack.secrets import SECRET_KINDS

VALUE = "pa$$ 'word' \"quoted\" \\n ${HOME} é\nsecond line"
DOTENV = """\
# a comment
export OTHER=1
NAME=first
NAME='pa$$ \\'word\\' "quoted" \\n ${HOME} é
second line'
this line says nothing
BARE
EMPTY=
"""
providers = pytest.mark.parametrize("name", PROVIDERS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".env").write_text(DOTENV)
    return tmp_path


def source(name: str, folder: Path, key: str = "NAME") -> Source:
    """What the provider is asked for."""
    return Source(name, key=key, path=folder / ".env", length=40)


def find(name: str, folder: Path, key: str = "NAME", environ: Mapping[str, str] | None = None) -> str:
    return PROVIDERS[name](source(name, folder, key), {"NAME": VALUE} if environ is None else environ)


def test_each_has_its_section() -> None:
    """Whatever `from` may say in the stack file is provided by somebody, and the other way round."""
    assert list(SECRET_KINDS) == list(PROVIDERS)


@providers
def test_a_value_is_text_that_a_program_can_be_given(name: str, folder: Path) -> None:
    """Not empty, without NUL."""
    value = find(name, folder)
    assert value and "\0" not in value


@pytest.mark.parametrize("name", ["env", "dotenv", "caller"])
def test_a_provided_value_arrives_byte_for_byte(name: str, folder: Path) -> None:
    """Line breaks, quotes, dollars and what looks like a variable are its own."""
    assert VALUE == find(name, folder)


@pytest.mark.parametrize("name", ["env", "dotenv"])
def test_what_is_not_there_is_said_without_a_value(name: str, folder: Path) -> None:
    """The place and the key are named, nothing that was read."""
    with pytest.raises(Missing, match="ABSENT") as caught:
        find(name, folder, "ABSENT")
    assert "second line" not in str(caught.value) and "says" not in str(caught.value)


def test_a_line_that_is_not_understood_is_told_by_its_number(folder: Path) -> None:
    """It may be why the key is missing, and may hold a secret."""
    with pytest.raises(Missing, match=r"no value for the key BARE; not understood: line 6$"):
        find("dotenv", folder, "BARE")


def test_no_file(tmp_path: Path) -> None:
    """A path that is not there is named."""
    with pytest.raises(Missing, match=rf"there is no {tmp_path}/.env"):
        find("dotenv", tmp_path)


def test_no_regular_file(tmp_path: Path) -> None:
    """A folder or a pipe, which would never end, is not read."""
    os.mkfifo(tmp_path / ".env")
    with pytest.raises(Missing, match="is no file"):
        find("dotenv", tmp_path)


def test_a_file_beyond_measure(folder: Path) -> None:
    """It is not read at all."""
    with (folder / ".env").open("r+b") as file:
        file.truncate(5 << 20)
    with pytest.raises(Missing, match="longer than 4 MiB"):
        find("dotenv", folder)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"\xef\xbb\xbfNAME=after a mark\r\n", "after a mark"),
        (b"NAME=caf\xe9", "caf\udce9"),
        (b"NAME = spaced # comment\n", "spaced"),
        (b'export NAME="a\\nb"', "a\nb"),
        (b"NAME='a\r\nb'", "a\r\nb"),
    ],
    ids=["byte order mark and CRLF", "no UTF-8", "blanks and comment", "escapes", "CRLF inside"],
)
def test_files_of_every_sort(tmp_path: Path, content: bytes, value: str) -> None:
    """As editors and other tools write them."""
    (tmp_path / ".env").write_bytes(content)
    assert value == find("dotenv", tmp_path)


def test_the_caller_s_variable_comes_before_the_file(folder: Path) -> None:
    """What is set by hand is meant; the file is for the rest, and who has neither hears of both."""
    assert "by hand" == find("caller", folder, environ={"NAME": "by hand"})
    assert VALUE == find("caller", folder, environ={})
    with pytest.raises(Missing) as missing:
        find("caller", folder, key="NOWHERE", environ={})
    assert "NOWHERE is not set here" in str(missing.value)
    assert f"{folder / '.env'} has no value" in str(missing.value)
