"""env: a variable of the caller's environment."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.secret import Source
from envctl.secrets.missing import Missing


def find(source: Source, environ: Mapping[str, str]) -> str:
    """The variable's value as it is."""
    if source.key not in environ:
        raise Missing(f"the variable {source.key} is not set here")
    return environ[source.key]
