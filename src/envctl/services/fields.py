"""The types of a section's fields: each says in plain words what it refuses, never repeating a secret."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from envctl.units import MIB, parse_duration, parse_size, show_size

MINIMUM_MEMORY = 6 * MIB  # Docker refuses less
MAXIMUM_MEMORY = 1 << 60
NAMES = {str: "text", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a table"}


def refuse(message: str, hint: str = "") -> PydanticCustomError:
    """An error in our own words; `hint` says what to write instead."""
    return PydanticCustomError("refused", "{message}", {"message": message, "hint": hint})


def kind_of(value: object) -> str:
    """What a TOML value is, in a word."""
    return NAMES.get(type(value), "a date or time")


def _port(value: int) -> int:
    if not 1 <= value <= 65535:  # noqa: PLR2004  # the range of TCP ports
        raise refuse(f"{value} is not a port (1–65535)")
    return value


def _plain(value: str) -> str:
    if "\0" in value:
        raise refuse("holds a NUL character, which no program can be given")
    return value


def _argv(value: object) -> object:
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError as error:
            raise refuse(f"cannot be split into words: {str(error).lower()}", "write it as a list of words") from None
    if not isinstance(value, list):
        raise refuse(f"must be a list of words or one line of text, not {kind_of(value)}")
    if not value or value[0] == "":
        raise refuse("is empty", "leave the key out to keep the image's own command")
    return value


def _paths(value: object) -> object:
    if value == []:
        raise refuse("names no file")
    return [value] if isinstance(value, str) else value


def _scalar(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise refuse(f"must be text, a number or a boolean, not {kind_of(value)}", _scalar_hint(value))
    return value


def _scalar_hint(value: object) -> str:
    return "a key that holds dots goes into quotes" if isinstance(value, dict) else ""


def _one_line(value: str) -> str:
    if any(ord(character) < 32 for character in value):  # noqa: PLR2004  # the control characters
        raise refuse("holds a line break or another control character")
    return value


def _version(value: object) -> object:
    if isinstance(value, float):
        raise refuse("a version with a dot must be text, or 17.10 would become 17.1", "write it in quotes")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and not re.fullmatch(r"[0-9A-Za-z_][0-9A-Za-z_.-]{0,127}", value):
        raise refuse("is not a version", 'only letters, digits and "._-", such as "17" or "4.1.1"')
    return value


_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?/)?"
_PATH = r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
IMAGE = rf"{_HOST}{_PATH}(?:/{_PATH})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?"


def _image(value: str) -> str:
    if not re.fullmatch(IMAGE, value):
        raise refuse(f"{value[:100]!r} is not the name of an image", "such as nginx:1.29 or ghcr.io/acme/api:2")
    return value


def _absolute(value: str) -> str:
    if not value.startswith("/") or ".." in PurePosixPath(value).parts or value.strip("/") == "":
        raise refuse("must be an absolute path inside the container, such as /var/uploads")
    return value


def _size(value: object) -> object:
    count = parse_size(value) if isinstance(value, str) else value
    if isinstance(count, bool) or not isinstance(count, int):
        raise refuse("is not an amount of memory", 'such as "512MiB" or "4GiB"')
    if count < MINIMUM_MEMORY:
        raise refuse(f"{show_size(max(count, 0))} is too little", f"at least {show_size(MINIMUM_MEMORY)}")
    if count > MAXIMUM_MEMORY:
        raise refuse("is more memory than there is")
    return count


def _duration(value: object) -> object:
    seconds = parse_duration(value) if isinstance(value, str) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise refuse("is not a time", 'such as "30s" or "2m"')
    if not 0 < seconds <= 86400:  # noqa: PLR2004  # a day
        raise refuse("must be more than nothing and at most a day", 'such as "30s" or "2m"')
    return float(seconds)


def _cpus(value: float) -> float:
    if not 0 < value <= 1024:  # noqa: PLR2004  # more than any machine has
        raise refuse("must be more than 0 and at most 1024")
    return value


def _pids(value: int) -> int:
    if not 1 <= value <= 4194304:  # noqa: PLR2004  # Linux's own limit
        raise refuse("must be from 1 to 4194304")
    return value


def real(path: Path) -> Path:
    """The path without links and dots; unlike `resolve`, a loop of links is no error here."""
    return Path(os.path.realpath(path))


def named(pattern: str, what: str) -> Callable[[str], str]:
    """A validator of names; `what` completes "is not …"."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise refuse(f"{value[:80]!r} is not {what}")
        return value

    return check


VARIABLE = r"[A-Za-z_][A-Za-z0-9_.-]{0,254}"
VOLUME = r"[a-z][a-z0-9-]{0,39}"

Plain = Annotated[str, AfterValidator(_plain)]
Line = Annotated[str, AfterValidator(_one_line)]
Port = Annotated[int, AfterValidator(_port), Field(json_schema_extra={"minimum": 1, "maximum": 65535})]
Argv = Annotated[tuple[Plain, ...], Field(strict=False), BeforeValidator(_argv, json_schema_input_type=str | list[str])]
Scalar = Annotated[Plain, BeforeValidator(_scalar, json_schema_input_type=str | int | float | bool)]
Setting = Annotated[Line, BeforeValidator(_scalar, json_schema_input_type=str | int | float | bool)]
Version = Annotated[str, BeforeValidator(_version, json_schema_input_type=str | int)]
Image = Annotated[str, AfterValidator(_image)]
Folder = Annotated[Line, StringConstraints(min_length=1)]
Inside = Annotated[Line, AfterValidator(_absolute)]
Size = Annotated[int, BeforeValidator(_size, json_schema_input_type=str | int)]
Duration = Annotated[float, BeforeValidator(_duration, json_schema_input_type=str | int | float)]
Cpus = Annotated[float, AfterValidator(_cpus)]
Pids = Annotated[int, AfterValidator(_pids)]
Variable = Annotated[str, AfterValidator(named(VARIABLE, "the name of a variable"))]
Volume = Annotated[str, AfterValidator(named(VOLUME, "the name of a volume (a–z, 0–9 and -, starting with a letter)"))]
Names = Annotated[tuple[str, ...], Field(strict=False)]
Words = Annotated[tuple[Folder, ...], Field(strict=False)]
Paths = Annotated[
    tuple[Folder, ...],
    Field(strict=False),
    BeforeValidator(_paths, json_schema_input_type=Folder | Annotated[list[Folder], Field(min_length=1)]),
]


def whole_or_table(key: str, *types: type) -> Callable[[Any], Any]:
    """A validator that takes a bare value of these types for a table with this one key."""

    def widen(value: Any) -> Any:
        return {key: value} if isinstance(value, types) else value

    return widen
