"""Makes volumes so that one which the daemon leaves half made is known to be ours."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.world import World, begun


def make_volume(
    world: World,
    identity: Identity,
    name: str,
    own: Mapping[str, str],
    *,
    driver: str | None = None,
    options: Mapping[str, str] | None = None,
) -> Mapping[str, str]:
    """Make a volume that is not there; the labels it has, which are others where somebody was quicker. Raises
    EnvctlError.
    """
    begun.note(world.runtime, identity.full, name)
    try:
        found = world.engine.create_volume(name, own, driver=driver, options=options)
    except EnvctlError as error:
        if error.code is Exit.NOT_OURS:
            begun.strike(world.runtime, identity.full, name)
        raise
    begun.strike(world.runtime, identity.full, name)
    return found
