"""Ten thousand broken stack files: each is a stack or an error about the stack file, and never takes long."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envctl.errors import EnvctlError, Exit
from envctl.stack import Stack, load

ROOT = Path(__file__).parents[2]
REAL = [
    *sorted(ROOT.glob("envctl*.toml.example")),
    *sorted(ROOT.glob("examples/*/envctl.toml")),
    *sorted(ROOT.glob("templates/*/envctl.toml")),
]
LONGEST = 1.0  # seconds of processor time for one file
TOKENS = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\w+|\s+|.", re.DOTALL)

HOSTILE = st.sampled_from([
    "", "$", "${", "${}", "${a.b}", "${db.password}", "$(id)", "`id`", "%s", "%", "'", '"', "\\", "\n", "\r", "\0",
    "..", "../..", "/", "-", "--", "-v", "~", "*", "a b", " a", "é", "😀", "\u202e", "\ud7ff", "\ufeff", "x" * 300,
    "{{.Name}}", "<<", "!!python/object", "null", "true", "1e999", "-1", "0", "9" * 30, "4GiB", "-1s", "nan", "inf",
    "1979-05-27", "00:00", "a=b", "a.b.c", "#", "[", "]", "{", "}",
])  # fmt: skip
SCALARS = st.one_of(
    HOSTILE,
    st.text(max_size=30),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.booleans(),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3), max_leaves=6
)
KEYS = st.sampled_from([
    "kind", "image", "build", "port", "public", "env", "needs", "health", "before", "volumes", "command", "version",
    "data", "topics", "limits", "memory", "cpus", "pids", "secrets", "from", "path", "name", "registry", "database",
    "user", "settings", "args", "target", "timeout", "lifetime", "mask",
])  # fmt: skip
NAMES = st.one_of(st.sampled_from(["web", "db", "api", "events", "cache"]), HOSTILE)


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(key))} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return "true" if value is True else "false" if value is False else repr(value)


def outcome(path: Path, raw: bytes) -> Stack | EnvctlError:
    """What becomes of a file with that content, in bounded time."""
    path.write_bytes(raw)
    began = time.process_time()
    try:
        found: Stack | EnvctlError = load(path, environ={})
    except EnvctlError as error:
        found = error
    took = time.process_time() - began
    assert took < LONGEST, f"{took:.2f} s of processor time"
    return found


def check(path: Path, raw: bytes) -> None:
    """A stack, or an error that says where and can be printed."""
    found = outcome(path, raw)
    if isinstance(found, Stack):
        return
    assert Exit.STACK_FILE == found.code
    assert str(path) in "\n".join((found.message, *found.details))
    assert found.unchanged
    "\n".join((found.message, found.hint, *found.details)).encode()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real stack file with a few of its pieces lost, doubled, exchanged or replaced."""
    pieces = TOKENS.findall(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(pieces) - 1))
        other = draw(st.integers(0, len(pieces) - 1))
        match draw(st.sampled_from(["lose", "double", "exchange", "value", "text", "cut"])):
            case "lose":
                pieces[at] = ""
            case "double":
                pieces[at] *= 2
            case "exchange":
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case "value":
                pieces[at] = toml(draw(VALUES))
            case "text":
                pieces[at] = draw(HOSTILE)
            case _:
                del pieces[at : at + draw(st.integers(1, 40))]
                pieces.append("")
    return "".join(pieces).encode("utf-8", "surrogatepass")


@st.composite
def invented(draw: st.DrawFn) -> bytes:
    """Sections and keys that a stack file has, with whatever values."""
    lines = ["[project]", f"name = {toml(draw(st.one_of(st.just('shop'), VALUES)))}"]
    for key in draw(st.lists(st.sampled_from(["compose", "profiles", "public", "registry"]), max_size=2, unique=True)):
        lines.append(f"{key} = {toml(draw(VALUES))}")
    for name in draw(st.lists(NAMES, max_size=4, unique=True)):
        lines.append(f"[services.{toml(name)}]")
        kind = draw(st.sampled_from(["app", "postgres", "kafka", "redis"]))
        table = {"kind": kind, **draw(st.dictionaries(KEYS, VALUES, max_size=4))}
        lines += [f"{key} = {toml(value)}" for key, value in table.items()]
    for section in draw(
        st.lists(st.sampled_from(["limits", "data.a", "lifetime", "secrets.A"]), max_size=2, unique=True)
    ):
        lines.append(f"[{section}]")
        lines += [f"{key} = {toml(value)}" for key, value in draw(st.dictionaries(KEYS, VALUES, max_size=3)).items()]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


TEXTS = [path.read_text(encoding="utf-8") for path in REAL]
MANY = settings(max_examples=5_000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.parent.name)
def test_the_real_ones_load(path: Path) -> None:
    """What is mutated below is valid to begin with, so that the mutants reach every check."""
    assert isinstance(load(path, environ={}), Stack)


@MANY
@given(mutated())
def test_a_mutated_stack_file_is_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    """Never a traceback, never longer than a second."""
    check(tmp_path / "envctl.toml", raw)


@MANY
@given(invented())
def test_an_invented_stack_file_is_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    """Whatever stands where a value belongs."""
    check(tmp_path / "envctl.toml", raw)
