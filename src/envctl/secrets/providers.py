"""Everybody who provides secrets, by the name that `from` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from envctl.secret import Source
from envctl.secrets import caller, dotenv, environment, generated


class Provider(Protocol):
    """Finds a value. Raises Missing, which says why there is none and never repeats anything of a value."""

    def __call__(self, source: Source, environ: Mapping[str, str]) -> str: ...


PROVIDERS: Mapping[str, Provider] = {
    "generated": generated.find,
    "env": environment.find,
    "dotenv": dotenv.find,
    "caller": caller.find,
}
