"""The story of `config`."""

from __future__ import annotations

import os
from pathlib import Path

from envctl.reports.config import Config
from envctl.stack import find, load
from envctl.stack.origins import resolved


def config(file: Path | None) -> Config:
    """The stack as it is understood, each value with where it comes from. Needs neither git nor Docker."""
    stack = load(file if file is not None else find(Path.cwd()), environ=os.environ)
    return Config(str(stack.path), stack.project, resolved(stack))
