"""Where a command is given: which stack, which environment, which world."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from envctl.blueprint import Blueprint
from envctl.events import Tell
from envctl.identity import Identity
from envctl.ops.observe import recognise
from envctl.planning.names import by_hand, of_branch
from envctl.planning.refs import BRANCH, full_ref
from envctl.world import World, real_world
from envctl.world.git import branch

if TYPE_CHECKING:
    from envctl.stack import Stack


@dataclass(frozen=True)
class Here:
    """A stack, one environment of it, and the world."""

    world: World
    written: Stack  # as its file says: without the services of a Compose project that it wraps
    identity: Identity

    @cached_property
    def stack(self) -> Stack:
        """The whole stack. A Compose project is read once, and only for those who ask: `down` needs none of it."""
        from envctl.ops.compose_file import complete

        return complete(self.world, self.written, self.identity)

    def blueprint(self) -> Blueprint:
        """The environment drawn without reading what its images are built from: for those who only look."""
        from envctl.planning.draw import draw

        return draw(self.stack, self.identity, {})


def here(file: Path | None, env: str | None, tell: Tell) -> Here:
    """Find the stack file and the environment: the one named, else the branch's. Raises EnvctlError."""
    from envctl.stack import find, load  # pydantic comes with it; who only lists needs none

    stack = load(file if file is not None else find(Path.cwd()), environ=os.environ)
    world = anywhere(tell)
    project = stack.project
    if env is not None:
        return Here(world, stack, recognise(world, by_hand(project, env)))
    return Here(world, stack, of_branch(project, branch_of(world, stack.root)))


def branch_of(world: World, folder: Path) -> str:
    """The full ref that a folder is of: as $ENVCTL_BRANCH says, else as git does. Raises EnvctlError(USAGE).

    The variable wins: who sets it, as CI does, knows better than a checkout that may be of a commit alone.
    """
    said = world.environ.get(BRANCH)
    return full_ref(said) if said else branch(world.shell, folder)


def anywhere(tell: Tell) -> World:
    """The world, for commands that need neither stack file nor branch."""
    return real_world(tell, os.environ)
