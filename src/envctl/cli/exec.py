"""`envctl exec`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from envctl.cli.command import Call, Command
from envctl.cli.output import is_terminal
from envctl.cli.passing import Words, command_line
from envctl.events import nobody


def exec(
    call: Call,
    *,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="The service whose container it runs in.")],
    argv: Words,
    no_tty: Annotated[bool, typer.Option("-T", "--no-tty", help="No terminal, even if there is one.")] = False,
) -> int:
    """Run a command in a service's container.

    With this terminal, if there is one. Everything after SERVICE is the command's own, its options too.
    Its streams and its exit status are passed through; 125 means that it could not be run, 126 that it is
    not executable, 127 that there is no such command. With --json only a failure of envctl itself is an
    envelope.
    """
    words = command_line(argv)  # a mistake here is told before anything is loaded
    from envctl.ops.execute import execute
    from envctl.ops.setting import here

    tty = not no_tty and is_terminal(sys.stdin) and is_terminal(sys.stdout)
    return execute(here(call.file, call.env, nobody), service, words, tty=tty, stdin=sys.stdin is not None)


COMMAND = Command(
    name="exec",
    function=exec,
    passes_on=True,
    examples=(
        ("envctl exec db psql -U postgres", "a database client in the service's own container"),
        ("envctl exec -T api alembic current > out", "no terminal: for scripts"),
        ("envctl exec --env demo cache sh", "in another environment"),
    ),
)
