"""The story of `env`."""

from __future__ import annotations

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.ops.observe import running_here
from envctl.ops.setting import Here
from envctl.reports.settings import Settings
from envctl.secrets.gather import recall
from envctl.text import Hole, Named, PublishedPort


class _Unknown(Exception):
    """A password or port that cannot be had now."""


def settings(here: Here) -> Settings:
    """The variables by which a program on the host reaches the environment's services, passwords included."""
    blueprint = here.blueprint()
    observed = running_here(here.world, here.identity)
    secrets = recall(here.world, blueprint, observed)

    def fill(hole: Hole) -> str:
        if not isinstance(hole, PublishedPort):
            if (known := secrets.get(hole)) is not None:
                return known.reveal()
            raise _Unknown(hole.secret if isinstance(hole, Named) else hole.service)
        container = observed.container(hole.service)
        if container and (port := container.labels.get(labels.port(hole.which))):
            return port
        raise _Unknown(hole.service)

    try:
        return Settings({name: value.fill(fill) for name, value in blueprint.settings.items()})
    except _Unknown as error:
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"{error} is not up, so what it is reached by is not known",
            hint="Run `envctl up` first.",
        ) from error
