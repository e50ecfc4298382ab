"""caller: a variable of the caller's environment, else a key of a .env file."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.secret import Source
from envctl.secrets import dotenv, environment
from envctl.secrets.missing import Missing


def find(source: Source, environ: Mapping[str, str]) -> str:
    """The variable's value; where it is not set, the key's."""
    try:
        return environment.find(source, environ)
    except Missing as unset:
        try:
            return dotenv.find(source, environ)
        except Missing as absent:
            raise Missing(f"{unset}, and {absent}") from absent
