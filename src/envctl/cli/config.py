"""`envctl config`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from envctl.cli.command import Call, Command
from envctl.cli.options import STACK
from envctl.reports.config import Config

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")


def config(call: Call) -> None:
    """Print the resolved stack.

    Every value and where it comes from; secrets are hidden. It needs neither git nor Docker, so it is
    also the check of a stack file.
    """
    from envctl.ops.config import config as resolve

    report = resolve(call.file)
    call.answer(report.data(), _lines(report))


def _lines(report: Config) -> list[str]:
    settings = [(f"{value.key} = {toml(value.value)}", value.origin) for value in report.values]
    width = min(60, max((len(text) for text, _ in settings), default=0))
    return [f"# {report.path}", *(f"{text:<{width}}  # {origin}" for text, origin in settings)]


def toml(value: Any) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {toml(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False)


def _key(key: str) -> str:
    return key if _BARE_KEY.match(key) else json.dumps(key, ensure_ascii=False)


COMMAND = Command(
    name="config",
    function=config,
    options=STACK,
    examples=(
        ("envctl config", "what the stack file comes to, defaults included"),
        ("envctl config --file other/envctl.toml", "another stack file"),
    ),
)
