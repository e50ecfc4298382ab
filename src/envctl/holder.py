"""Who works on an environment: what the holder of its lock writes into the lock's file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

_YEARS = range(1900, 9000)  # a time in them has its like in every zone
_LONGEST = 40  # characters of a name that are worth showing


@dataclass(frozen=True)
class Holder:
    """A command at work."""

    pid: int
    command: str  # such as `up`
    user: str
    host: str
    since: datetime

    def __str__(self) -> str:
        return f'"envctl {self.command}" of {self.user} (process {self.pid})'

    def since_when(self, now: datetime) -> str:
        """The time of day it began at, with the date if that was another one; in the zone of `now`."""
        began = self.since.astimezone(now.tzinfo)
        return f"{began:%H:%M:%S}" if began.date() == now.date() else f"{began:%Y-%m-%d %H:%M:%S}"

    def data(self) -> dict[str, object]:
        """For the file, and for `--json`."""
        return {**asdict(self), "since": self.since.isoformat(timespec="seconds")}


def read_holder(raw: bytes) -> Holder | None:
    """The holder that a file names; None when it names none.

    Other users write such files, hence nothing in them is trusted.
    """
    try:
        found = json.loads(raw)
        pid, since = found["pid"], datetime.fromisoformat(found["since"])
        if type(pid) is not int or not 0 < pid < 2**31 or since.tzinfo is None or since.year not in _YEARS:
            return None
        return Holder(pid, _shown(found["command"]), _shown(found["user"]), _shown(found["host"]), since)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _shown(text: object) -> str:
    if not isinstance(text, str) or not text:
        raise TypeError(text)
    return "".join(c if c.isprintable() else "?" for c in text[:_LONGEST])
