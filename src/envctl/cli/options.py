"""The common options, defined once; a command takes those that mean something to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer


@dataclass(frozen=True)
class CommonOption:
    """An option that several commands share: parameter name, annotation for Typer, default."""

    name: str
    annotation: Any
    default: object
    flags: tuple[str, ...]
    takes_value: bool


def _option(name: str, kind: Any, default: object, *flags: str, **words: Any) -> CommonOption:
    annotation: Any = Annotated[kind, typer.Option(*flags, **words)]
    return CommonOption(name, annotation, default, flags, takes_value=not isinstance(default, bool))


ENV = _option(
    "env",
    str | None,
    None,
    "--env",
    "-e",
    metavar="NAME",
    help="The environment; else the one of this git branch.",
)
_FILE_HELP = "The stack file; else envctl.toml here or in a folder above."
FILE = _option("file", Path | None, None, "--file", "-f", metavar="PATH", help=_FILE_HELP)
LONG_FILE = _option("file", Path | None, None, "--file", metavar="PATH", help=_FILE_HELP)  # where -f means follow
JSON = _option("json", bool, False, "--json", help="Print one JSON document, and nothing else.")
QUIET = _option("quiet", bool, False, "--quiet", "-q", help="Print the result only, no progress.")
OVERCOMMIT = Annotated[bool, typer.Option("--overcommit", help="Go on where memory or disk seem too small for it.")]
FROM = Annotated[
    str | None,
    typer.Option("--from", metavar="WHAT", help="A snapshot or an environment that data which is new starts from."),
]
NO_WAIT = _option(
    "no_wait",
    bool,
    False,
    "--no-wait",
    help="Fail with status 6 where another command works on the environment, instead of waiting for it.",
)

ALWAYS = (JSON, QUIET)
STACK = (FILE, *ALWAYS)
ENVIRONMENT = (ENV, FILE, *ALWAYS)
CHANGING = (ENV, FILE, NO_WAIT, *ALWAYS)  # what holds the environment's lock
LOGS = (ENV, LONG_FILE, *ALWAYS)
EVERY = CHANGING
