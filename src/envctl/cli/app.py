"""The Typer application: the explicit list of commands, in the order in which `--help` shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from envctl import __version__
from envctl.cli import output
from envctl.cli.command import Command

PROGRAM = "envctl"

NAMES = (
    "init",
    "up",
    "down",
    "revive",
    "seed",
    "mask check",
    "mask suggest",
    "mask preview",
    "fork",
    "reset",
    "kafka offsets",
    "snapshot create",
    "snapshot ls",
    "snapshot inspect",
    "snapshot rm",
    "pause",
    "resume",
    "restart",
    "gc",
    "extend",
    "pin",
    "unpin",
    "plan",
    "ls",
    "status",
    "urls",
    "open",
    "env",
    "logs",
    "inspect",
    "events",
    "top",
    "exec",
    "cp",
    "run",
    "config",
    "pool create",
    "pool ls",
    "pool grow",
    "pool rm",
    "ci comment",
    "doctor",
    "schema",
    "completion",
    "version",
)


class Commands(Mapping[str, Command]):
    """The commands by their names. Each is loaded when it is asked for: most runs need one."""

    def __getitem__(self, name: str) -> Command:
        if name not in NAMES:
            raise KeyError(name)
        found: Command = import_module(f"envctl.cli.{name.replace(' ', '_')}").COMMAND
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


COMMANDS = Commands()


# The first word of commands that have two, and what they are for.
GROUPS: dict[str, str] = {
    "ci": "Tell a pull request about its environment.",
    "pool": "Give data a disk that copies in an instant.",
    "mask": "See what masking does to personal details, before any data moves.",
    "kafka": "Have events of an environment read again.",
    "snapshot": "Keep, see and remove data that environments start on.",
}


def named(words: Sequence[str]) -> str:
    """The command that a command line begins with: two words of it where the first one is a group's."""
    return " ".join(words[: 1 + (words[0] in GROUPS)]) if words else ""


def group(only: str | None = None) -> Any:
    """The application as Typer runs it (a Click group; which Click depends on Typer's version).

    With all commands, or with the `only` one that will be run.
    """
    names = NAMES if only is None else (only,)
    app = typer.Typer(
        name=PROGRAM,
        add_completion=False,  # `completing` answers without loading Typer
        rich_markup_mode=None,  # rich costs more to import than Typer itself
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    groups = [name for name in GROUPS if any(command.startswith(f"{name} ") for command in names)]
    homes = {"": app, **{name: _subgroup(app, name) for name in groups}}
    app.callback(invoke_without_command=True, epilog="`envctl COMMAND --help` shows a command's options and examples.")(
        _top
    )
    for command in map(COMMANDS.__getitem__, names):
        settings = {"allow_interspersed_args": not command.passes_on}
        home, _, word = command.name.rpartition(" ")
        homes[home].command(word, epilog=command.epilog, context_settings=settings)(command.entry())
    built: Any = typer.main.get_command(app)
    in_order = [word for word in first_words() if word in built.commands]  # Typer puts groups at the end
    built.commands = {word: built.commands[word] for word in in_order}
    return built


def first_words() -> list[str]:
    """The words that can follow `envctl`, in the order of `--help`."""
    return list(dict.fromkeys(name.partition(" ")[0] for name in NAMES))


def _subgroup(app: typer.Typer, name: str) -> typer.Typer:
    made = typer.Typer(rich_markup_mode=None)
    app.add_typer(made, name=name, help=GROUPS[name], callback=_alone, invoke_without_command=True)
    return made


def _alone(context: typer.Context) -> None:
    """A group's name alone shows what there is."""
    if context.invoked_subcommand is None:
        output.write_lines([context.get_help()])
        raise typer.Exit


def _top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print envctl's version.", is_eager=True)] = False,
) -> None:
    """This branch's whole stack on plain Docker: isolated, with data, reachable at its own URLs."""
    if version:
        output.write_lines([f"{PROGRAM} {__version__}"])
        raise typer.Exit
    if context.invoked_subcommand is None:
        output.write_lines([context.get_help()])
        raise typer.Exit
