"""`envctl run`."""

from __future__ import annotations

from shutil import which

from envctl.cli.command import Call, Command
from envctl.cli.passing import Words, command_line
from envctl.errors import EnvctlError, Exit
from envctl.events import nobody

NOT_STARTED = {Exit.EXEC_NOT_EXECUTABLE: "not executable", Exit.EXEC_NOT_FOUND: "not a command"}


def run(call: Call, *, argv: Words) -> int:
    """Run a command here with the settings.

    Those are the ones that `envctl env` prints. Its streams and its exit status are passed through; 126
    means that it is not executable, 127 that there is no such command. With --json only a failure of
    envctl itself is an envelope.
    """
    words = command_line(argv)
    from envctl.ops.run import run as run_here
    from envctl.ops.setting import here

    status = run_here(here(call.file, call.env, nobody), words)
    if status in NOT_STARTED and which(words[0]) is None:  # else the command itself ended so, and has said why
        raise EnvctlError(Exit(status), f"{words[0]} is {NOT_STARTED[Exit(status)]} on this machine")
    return status


COMMAND = Command(
    name="run",
    function=run,
    passes_on=True,
    examples=(
        ("envctl run -- pytest tests/e2e", "tests against this branch's environment"),
        ("envctl run --env demo -- sh -c 'echo $DB_URL'", "another environment's settings"),
    ),
)
