"""Which services a command is for."""

from __future__ import annotations

from collections.abc import Sequence

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container
from envctl.ops.observe import running_here
from envctl.ops.setting import Here


def choose(here: Here, services: Sequence[str]) -> dict[str, Container]:
    """The containers of the named services, of all if none is named. Raises EnvctlError for one that is not there."""
    observed = running_here(here.world, here.identity)
    there = {c.service: c for c in observed.containers if c.labels.get(labels.ROLE) == "service"}
    if unknown := sorted(set(services) - there.keys()):
        in_stack = [name for name in unknown if name in here.stack.services]
        up = " `envctl up` brings up what the stack file says." if in_stack else ""
        raise EnvctlError(
            Exit.USAGE,
            f"there is no service {', '.join(unknown)} in the environment {here.identity.name}",
            unchanged="Nothing was changed.",
            hint=f"There are: {', '.join(sorted(there)) or 'none'}.{up}",
        )
    return {name: there[name] for name in services or there}
