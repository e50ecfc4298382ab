"""A command as a value: its function, its common options, its examples; and one call of it."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from envctl.cli import output
from envctl.cli.options import ENVIRONMENT, CommonOption
from envctl.cli.progress import listener
from envctl.errors import EnvctlError, Exit
from envctl.events import Tell


@dataclass(frozen=True)
class Call:
    """One call of a command with the common options it was given."""

    command: str
    env: str | None = None
    file: Path | None = None
    json: bool = False
    quiet: bool = False
    no_wait: bool = False

    @property
    def wait(self) -> bool:
        """Whether to wait for another command that works on the same environment."""
        return not self.no_wait

    def called(self, word: str | None) -> str | None:
        """The environment that a word or `--env` names; None where neither does. Raises EnvctlError(USAGE)."""
        if word == "":  # what a script makes of a variable that is not set: this branch's is not meant
            raise EnvctlError(
                Exit.USAGE,
                "the name of the environment is empty",
                unchanged="Nothing was changed.",
                hint="Write one, as `envctl ls` shows them, or leave it out: then this branch's is meant.",
            )
        if word is not None and self.env is not None and _name(word) != _name(self.env):
            raise EnvctlError(
                Exit.USAGE,
                f"two environments are named: {word} and {self.env}",
                unchanged="Nothing was changed.",
                hint="Name the one that is meant.",
            )
        return self.env if word is None or "/" in (self.env or "") else word

    @contextmanager
    def talk(self) -> Iterator[Tell]:
        """Show what happens meanwhile on stderr, in the way that fits it."""
        with listener(silent=self.json or self.quiet) as tell:
            yield tell

    def answer(self, data: Any, lines: Iterable[str], after: Iterable[str] = ()) -> None:
        """Print the result: the envelope, or lines on stdout and what to say after them on stderr."""
        if self.json:
            output.write_envelope(self.command, data)
            return
        output.write_lines(lines)
        if not self.quiet:
            output.say(after)

    def like(self, *words: str) -> str:
        """An `envctl` command line for the same environment and stack file, ready to paste."""
        command, *rest = words
        chosen = [
            *(("--env", self.env) if self.env else ()),
            *(("--file", str(self.file)) if self.file else ()),
        ]
        return shlex.join(["envctl", *command.split(), *chosen, *rest])


def _name(word: str) -> str:
    """Of NAME or PROJECT/NAME."""
    return word.rpartition("/")[2]


@dataclass(frozen=True)
class Command:
    """One command of envctl. The docstring of `function` is its help, its first parameter the call."""

    name: str
    function: Callable[..., int | None]
    examples: tuple[tuple[str, str], ...]  # command line, what it does
    options: tuple[CommonOption, ...] = field(default=ENVIRONMENT)
    passes_on: bool = False  # after its first positional argument nothing is an option of ours

    @property
    def epilog(self) -> str:
        """The examples as `--help` shows them; `\\b` keeps the lines as they are."""
        width = max(len(line) for line, _ in self.examples)
        return "\b\nExamples:\n" + "\n".join(f"  {line:<{width}}  {what}" for line, what in self.examples)

    def entry(self) -> Callable[..., int | None]:
        """The function that Typer sees: own parameters first, then the common options instead of the call."""
        names = [option.name for option in self.options]

        def enter(**given: Any) -> int | None:
            call = Call(self.name, **{name: given.pop(name) for name in names})
            return self.function(call, **given)

        own = self._own_parameters()
        common = [
            inspect.Parameter(o.name, inspect.Parameter.KEYWORD_ONLY, default=o.default, annotation=o.annotation)
            for o in self.options
        ]
        parameters = [*own, *common]
        enter.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by `inspect`
        enter.__annotations__ = {p.name: p.annotation for p in parameters}
        enter.__doc__ = self.function.__doc__
        return enter

    def _own_parameters(self) -> list[inspect.Parameter]:
        hints = get_type_hints(self.function, include_extras=True)
        _, *own = inspect.signature(self.function).parameters.values()
        return [p.replace(annotation=hints[p.name], kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
