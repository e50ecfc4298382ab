"""`envctl completion`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS


class Shell(StrEnum):
    """The shells that envctl completes in."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    call: Call, *, shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]
) -> None:
    """Print the script that completes envctl's words in a shell.

    Commands, options, services of the stack file, environments on the daemon and those of this repository's
    branches. What does not answer at once is left out, and nothing that is found is ever run.

    To have it in every new shell: for bash (4.4 or later) put `eval "$(envctl completion bash)"` into
    ~/.bashrc; for zsh put `eval "$(envctl completion zsh)"` into ~/.zshrc, after compinit; for fish write it
    to ~/.config/fish/completions/envctl.fish.
    """
    script = Path(__file__).with_name(f"completion.{shell.value}").read_text("utf-8")
    call.answer({"shell": shell.value, "script": script}, script.splitlines())


COMMAND = Command(
    name="completion",
    function=completion,
    options=ALWAYS,
    examples=(
        ('eval "$(envctl completion bash)"', "in this shell, or in ~/.bashrc for all; zsh likewise"),
        ("envctl completion fish > ~/.config/fish/completions/envctl.fish", "for fish, once"),
    ),
)
