"""The story of `run`."""

from __future__ import annotations

import os
from collections.abc import Sequence

from envctl.ops.leases import in_use
from envctl.ops.setting import Here
from envctl.ops.settings import settings


def run(here: Here, argv: Sequence[str]) -> int:
    """Run a command on the host with the caller's environment and the services' settings; returns its status."""
    variables = settings(here).variables
    with in_use(here.world, here.identity):
        return here.world.shell.hand_over(argv, env={**os.environ, **variables})
