"""`envctl env`."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import typer

from envctl.cli.command import Call, Command

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=?&-]*\Z")


class Format(StrEnum):
    """How `env` prints the settings."""

    SHELL = "shell"
    DOTENV = "dotenv"
    JSON = "json"


def env(
    call: Call,
    *,
    format: Annotated[Format, typer.Option("--format", help="How to print them.")] = Format.SHELL,
) -> None:
    """Print settings that reach the environment.

    With them a program on this machine finds the services. They hold passwords.

    For each service NAME_URL, NAME_HOST and NAME_PORT, and NAME_USER, NAME_PASSWORD, NAME_DATABASE,
    NAME_BROKERS where it has them. `--format json` prints the flat object alone, `--json` the same inside
    the envelope.
    """
    from envctl.ops.setting import here
    from envctl.ops.settings import settings

    with call.talk() as tell:
        report = settings(here(call.file, call.env, tell))
    call.answer(report.data(), setting_lines(report.variables, format))


def setting_lines(variables: Mapping[str, str], format: Format) -> list[str]:
    """The settings in one of the formats."""
    if format is Format.JSON:
        return [json.dumps(dict(variables), indent=2)]
    if format is Format.DOTENV:
        return [f"{name}={_dotenv(value)}" for name, value in variables.items()]
    return [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]


def _dotenv(value: str) -> str:
    """Bare where every reader agrees, else in single quotes: no reader replaces variables there."""
    if _PLAIN.match(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


COMMAND = Command(
    name="env",
    function=env,
    examples=(
        ('eval "$(envctl env)"', "the settings in this shell"),
        ("envctl env --format dotenv > .env.local", "a file for tools that read one"),
        ("envctl env --json", "for a script"),
    ),
)
