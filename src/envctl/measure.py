"""What each way of copying data costs on a daemon, as it was measured there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from envctl import labels
from envctl.observed import Volume
from envctl.snapshot import Held

ROLE = "measure"
COPY = "copy"  # every byte: the last resort, however quick it was
REFLINK = "reflink"
OVERLAY = "overlay"
_PREFIX = "envctl-measure__"
_FORMAT = 1


@dataclass(frozen=True)
class Cost:
    """One way of copying. Seconds are those of a probe with many small files and a large one.

    `touch` is what the first write to a file of 1 GiB costs. Where `why` says something, it cannot be done.
    """

    strategy: str
    pooled: bool = False  # in the pool, not on the daemon's own disk
    clone: float = 0.0
    touch: float = 0.0
    why: str = ""

    @property
    def able(self) -> bool:
        """Whether it can be done."""
        return not self.why

    @property
    def whole(self) -> float:
        """Seconds until somebody has written to what was copied."""
        return self.clone + self.touch


@dataclass(frozen=True)
class Measured:
    """Every way that was tried. `pool` is the ID of the pool that was there, empty without one.

    `around` is how long it takes to start a helper and to remove it: that comes on top of every clone, once.
    """

    costs: tuple[Cost, ...] = ()
    pool: str = ""
    around: float = 0.0
    probe: int = 0  # bytes that were copied

    @property
    def order(self) -> tuple[str, ...]:
        """The ways that the daemon's own disk can, the quickest first; a full copy last."""
        able = [cost for cost in self.costs if cost.able and not cost.pooled]
        return tuple(cost.strategy for cost in sorted(able, key=lambda cost: (cost.strategy == COPY, cost.whole)))

    def choose(self, source: Held) -> str:
        """How data at that place is copied: within the pool where it lies in one, else the first way of the order."""
        return REFLINK if source.pool else next(iter(self.order), COPY)

    def cost(self, strategy: str, *, pooled: bool = False) -> Cost | None:
        """What a way costs; None where it was not tried."""
        return next((c for c in self.costs if (c.strategy, c.pooled) == (strategy, pooled)), None)

    @property
    def labels(self) -> dict[str, str]:
        """What its volume carries."""
        return {labels.ROLE: ROLE, labels.MEASURED: json.dumps({"format": _FORMAT, **asdict(self)}, sort_keys=True)}


def volume_name(number: int) -> str:
    """The volume that holds a measure. Labels cannot change: a new one has the next number."""
    return f"{_PREFIX}{number}"


def number_of(volume: Volume) -> int:
    """The number of a measure's volume; 0 where it is none that we would have called so."""
    number = volume.name.removeprefix(_PREFIX)
    plain = number.isascii() and number.isdigit()
    return int(number) if plain and volume.name == volume_name(int(number)) else 0


def latest(volumes: Iterable[Volume]) -> Measured | None:
    """The newest of these measures; None where there is none that can be read."""
    every = sorted((v for v in volumes if v.labels.get(labels.ROLE) == ROLE and number_of(v)), key=number_of)
    return _read(every[-1].labels.get(labels.MEASURED, "")) if every else None


def _read(text: str) -> Measured | None:
    try:
        said = json.loads(text)
        if said.pop("format") != _FORMAT:
            return None
        return Measured(**{**said, "costs": tuple(Cost(**cost) for cost in said["costs"])})
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
