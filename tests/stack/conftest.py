"""Stack files made for a test."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.stack import Stack, load

Write = Callable[[str], Path]
Read = Callable[[str], Stack]
Refusal = Callable[[str], EnvctlError]

HEAD = '[project]\nname = "shop"\n'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes an envctl.toml."""

    def write(text: str) -> Path:
        path = tmp_path / "envctl.toml"
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    return write


@pytest.fixture
def read(write: Write) -> Read:
    """Loads a text; the head with the project's name is added when it has none."""

    def read(text: str) -> Stack:
        text = textwrap.dedent(text)
        return load(write(text if "[project]" in text else HEAD + text), environ={})

    return read


@pytest.fixture
def refusal(read: Read) -> Refusal:
    """The error with which a text is refused."""

    def refusal(text: str) -> EnvctlError:
        with pytest.raises(EnvctlError) as raised:
            read(text)
        assert Exit.STACK_FILE == raised.value.code
        assert raised.value.unchanged == "Nothing was started or changed."
        return raised.value

    return refusal
