"""`envctl restart`."""

from __future__ import annotations

from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING
from envctl.cli.pause import Services, changed_lines


def restart(call: Call, *, services: Services = None) -> None:
    """Stop services and start them again.

    The same containers, with the same data and ports; what comes `before` them does not run again. Services
    that need others stop first and start last, each once those it needs are healthy. Whoever does not come
    back is named, with its last lines. A changed stack file is for `envctl up`.
    """
    from envctl.ops.restart import restart as again
    from envctl.ops.setting import here

    with call.talk() as tell:
        report = again(here(call.file, call.env, tell), tuple(services or ()), wait=call.wait)
    done = f"Restarted {', '.join(report.changed)} in {report.seconds:.1f} s."
    call.answer(report.data(), changed_lines(report), ("", done))


COMMAND = Command(
    name="restart",
    function=restart,
    options=CHANGING,
    examples=(
        ("envctl restart api worker", "these two, in the order of their needs"),
        ("envctl restart", "every service"),
    ),
)
