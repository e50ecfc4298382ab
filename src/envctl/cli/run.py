"""`envctl run`."""

from __future__ import annotations

from envctl.cli.command import Call, Command
from envctl.cli.passing import Words, command_line
from envctl.events import nobody


def run(call: Call, *, argv: Words) -> int:
    """Run a command here with the settings.

    Those are the ones that `envctl env` prints. Its streams and its exit status are passed through; 126
    means that it is not executable, 127 that there is no such command. With --json only a failure of
    envctl itself is an envelope.
    """
    words = command_line(argv)
    from envctl.ops.run import run as run_here
    from envctl.ops.setting import here

    return run_here(here(call.file, call.env, nobody), words)


COMMAND = Command(
    name="run",
    function=run,
    passes_on=True,
    examples=(
        ("envctl run -- pytest tests/e2e", "tests against this branch's environment"),
        ("envctl run --env demo -- sh -c 'echo $DB_URL'", "another environment's settings"),
    ),
)
