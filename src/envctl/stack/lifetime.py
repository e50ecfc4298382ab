"""`[lifetime]`: how long environments live that nobody uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator, Field

from envctl.lease import LONGEST, SHORTEST, Terms
from envctl.services import Section
from envctl.services.fields import refuse
from envctl.units import parse_duration

_SUCH_AS = 'such as "72h" or "7d"'


def span(value: object, least: float) -> float:
    """Seconds of a time that is written with its unit. Raises what pydantic takes for an error."""
    seconds = parse_duration(value) if isinstance(value, str) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise refuse("is not a time", _SUCH_AS)
    if not least <= seconds <= LONGEST:
        raise refuse(
            "must be at least a minute and at most ten years" if least else "must be at most ten years", _SUCH_AS
        )
    return float(seconds)


def _at_least(least: float) -> Callable[[object], float]:
    return lambda value: span(value, least)


_Written = str | int | float
Time = Annotated[float, BeforeValidator(_at_least(SHORTEST), json_schema_input_type=_Written)]
TimeOrNone = Annotated[float, BeforeValidator(_at_least(0.0), json_schema_input_type=_Written)]


class LifetimeSection(Section):
    """How long an environment lives that nobody uses, and what is kept of it. `envctl gc` goes by it;
    `envctl pin` keeps an environment whatever is said here.
    """

    ttl: Time = Field(
        default=Terms().ttl,
        description="It may go so long after its last use (`up`, `exec`, `run`, `logs -f`, `seed`, `extend`). "
        "`up --ttl` wins. Without a unit: seconds.",
        examples=["72h"],
    )
    idle: Time | None = Field(
        default=None,
        description="It may go after so long without a use, even where `up --ttl` or `extend` gave it more time.",
        examples=["24h"],
    )
    keep_logs: TimeOrNone = Field(
        default=Terms().keep_logs,
        description="What is kept of it once it is removed (logs, health, exit codes, the rendered project) is kept so "
        "long; `0` keeps nothing.",
        examples=["7d"],
    )

    def terms(self) -> Terms:
        """The same as a noun."""
        return Terms(self.ttl, self.idle, self.keep_logs)
