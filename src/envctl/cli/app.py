"""The Typer application: the explicit list of commands, in the order in which `--help` shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from envctl import __version__
from envctl.cli import (
    ci_comment,
    completion,
    config,
    cp,
    doctor,
    down,
    env,
    events,
    exec,
    extend,
    fork,
    gc,
    init,
    inspect,
    kafka_offsets,
    logs,
    ls,
    open,
    output,
    pause,
    pin,
    plan,
    pool_create,
    pool_grow,
    pool_ls,
    pool_rm,
    reset,
    restart,
    resume,
    revive,
    run,
    schema,
    seed,
    snapshot_create,
    snapshot_inspect,
    snapshot_ls,
    snapshot_rm,
    status,
    top,
    unpin,
    up,
    urls,
    version,
)
from envctl.cli.command import Command

PROGRAM = "envctl"

COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        init.COMMAND,
        up.COMMAND,
        down.COMMAND,
        revive.COMMAND,
        seed.COMMAND,
        fork.COMMAND,
        reset.COMMAND,
        kafka_offsets.COMMAND,
        snapshot_create.COMMAND,
        snapshot_ls.COMMAND,
        snapshot_inspect.COMMAND,
        snapshot_rm.COMMAND,
        pause.COMMAND,
        resume.COMMAND,
        restart.COMMAND,
        gc.COMMAND,
        extend.COMMAND,
        pin.COMMAND,
        unpin.COMMAND,
        plan.COMMAND,
        ls.COMMAND,
        status.COMMAND,
        urls.COMMAND,
        open.COMMAND,
        env.COMMAND,
        logs.COMMAND,
        inspect.COMMAND,
        events.COMMAND,
        top.COMMAND,
        exec.COMMAND,
        cp.COMMAND,
        run.COMMAND,
        config.COMMAND,
        pool_create.COMMAND,
        pool_ls.COMMAND,
        pool_grow.COMMAND,
        pool_rm.COMMAND,
        ci_comment.COMMAND,
        doctor.COMMAND,
        schema.COMMAND,
        completion.COMMAND,
        version.COMMAND,
    )
}


# The first word of commands that have two, and what they are for.
GROUPS: dict[str, str] = {
    "ci": "Tell a pull request about its environment.",
    "pool": "Give data a disk that copies in an instant.",
    "kafka": "Have events of an environment read again.",
    "snapshot": "Keep, see and remove data that environments start on.",
}


def named(words: Sequence[str]) -> str:
    """The command that a command line begins with: two words of it where the first one is a group's."""
    return " ".join(words[: 1 + (words[0] in GROUPS)]) if words else ""


def group() -> Any:
    """The application as Typer runs it (a Click group; which Click depends on Typer's version)."""
    app = typer.Typer(
        name=PROGRAM,
        add_completion=False,  # `completing` answers without loading Typer
        rich_markup_mode=None,  # rich costs more to import than Typer itself
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    homes = {"": app, **{name: _subgroup(app, name) for name in GROUPS}}
    app.callback(invoke_without_command=True, epilog="`envctl COMMAND --help` shows a command's options and examples.")(
        _top
    )
    for command in COMMANDS.values():
        settings = {"allow_interspersed_args": not command.passes_on}
        home, _, word = command.name.rpartition(" ")
        homes[home].command(word, epilog=command.epilog, context_settings=settings)(command.entry())
    built: Any = typer.main.get_command(app)
    built.commands = {word: built.commands[word] for word in first_words()}  # Typer puts groups at the end
    return built


def first_words() -> list[str]:
    """The words that can follow `envctl`, in the order of `--help`."""
    return list(dict.fromkeys(name.partition(" ")[0] for name in COMMANDS))


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
