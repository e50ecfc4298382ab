"""The story of `urls`."""

from __future__ import annotations

from envctl.ops.observe import running_here
from envctl.ops.setting import Here
from envctl.ops.status import status_of
from envctl.reports.urls import Url, Urls


def urls(here: Here) -> Urls:
    """Where people open the environment."""
    status = status_of(here, running_here(here.world, here.identity))
    return Urls(tuple(Url(s.name, s.url) for s in status.services if s.url))
