"""Until when and why an environment lives. Leases lie with the daemon, as the labels of empty volumes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from envctl import labels
from envctl.forge import without_credentials
from envctl.identity import Identity
from envctl.observed import Volume

ROLE = "lease"
_OWN = f"{labels.PREFIX}lease."  # what every label of a lease begins with
_KNOWN = frozenset(value for value in vars(labels).values() if isinstance(value, str))
_YEARS = range(1970, 9000)  # a time in them has its like in every zone
SHORTEST, LONGEST = 60.0, 3650 * 86400.0  # seconds that an environment can be given: what must live longer is pinned


@dataclass(frozen=True)
class Terms:
    """What a stack file says of the lifetime of its environments, in seconds."""

    ttl: float = 72 * 3600.0
    idle: float | None = None  # without a use; None: only the ttl counts
    keep_logs: float = 7 * 86400.0  # of what was removed


@dataclass(frozen=True)
class Lease:
    """One environment's lease. Labels cannot change, so each change is a lease with the next number.

    Times are the daemon's. `made` and `failed` are None until the environment first was whole, or could not be made.
    """

    begun: datetime
    used: datetime
    expires: datetime
    terms: Terms = Terms()  # frozen
    asked: bool = False  # its ttl is that of `up --ttl`, not the stack file's
    pinned: str = ""  # by whom; empty: it is not
    made: datetime | None = None
    failed: datetime | None = None
    going: str = ""  # why it goes, once its removal has begun: a run that died may have left half of it
    commit: str = ""
    by: str = ""  # user@machine
    remote: str = ""  # URL of the branch's git remote; empty: there is none
    ref: str = ""  # the branch's full ref on that remote
    published: bool = False  # the branch was seen there once
    further: tuple[tuple[str, str], ...] = ()  # labels of a newer version, which are handed on as they are
    number: int = 0

    def labels(self) -> dict[str, str]:
        """What its volume carries beside the labels of every object of the environment."""
        idle = self.terms.idle
        said = {
            **dict(self.further),
            labels.ROLE: ROLE,
            labels.BEGUN: _written(self.begun),
            labels.USED: _written(self.used),
            labels.EXPIRES: _written(self.expires),
            labels.TTL: f"{self.terms.ttl:.15g}",
            labels.IDLE: "" if idle is None else f"{idle:.15g}",
            labels.LOGS: f"{self.terms.keep_logs:.15g}",
            labels.ASKED: "true" if self.asked else "",
            labels.PINNED: self.pinned,
            labels.MADE: _written(self.made) if self.made else "",
            labels.FAILED: _written(self.failed) if self.failed else "",
            labels.GOING: self.going,
            labels.COMMIT: self.commit,
            labels.BY: self.by,
            labels.REMOTE: self.remote,
            labels.REF: self.ref,
            labels.PUBLISHED: "true" if self.published else "",
        }
        return {key: value for key, value in said.items() if value}


@dataclass(frozen=True)
class Damaged:
    """A lease that cannot be read, and why: nobody knows until when its environment lives."""

    why: str
    number: int = 0
    pinned: str = ""  # by whom, where at least that can be read


Found = Lease | Damaged | None  # None: there is no lease


def lease_of(volumes: Iterable[Volume]) -> Found:
    """The lease among an environment's volumes: the newest, should a run have died while replacing it."""
    found = [_read(volume) for volume in volumes if volume.labels.get(labels.ROLE) == ROLE]
    return max(found, key=lambda lease: lease.number, default=None)


def volume_name(identity: Identity, number: int) -> str:
    """The volume that holds a lease. No volume of a stack file is called so: none begins with `_`."""
    return f"{identity.full}__{ROLE}-{number}"


def _read(volume: Volume) -> Lease | Damaged:
    number = volume.name.rpartition("-")[2]
    if not (number.isascii() and number.isdecimal() and len(number) < 10):  # noqa: PLR2004  # digits of an int
        return Damaged("its volume has no number", pinned=volume.labels.get(labels.PINNED, ""))
    try:
        return _parsed(volume.labels, int(number))
    except (KeyError, ValueError) as error:
        what = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        return Damaged(what, int(number), volume.labels.get(labels.PINNED, ""))


def _parsed(said: Mapping[str, str], number: int) -> Lease:
    terms = Terms(
        _seconds(said, labels.TTL),
        _seconds(said, labels.IDLE) if labels.IDLE in said else None,
        _seconds(said, labels.LOGS),
    )
    return Lease(
        begun=_moment(said, labels.BEGUN),
        used=_moment(said, labels.USED),
        expires=_moment(said, labels.EXPIRES),
        terms=terms,
        asked=said.get(labels.ASKED) == "true",
        pinned=said.get(labels.PINNED, ""),
        made=_moment(said, labels.MADE) if labels.MADE in said else None,
        failed=_moment(said, labels.FAILED) if labels.FAILED in said else None,
        going=said.get(labels.GOING, ""),
        commit=said.get(labels.COMMIT, ""),
        by=said.get(labels.BY, ""),
        remote=without_credentials(said.get(labels.REMOTE, "")),
        ref=said.get(labels.REF, ""),
        published=said.get(labels.PUBLISHED) == "true",
        further=tuple(sorted((k, v) for k, v in said.items() if k.startswith(_OWN) and k not in _KNOWN)),
        number=number,
    )


def _seconds(said: Mapping[str, str], key: str) -> float:
    try:
        found = float(said[key])
    except ValueError:
        raise ValueError(f"{key} is no number of seconds") from None
    if not 0 <= found <= LONGEST:
        raise ValueError(f"{key} is no number of seconds")
    return found


def _moment(said: Mapping[str, str], key: str) -> datetime:
    try:
        found = datetime.fromisoformat(said[key])
    except ValueError:
        raise ValueError(f"{key} is no time") from None
    if found.tzinfo is None or found.year not in _YEARS:
        raise ValueError(f"{key} is no time")
    return found.astimezone(UTC)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def later(moment: datetime, seconds: float) -> datetime:
    """A moment some seconds later; the last one there is where that lies beyond."""
    last = moment.replace(year=_YEARS[-1], month=1, day=1)
    try:
        return min(moment + timedelta(seconds=seconds), last)
    except OverflowError:
        return last
