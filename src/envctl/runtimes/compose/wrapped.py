"""How a program comes by variables that are not in its container's configuration.

A shell reads them from a file in memory and becomes the program: it is the first process still, with the same user and
folder. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from envctl.observed import ImageDefaults
from envctl.workload import HIDDEN_FILE, Workload

SHELL = "/bin/sh"
_SCRIPT = f'. {HIDDEN_FILE} && exec "$@"'


def through_shell(argv: Iterable[str]) -> tuple[str, ...]:
    """The command that does the same with the hidden variables."""
    return (SHELL, "-c", _SCRIPT, "envctl", *argv)


def entry(workload: Workload, image: ImageDefaults) -> tuple[str, ...]:
    """What every command of a service's container begins with."""
    return image.entrypoint if workload.entrypoint is None else workload.entrypoint


def command(workload: Workload, image: ImageDefaults) -> tuple[str, ...]:
    """What follows it, unless the image is entered in another way: an entry of one's own drops the image's command."""
    if workload.command is not None:
        return workload.command
    return image.command if workload.entrypoint is None else ()


def health(image: ImageDefaults) -> tuple[str, ...]:
    """The image's own health check as a command; nothing where it has none."""
    if image.health[:1] == ("CMD",):
        return image.health[1:]
    if image.health[:1] == ("CMD-SHELL",):
        return (*(image.shell or (SHELL, "-c")), *image.health[1:])
    return ()
