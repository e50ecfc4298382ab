"""A rendered project as it may be kept: what a team wrote into its own Compose file may be a password too. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from envctl.text import MASK, TELLING

_IN_URL = re.compile(r"(://[^/\s:@]*:)[^/\s@]+(@)")


def masked(project: Mapping[str, Any]) -> dict[str, Any]:
    """The project with variables masked whose names tell of a secret, passwords in URLs, and what stands in the file
    as the content of a secret or config.
    """
    shown = {key: _without_passwords(value) for key, value in project.items()}
    shown["services"] = {name: _service(said) for name, said in (shown.get("services") or {}).items()}
    for part in ("secrets", "configs"):
        shown[part] = {name: _content(said) for name, said in (shown.get(part) or {}).items()}
    return shown


def _service(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **said,
        **{key: _variables(said[key]) for key in ("environment", "labels") if isinstance(said.get(key), Mapping)},
    }


def _variables(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: MASK if value and TELLING.search(name) else value for name, value in said.items()}


def _content(said: Any) -> Any:
    return {**said, "content": MASK} if isinstance(said, Mapping) and "content" in said else said


def _without_passwords(value: Any) -> Any:
    if isinstance(value, str):
        return _IN_URL.sub(rf"\g<1>{MASK}\g<2>", value)
    if isinstance(value, Mapping):
        return {key: _without_passwords(content) for key, content in value.items()}
    if isinstance(value, list | tuple):
        return [_without_passwords(item) for item in value]
    return value
