"""The CI job that we run in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envctl.planning.ci import Job, job

_LARGEST = 32 * 2**20  # bytes of GitHub's file about an event


def job_of(environ: Mapping[str, str]) -> Job:
    """What the job says of itself; an empty one outside of CI."""
    return job(environ, _event(environ))


def _event(environ: Mapping[str, str]) -> Any:
    """What GitHub wrote of the event that the job is for; None where there is no such file, or none to be read."""
    path = environ.get("GITHUB_EVENT_PATH")
    if not path:
        return None
    try:
        with Path(path).open("rb") as file:
            return json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
