"""From the file to a plain document: read, bounded, parsed."""

from __future__ import annotations

import codecs
import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envctl.errors import EnvctlError, Exit
from envctl.stack.lines import Lines, scan
from envctl.units import KIB, show_size

NAME = "envctl.toml"
BYTES = 256 * KIB
LINE = 32_768
# The parser's time grows with the square of a key's dots, and its stack with every bracket.
DOTS = 16
NESTING = 16

_LONG = r'"""(?:[^"\\]|\\.|""?(?!"))*+"{3,5}|' + r"'''(?:[^']|''?(?!'))*+'{3,5}|"
_SHORT = r'"(?:[^"\\\n]|\\[^\n])*+"|' + r"'[^'\n]*+'|#[^\n]*"
_TOKENS = re.compile(_LONG + _SHORT + r"|[\[\]{}.=,\n]", re.DOTALL)
_OPEN = re.compile(_LONG + r"""(?P<open>\"{3}|'{3})|""" + _SHORT, re.DOTALL)
_PLACE = re.compile(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_SECRETIVE = re.compile(r"\s*(?:[\w\"'-]+\s*\.\s*)*[\"']?(?:env|args)[\"']?\s*[.=]")
_TABLE = re.compile(r"^[ \t]*\[([^\n\]]*)\]", re.MULTILINE)
_BOMS = {
    codecs.BOM_UTF8: "UTF-8 with a byte-order mark",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


@dataclass(frozen=True)
class Source:
    """A parsed file and where its keys stand."""

    path: Path
    document: dict[str, Any]
    lines: Lines


def unusable(message: str, hint: str = "", details: tuple[str, ...] = ()) -> EnvctlError:
    """The file as a whole cannot be used."""
    unchanged = "Nothing was started or changed."
    return EnvctlError(Exit.STACK_FILE, message, hint=hint, details=details, unchanged=unchanged)


def read_bytes(path: Path) -> bytes:
    """The file's bytes; at most one more than is allowed."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise unusable(f"{path} is a folder, not a stack file", f"name the file in it: --file {path / NAME}")
        if not stat.S_ISREG(mode):
            raise unusable(f"{path} is not a regular file", "name a stack file with --file")
        with path.open("rb") as file:
            return file.read(BYTES + 1)
    except FileNotFoundError:
        raise unusable(f"there is no file {path}", "name an existing stack file with --file") from None
    except PermissionError:
        raise unusable(f"{path} may not be read by this user", f"allow it: chmod +r {path}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise unusable(f"{path} cannot be read: {reason}") from None


def decode(path: Path, raw: bytes) -> str:
    """The text, which must be UTF-8."""
    save = "save it as UTF-8 without a byte-order mark"
    if len(raw) > BYTES:
        raise unusable(f"{path} is larger than {show_size(BYTES)}", "a stack file holds settings; keep data elsewhere")
    for mark, name in _BOMS.items():
        if raw.startswith(mark):
            raise unusable(f"{path} is {name}, and TOML is plain UTF-8", save)
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise unusable(f"{path}:{line}: is not UTF-8", save) from None


def excess(text: str) -> tuple[int, str] | None:
    """The line at which a text would be too much for the parser, and why."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE:
            return number, f"a line of {len(line)} characters; at most {LINE} are read"
    number, dots, depth = 1, 0, 0
    for found in _TOKENS.finditer(text):
        piece = found[0]
        dots = dots + 1 if piece == "." else dots if piece[0] in "\"'" else 0
        depth = max(0, depth + (piece in "[{") - (piece in "]}"))
        if dots > DOTS:
            return number, f"a key of more than {DOTS} dots"
        if depth > NESTING:
            return number, f"brackets nested deeper than {NESTING}"
        number += piece.count("\n")
    return None


def _owner(text: str, start: int) -> int:
    """Where the key of the line at `start` is: further up, when the line is inside a long string."""
    for found in _TOKENS.finditer(text):
        if found.start() < start < found.end():
            return text.rfind("\n", 0, found.start()) + 1
        if found.start() >= start:
            break
    return start


def _is_secretive(text: str, start: int) -> bool:
    """May the line at `start` hold a variable's value?"""
    owner = _owner(text, start)
    tables = _TABLE.findall(text, 0, owner)
    inside = bool(tables) and tables[-1].rpartition(".")[2].strip(" \"'[") in {"env", "args"}
    return inside or bool(_SECRETIVE.match(text, owner))


def _pointed(text: str, line: int, column: int) -> tuple[str, ...]:
    """The line with a caret under the place; the value of a variable is not shown."""
    start = sum(len(earlier) + 1 for earlier in text.split("\n")[: line - 1])
    shown = text.split("\n")[line - 1].rstrip().replace("\t", " ")
    if _is_secretive(text, start):
        key, equals, _ = shown.partition("=")
        shown = f"{key}= …" if equals else "…"
    first = max(0, min(column, len(shown)) - 60)
    return f"  {shown[first : first + 100]}", "  " + " " * min(column - 1 - first, len(shown) - first) + "^"


_PLAINER = (
    (re.compile(r"Illegal character '\\n'"), "a text is not closed on its line"),
    (re.compile(r"Cannot overwrite a value"), "this key is there already"),
    (re.compile(r"Cannot declare \((.*?),?\) twice"), r"the table \1 is there already"),
    (re.compile(r"Unterminated string"), "a text is not closed on its line"),
)


def _syntax(path: Path, text: str, error: Exception) -> EnvctlError:
    found = _PLACE.fullmatch(str(error))
    if not found:
        return unusable(f"{path} is not valid TOML: {error}")
    lines = text.rstrip("\n").split("\n")
    line, column = (int(found[2]), int(found[3])) if found[2] else (len(lines), len(lines[-1]) + 1)
    message = found[1]
    opened = next((piece.start() for piece in _OPEN.finditer(text) if piece["open"]), None)
    if found[2] is None and opened is not None:
        line, column = text.count("\n", 0, opened) + 1, opened - text.rfind("\n", 0, opened)
        message = "the long text that begins here is not closed"
    for pattern, plainer in _PLAINER:
        message = pattern.sub(plainer, message)
    hint = "texts stand in quotes, and each key on a line of its own"
    message = message[:1].lower() + message[1:]
    return unusable(f"{path}:{line}: not valid TOML: {message}", hint, _pointed(text, line, column))


def parse(path: Path, text: str) -> dict[str, Any]:
    """The text as a TOML document, in bounded time."""
    over = excess(text)
    if over:
        raise unusable(f"{path}:{over[0]}: {over[1]}", "no stack needs that: is this the right file?")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _syntax(path, text, error) from None


def read(path: Path) -> Source:
    """The parsed file and where its keys stand."""
    text = decode(path, read_bytes(path))
    return Source(path, parse(path, text), scan(text))
