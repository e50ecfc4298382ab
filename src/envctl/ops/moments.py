"""When something was, as people say it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from envctl.errors import EnvctlError, Exit

_AGO = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")


def moment(text: str, option: str) -> float:
    """A time (RFC 3339), or how long ago (`90s`, `10m`, `1h30m`), in seconds since the epoch.

    Raises EnvctlError(USAGE) that shows how the option is written.
    """
    try:
        return (_ago(text) or datetime.fromisoformat(text)).timestamp()
    except (ValueError, OverflowError) as error:
        raise EnvctlError(
            Exit.USAGE,
            f"{text!r} is neither a time nor a duration",
            hint=f"Write `{option} 10m`, `{option} 1h30m` or `{option} 2026-01-31T08:00:00Z`.",
        ) from error


def _ago(text: str) -> datetime | None:
    match = _AGO.fullmatch(text) if text else None
    if match is None:
        return None
    days, hours, minutes, seconds = (float(group or 0) for group in match.groups())
    return datetime.now(UTC) - timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
