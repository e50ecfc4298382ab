"""Builds the snapshot that the database of a folder's stack starts from, under watch: SPEC FOLDER."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from tests.convergence.dying import Spec, Watch, listen


def main(spec: str, folder: str) -> None:
    """Find or build it, and print its address."""
    from envctl.events import nobody
    from envctl.ops.setting import Here
    from envctl.ops.snapshots.build import find_or_build
    from envctl.planning.names import by_hand
    from envctl.stack import load
    from envctl.world import real_world

    stack = load(Path(folder, "envctl.toml"), environ=os.environ)
    here = Here(real_world(nobody, os.environ), stack, by_hand(stack.project, "one"))
    blueprint = here.blueprint()
    (workload,) = (one for one in blueprint.workloads if one.database is not None)
    images = blueprint.images[workload.service].candidates
    image = next(one for one in images if here.world.engine.image(one))
    listen(Watch(Spec(**json.loads(spec))))
    print(find_or_build(here, blueprint, workload, image).address)  # noqa: T201 – what it is run for


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(*sys.argv[1:])
