"""The story of `exec`."""

from __future__ import annotations

from collections.abc import Sequence

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.ops.leases import in_use
from envctl.ops.observe import running_here
from envctl.ops.setting import Here
from envctl.runtimes.compose.wrapped import through_shell
from envctl.world.shell import NOT_EXECUTABLE, NOT_FOUND


def execute(here: Here, service: str, argv: Sequence[str], *, tty: bool, stdin: bool) -> int:
    """Run a command in a service's container on the caller's own terminal or pipes; returns its status."""
    observed = running_here(here.world, here.identity)
    container = observed.container(service)
    if container is None or container.state != "running":
        running = sorted(c.service for c in observed.containers if c.state == "running")
        raise EnvctlError(
            Exit.EXEC_FAILED,
            f"{service} is not running in the environment {here.identity.name}"
            if container or here.stack.services.get(service)
            else f"there is no service {service} in the environment {here.identity.name}",
            hint="It is paused: `envctl resume` lets it go on."
            if container and container.state == "paused"
            else f"Running: {', '.join(running) or 'none'}.",
        )
    flags = (*(("--interactive",) if stdin else ()), *(("--tty",) if tty else ()))
    words = through_shell(argv) if labels.HIDDEN in container.labels else argv
    with in_use(here.world, here.identity):
        status = here.world.shell.hand_over(("docker", "exec", *flags, container.id, *words))
    if status == NOT_EXECUTABLE and not _is_there(here, container.id, argv[0]):
        return NOT_FOUND  # engines before 28 say 126 of both
    return status


def _is_there(here: Here, container: str, program: str) -> bool:
    question = '[ -e "$1" ] || command -v "$1"'
    return here.world.shell.run(("docker", "exec", container, "sh", "-c", question, "sh", program)).status == 0
