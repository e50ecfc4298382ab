"""A secret that a source needs, from whoever provides it."""

from __future__ import annotations

from envctl.errors import EnvctlError, Exit
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.reader import UNCHANGED
from envctl.secret import Source
from envctl.secrets.missing import Missing
from envctl.secrets.providers import PROVIDERS


def provided(here: Here, name: str, what: str, form: str) -> str:
    """The value of a secret; `what` it is, and how one looks (`form`), are for people.

    Raises EnvctlError(NOT_FOUND) where it cannot be had.
    """
    from envctl.stack import secret_sources  # pydantic comes with it

    source = secret_sources(here.stack)[name]
    try:
        return PROVIDERS[source.provider](source, here.world.environ)
    except Missing as missing:
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"{what} cannot be had: {name}: {missing}",
            hint=_providing(source, form),
            unchanged=UNCHANGED,
        ) from None


def _providing(source: Source, form: str) -> str:
    """What to do where it is missing, as somebody would type it."""
    said = f"{source.key}='{form}'"
    return {
        "env": f"Set it, then run the same command again: export {said}",
        "dotenv": f"Write it into {source.path}: {said}",
    }.get(source.provider, f"Set it: export {said}\nOr write it, without export, into {source.path}.")
