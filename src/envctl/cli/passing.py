"""What `exec` and `run` share: the command line that they pass on untouched."""

from __future__ import annotations

from typing import Annotated

import typer

Words = Annotated[list[str], typer.Argument(metavar="CMD...", help="The command with its arguments, passed on as is.")]


def command_line(words: list[str]) -> tuple[str, ...]:
    """The words without a leading `--`; a word like `-T` in the command's place was meant for envctl."""
    rest = words[1:] if words[:1] == ["--"] else words
    if not rest:
        raise typer.BadParameter("Missing the command.", param_hint="'CMD...'")
    if words is rest and rest[0].startswith("-"):
        raise typer.BadParameter(
            f"{rest[0]!r} is no command: options of envctl come before the first argument.",
            param_hint="'CMD...'",
        )
    return tuple(rest)
