"""stdout is the result, stderr the talk. Everything envctl prints goes through here or through `progress`."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from envctl.errors import EnvctlError, Exit

_ELSEWHERE = "Give stdout another place."
SCHEMA = 1  # of the envelope; raised when its shape changes


class Unwritable(EnvctlError):
    """The result could not be written to stdout."""


def envelope(command: str, data: Any, error: EnvctlError | None = None) -> dict[str, Any]:
    """The one document of `--json`, the same for every command."""
    return {"schema": SCHEMA, "command": command, "ok": error is None, "data": data, "error": _error(error)}


def _error(error: EnvctlError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {
        "code": error.code.name.lower(),
        "exit": int(error.code),
        "message": error.message,
        "hint": error.hint,
        "unchanged": error.unchanged,
        "details": list(error.details),
    }


def write_envelope(command: str, data: Any, error: EnvctlError | None = None) -> None:
    """Print the envelope as one line, so that it can also close a stream."""
    write_json(envelope(command, data, error))


def write_json(value: Any, indent: int | None = None) -> None:
    """Print a JSON value. ASCII only: valid in whatever encoding stdout has."""
    write_lines([json.dumps(value, indent=indent, default=_plain)])


def _plain(value: object) -> Any:
    """Mappings and paths that `json` does not know; anything else is a mistake of ours."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def write_lines(lines: Iterable[str]) -> None:
    """Print lines of the result, and make sure that they arrive."""
    text = "".join(f"{line}\n" for line in lines)
    if sys.stdout is None:  # closed by the caller
        raise Unwritable(Exit.OUR_FAULT, "the result cannot be written: stdout is closed", hint=_ELSEWHERE)
    try:
        print(text, end="", flush=True)
    except BrokenPipeError:
        raise
    except OSError as failure:
        _let_go_of_stdout()
        message = f"the result cannot be written: {failure.strerror}"
        raise Unwritable(Exit.OUR_FAULT, message, hint=_ELSEWHERE) from failure


def _let_go_of_stdout() -> None:
    """Drop what stdout still holds: the interpreter would try again at its end, and hide our exit status."""
    with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def say(lines: Iterable[str]) -> None:
    """Print lines of talk. A stderr that nobody reads any more must not stop the work."""
    with contextlib.suppress(OSError, ValueError):
        for line in lines:
            print(line, file=sys.stderr)
        print(end="", file=sys.stderr, flush=True)


def wipe_echo() -> None:
    """Clear the `^C` that a terminal echoes, so that what follows begins on a clean line."""
    if is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb":
        with contextlib.suppress(OSError, ValueError):
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def colourful(stream: TextIO, environ: Mapping[str, str] | None = None) -> bool:
    """Whether `stream` is a terminal that wants colour (https://no-color.org)."""
    environ = os.environ if environ is None else environ
    return is_terminal(stream) and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether `stream` is a terminal; a closed or missing one is not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def tolerate_any_text() -> None:
    """Never fail on a character that the terminal's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
