"""Files that are no stack files: refused in words, and at once."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envctl.errors import EnvctlError, Exit
from envctl.stack import load
from envctl.stack.source import BYTES, LINE, decode, parse

HOSTILE = {
    "a dotted key of 40 kB, over many lines it is not": "a" + ".a" * 20_000 + " = 1",
    "a dotted key just under the longest line": "a" + ".a" * (LINE // 2 - 10) + " = 1",
    "many dotted keys": "\n".join(f"a{n}" + ".a" * 200 + " = 1" for n in range(100)),
    "a header of dots": "[a" + ".a" * 16_000 + "]",
    "quoted parts of a key": '"a"' + '."a"' * 5_000 + " = 1",
    "deep lists": "a = " + "[" * 15_000 + "]" * 15_000,
    "deep lists over lines": "a = " + "[\n" * 15_000 + "]\n" * 15_000,
    "deep tables": "a = " + "{a=" * 8_000 + "1" + "}" * 8_000,
    "a number of 5000 digits": "a = " + "9" * 5_000,
    "a line that does not end": "a = '" + "x" * LINE + "'",
    "a byte too many": "#" * (BYTES + 1),
    "NUL bytes": "\0" * 100,
    "thousands of unknown keys": "\n".join(f"key{n} = 1" for n in range(16_000)),
    "thousands of services": "\n".join(f"[services.a{n}]\nimage = 'a'" for n in range(9_000)),
    "thousands of needs": "[services.a]\nneeds = [\n" + '"b",\n' * 40_000 + "]",
    "thousands of variables": "[services.a]\nimage='a'\n" + "\n".join(f"env.A{n} = [1]" for n in range(14_000)),
    "an open text to the end": 'a = """' + "x\n" * (BYTES // 2 - 10),
    "quotes alone": '"' * LINE,
    "backslashes alone": 'a = """' + "\\\\\n" * 80_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_at_once(tmp_path: Path, text: str) -> None:
    """Whatever the file holds, the answer is an error about the stack file, and it does not take long."""
    path = tmp_path / "envctl.toml"
    path.write_text(text)
    began = time.process_time()
    with pytest.raises(EnvctlError) as raised:
        load(path, environ={})
    took = time.process_time() - began
    assert Exit.STACK_FILE == raised.value.code
    assert took < 2, f"{took:.2f} s of processor time"
    assert len("\n".join(raised.value.details)) < 20_000


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xef\xbb\xbf[project]", "is UTF-8 with a byte-order mark, and TOML is plain UTF-8"),
        ("[project]".encode("utf-16"), "is UTF-16, and TOML is plain UTF-8"),
        (b'[project]\nname = "caf\xe9"', ":2: is not UTF-8"),
        (b"x" * (BYTES + 1), "is larger than 256 KiB"),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, raw: bytes, said: str) -> None:
    """A file of another encoding is named as what it is."""
    path = tmp_path / "envctl.toml"
    path.write_bytes(raw)
    with pytest.raises(EnvctlError) as raised:
        load(path, environ={})
    assert f"{path}{'' if said.startswith(':') else ' '}{said}" == raised.value.message


def test_what_is_no_file(tmp_path: Path) -> None:
    """A missing file, a folder, a pipe and a loop of links each have their own words."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    said = {
        "absent": f"there is no file {tmp_path}/absent",
        "": f"{tmp_path} is a folder, not a stack file",
        "pipe": f"{tmp_path}/pipe is not a regular file",
        "loop": f"{tmp_path}/loop cannot be read: Too many levels of symbolic links",
        "x" * 300: f"{tmp_path}/{'x' * 300} cannot be read: File name too long",
    }
    for name, message in said.items():
        with pytest.raises(EnvctlError) as raised:
            load(tmp_path / name, environ={})
        assert (Exit.STACK_FILE, message) == (raised.value.code, raised.value.message)


def test_refused_permission_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says that it is this user who may not read it. (Raised here: root may read everything.)"""
    path = tmp_path / "envctl.toml"
    path.write_text("")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(EnvctlError) as raised:
        load(path, environ={})
    assert f"{path} may not be read by this user" == raised.value.message


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_any_bytes_load_or_are_refused(tmp_path: Path, raw: bytes) -> None:
    """No content of a file can make anything but a stack or an EnvctlError."""
    path = tmp_path / "envctl.toml"
    path.write_bytes(raw)
    with pytest.raises(EnvctlError):  # chance does not write a whole stack
        load(path, environ={})


PIECES = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "\n",
        "#",
        "'",
        '"',
        '"""',
        "'''",
        "\\",
        " ",
        "1",
        "services",
        "web",
        "env",
        "a",
        "é",
    ]
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_toml_like_text_parses_or_is_refused(text: str) -> None:
    """A text made of TOML's own pieces parses or is refused with its line shown; nothing else happens."""
    path = Path("/made-up/envctl.toml")
    try:
        parse(path, decode(path, text.encode()))
    except EnvctlError as error:
        assert Exit.STACK_FILE == error.code
