"""Another environment of the stack here, by its name: for commands that take one as a word."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.events import Tell
from envctl.ops.find import find
from envctl.ops.setting import Here, anywhere, here


def here_called(file: Path | None, env: str | None, word: str | None, tell: Tell) -> Here:
    """The environment called NAME or PROJECT/NAME, which must be there; without a word what `here` finds.

    Raises EnvctlError, USAGE where it is of another project than the stack file.
    """
    if word is None:
        return here(file, env, tell)
    from envctl.stack import find as find_file
    from envctl.stack import load

    stack = load(file if file is not None else find_file(Path.cwd()), environ=os.environ)
    world = anywhere(tell)
    identity = find(world, word, stack.project)
    if identity.project != stack.project:
        raise EnvctlError(
            Exit.USAGE,
            f"{identity.project}/{identity.name} is an environment of another project than {stack.project}",
            unchanged="Nothing was changed.",
            hint="Run the command where the stack file of that project is, or name it: `--file PATH`.",
        )
    return Here(world, stack, identity)


def here_with_services(
    file: Path | None, env: str | None, words: Sequence[str], tell: Tell
) -> tuple[Here, tuple[str, ...]]:
    """The environment, and the services that are named: the first word is an environment unless it is a service.

    Raises EnvctlError.
    """
    from envctl.stack import find as find_file
    from envctl.stack import load

    stack = load(file if file is not None else find_file(Path.cwd()), environ=os.environ)
    if env is not None or not words or words[0] in stack.services:
        return here(file, env, tell), tuple(words)
    try:
        return here_called(file, None, words[0], tell), tuple(words[1:])
    except EnvctlError as error:
        if error.code is not Exit.NOT_FOUND:
            raise
        raise _neither(words[0], stack.services, error) from error


def _neither(word: str, services: Iterable[str], error: EnvctlError) -> EnvctlError:
    """A word that may have been meant for a service."""
    close = get_close_matches(word, list(services), n=1)
    guess = f"Did you mean the service {close[0]}? " if close else f"Services here: {', '.join(services)}. "
    return EnvctlError(
        Exit.NOT_FOUND,
        f"there is neither an environment nor a service {word or repr(word)}",
        unchanged=error.unchanged,
        hint=f"{guess}{error.hint}",
    )
