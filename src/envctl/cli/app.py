"""The Typer application: the explicit list of commands, in the order in which `--help` shows them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from envctl import __version__
from envctl.cli import (
    completion,
    config,
    cp,
    doctor,
    down,
    env,
    events,
    exec,
    init,
    logs,
    ls,
    open,
    output,
    pause,
    plan,
    restart,
    resume,
    run,
    schema,
    seed,
    status,
    top,
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
        seed.COMMAND,
        pause.COMMAND,
        resume.COMMAND,
        restart.COMMAND,
        plan.COMMAND,
        ls.COMMAND,
        status.COMMAND,
        urls.COMMAND,
        open.COMMAND,
        env.COMMAND,
        logs.COMMAND,
        events.COMMAND,
        top.COMMAND,
        exec.COMMAND,
        cp.COMMAND,
        run.COMMAND,
        config.COMMAND,
        doctor.COMMAND,
        schema.COMMAND,
        completion.COMMAND,
        version.COMMAND,
    )
}


def group() -> Any:
    """The application as Typer runs it (a Click group; which Click depends on Typer's version)."""
    app = typer.Typer(
        name=PROGRAM,
        add_completion=False,  # `completing` answers without loading Typer
        rich_markup_mode=None,  # rich costs more to import than Typer itself
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True, epilog="`envctl COMMAND --help` shows a command's options and examples.")(
        _top
    )
    for command in COMMANDS.values():
        settings = {"allow_interspersed_args": not command.passes_on}
        app.command(command.name, epilog=command.epilog, context_settings=settings)(command.entry())
    return typer.main.get_command(app)


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
