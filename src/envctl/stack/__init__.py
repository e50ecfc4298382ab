"""The stack file: read, validated, frozen, and turned into workloads. Knows no runtime."""

from __future__ import annotations

from envctl.stack.load import find, load
from envctl.stack.model import Stack
from envctl.stack.problems import Problem
from envctl.stack.workloads import host_settings, missing_files, refuse_missing_files, secret_sources, workloads

__all__ = [
    "Problem",
    "Stack",
    "find",
    "host_settings",
    "load",
    "missing_files",
    "refuse_missing_files",
    "secret_sources",
    "workloads",
]
