"""What is remembered of raw values while they pass: keyed hashes, by which the scan finds them again, and nothing else.

What is not looked for, because finding it would prove nothing: values shorter than SHORTEST bytes; types whose bytes
are common (`forms.UNSOUGHT`); values that begin with SHORTEST times the same byte; values that masking itself wrote
for another one, or was allowed to write (pools), or that the schema's text holds; and of a value that was masked to
itself by chance, as long as that is one of a column, or no more than one in CHANCE.

Of values longer than LONGEST bytes the first LONGEST are looked for. Memory: HELD rows of 31 bytes, a few times that
while they are sorted, or else tables of 150 MB at most; the rest is in files without a name, about 50 bytes a value.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from envctl.catalogue import Column
from envctl.masking.key import Key
from envctl.masking.proof.forms import forms
from envctl.masking.proof.runs import PARTS, Runs
from envctl.masking.proof.sieve import SCHEMA, Sieve, Words, beginning, records

HELD = 400_000
CHANCE = 10_000
_SAMPLE = 1000  # values by which a column shows whether it repeats itself
_TEXT = Column("", "text", "text")


@dataclass(frozen=True)
class Left:
    """How many values (each time they came) were not looked for, and why."""

    short: int = 0
    uniform: int = 0  # begin with one byte over and over
    written: int = 0  # different ones that masking wrote, or may write


class Seen:
    """Raw values on their way. Any number of threads may add."""

    def __init__(self, key: Key, *, held: int = HELD, folder: Path | None = None) -> None:
        self.words = Words.of(key)
        self._lock = threading.Lock()
        self._held = held
        self._sought = Runs(SCHEMA, held, folder)
        self._written = Runs({"hash": pl.UInt64}, 2 * held, folder)
        self._columns: dict[str, int] = {}
        self._folder = folder
        self._left: Counter[str] = Counter()
        self.sought = 0  # different values that are looked for; known once there is a sieve
        self._same: Counter[int] = Counter()
        self._all: Counter[int] = Counter()

    def add(self, name: str, values: pl.Series, made: pl.Series | None = None, *, column: Column = _TEXT) -> None:
        """Values of a column (none null), and what each became: what was looked for must not be found."""
        found = forms(column, values, made)
        rows, short, uniform = records(self.words, *_few(found.sought, found.same))
        written = self._hashes(found.written)
        with self._lock:
            number = self._columns.setdefault(name, len(self._columns))
            self._left.update(short=short, uniform=uniform)
            self._all[number] += len(found.same)
            self._same[number] += int(found.same.sum())
            self._sought.add({**rows, "column": np.full(len(rows["hash"]), number, np.uint16)})
            self._written.add({"hash": written})

    def keep(self, values: pl.Series, *, column: Column = _TEXT) -> None:
        """Values that may be found: what a rule's condition left, or a pool holds."""
        written = self._hashes(forms(column, values).sought)
        with self._lock:
            self._written.add({"hash": written})

    @cached_property
    def sieve(self) -> Sieve:
        """What the scan looks with. Nothing can be added after that."""
        with self._lock:
            most = max(self._sought.rows, self._written.rows)
            count = min(PARTS, 1 << (most // self._held).bit_length())  # parts of no more rows than are held
            sieve = Sieve(self.words, self._sought.rows, self._folder if count > 1 else None, spilled=count > 1)
            chance = [number for number, rows in self._same.items() if rows <= max(1, self._all[number] // CHANCE)]
            for sought, written in zip(self._sought.parts(count), self._written.parts(count), strict=True):
                kept = sought.filter(~(pl.col("same") & pl.col("column").is_in(chance)))
                new = kept.filter(~_among(kept["hash"], written["hash"]))
                self._left["written"] += kept.height - new.height
                self.sought += int(_other_than_before(new, "hash").sum())
                # What is left of values that came more than once costs no more than a little memory.
                sieve.add(new.filter(_other_than_before(new, "hash", "column")))
            sieve.ready()
            return sieve

    @property
    def left(self) -> Left:
        """What was not looked for; complete once there is a sieve."""
        return Left(**self._left)

    @property
    def columns(self) -> Mapping[int, str]:
        """Names of columns by their number."""
        return {number: name for name, number in self._columns.items()}

    def _hashes(self, values: pl.Series) -> npt.NDArray[np.uint64]:
        return _once(beginning(values)[0].hash(self.words.first)).to_numpy()


def _few(values: pl.Series, same: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Values, each once where they repeat themselves: then that is worth the effort."""
    if _repeats(values):
        frame = pl.DataFrame([values.alias("value"), same.alias("same")]).unique()
        return frame["value"], frame["same"]
    return values, same


def _among(values: pl.Series, others: pl.Series) -> pl.Series:
    """Which values are others too; both are sorted."""
    if not len(others):
        return pl.repeat(value=False, n=len(values), dtype=pl.Boolean, eager=True)
    at = others.search_sorted(values, side="left")
    return others.gather(at.clip(0, len(others) - 1)) == values


def _other_than_before(frame: pl.DataFrame, *names: str) -> pl.Series:
    """Which rows differ in these columns from the one before."""
    return frame.select(pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in names)).to_series()


def _once(values: pl.Series) -> pl.Series:
    return values.unique() if _repeats(values) else values


def _repeats(values: pl.Series) -> bool:
    return values.head(_SAMPLE).n_unique() <= min(_SAMPLE, len(values)) // 2
