"""What is kept of an environment that was removed. Bundles lie with the daemon: volumes, whose labels describe them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from envctl import labels
from envctl.identity import Identity
from envctl.observed import Volume
from envctl.units import parse_moment

ROLE = "bundle"
FILE = "bundle.tar.zst"  # in the volume


@dataclass(frozen=True)
class Bundle:
    """One bundle, by the labels of its volume. Times are the daemon's; what cannot be read there is None or empty."""

    name: str  # of the volume
    identity: Identity
    removed: datetime | None = None
    until: datetime | None = None  # how long it is kept
    because: str = ""
    size: int = 0
    check: str = ""  # sha256 of its bytes
    checkout: str = ""
    life: str = ""  # when its environment was begun: the same in all bundles of one life

    def labels(self) -> dict[str, str]:
        """What its volume carries beside the labels of every object of the environment."""
        said = {
            labels.ROLE: ROLE,
            labels.REMOVED: _written(self.removed),
            labels.UNTIL: _written(self.until),
            labels.BECAUSE: self.because,
            labels.SIZE: str(self.size),
            labels.CHECK: self.check,
            labels.CHECKOUT: self.checkout,
            labels.BEGUN: self.life,
        }
        return {key: value for key, value in said.items() if value}


def bundle_of(volume: Volume) -> Bundle:
    """The bundle in a volume that was proven to hold one."""
    said = volume.labels
    identity = Identity(said[labels.PROJECT], said[labels.ENVIRONMENT], said.get(labels.BRANCH))
    return Bundle(
        volume.name,
        identity,
        removed=parse_moment(said.get(labels.REMOVED, "")),
        until=parse_moment(said.get(labels.UNTIL, "")),
        because=said.get(labels.BECAUSE, ""),
        size=_number(said, labels.SIZE),
        check=said.get(labels.CHECK, ""),
        checkout=said.get(labels.CHECKOUT, ""),
        life=said.get(labels.BEGUN, ""),
    )


def bundles_of(volumes: Iterable[Volume]) -> tuple[Bundle, ...]:
    """All bundles, the oldest first."""
    found = (bundle_of(v) for v in volumes if v.labels.get(labels.ROLE) == ROLE)
    return tuple(sorted(found, key=lambda bundle: (bundle.removed or _BEFORE, len(bundle.name), bundle.name)))


_BEFORE = datetime.min.replace(tzinfo=UTC)


def _number(said: Mapping[str, str], key: str) -> int:
    text = said.get(key, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0  # noqa: PLR2004  # digits


def _written(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""
