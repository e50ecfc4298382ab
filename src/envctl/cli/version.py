"""`envctl version`."""

from __future__ import annotations

import platform

from envctl import __version__
from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS


def version(call: Call) -> None:
    """Print versions: envctl, Python, system.

    It asks no daemon.
    """
    data = {
        "envctl": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
    lines = [f"envctl {data['envctl']}", f"Python {data['python']}", data["platform"]]
    call.answer(data, lines)


COMMAND = Command(
    name="version",
    function=version,
    options=ALWAYS,
    examples=(("envctl version", "what to put into a bug report"), ("envctl version --json", "for a script")),
)
