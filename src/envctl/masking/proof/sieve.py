"""Finding many values in many bytes: sieves of growing fineness over keyed hashes, and a second hash as the proof.

Every offset is looked at. Of its eight bytes 32 bits are computed, four offsets a word of a processor's vector; a small
table that fits into its cache lets through one in ten, a large one of the same hash few of those. These say which
prefixes (RUNGS) values of that beginning have; a hash of that prefix sieves again. What is left is hashed at every
length of that rung, sieved, looked up among all values, and counts if a second hash of all of it, of 64 bits too, is
the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from envctl.masking.key import Key, number
from envctl.masking.proof.store import Store

SHORTEST = 8  # bytes: the anchor
LONGEST = 1024
RUNGS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
_SEGMENT = 1 << 18  # bytes that are looked at together: their hashes stay in the processor's cache
_WORD = 4
_MIXED = np.uint32(0x9E3779B1)  # odd, and without a pattern: the highest bits of the product depend on all
_SMALL = (10, 26)  # bits of a table's address: at least, at most
_LARGE = (14, 29)
_KINDS = (10, 23)
_PREFIXES = (10, 28)
SCHEMA = {
    "hash": pl.UInt64,
    "proof": pl.UInt64,
    "anchor": pl.UInt32,
    "prefix": pl.UInt32,
    "length": pl.UInt16,
    "column": pl.UInt16,
    "same": pl.Boolean,
}
Bits = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Words:
    """What the hashes are keyed with."""

    low: int
    high: int
    rung: int
    first: int
    second: int

    @classmethod
    def of(cls, key: Key) -> Words:
        """Those of a key."""
        seed = key.seed("scan")
        low, high, rung, first, second = (number(seed.digest(str(at)), 1 << 60) for at in range(5))
        return cls(low % (1 << 32) | 1, high % (1 << 32) | 1, rung, first, second)


def records(words: Words, values: pl.Series, same: pl.Series) -> tuple[dict[str, npt.NDArray[Any]], int, int]:
    """What is remembered of values (Binary), and whether they stayed the `same`: SCHEMA without the column; how many
    are too short, and how many begin with one byte repeated.
    """
    long, lengths, enough = beginning(values)
    stayed = same.to_numpy() if enough is None else same.filter(enough).to_numpy()
    value = pl.col("value")
    found = pl.DataFrame([long.alias("value"), pl.Series("rung", _RUNG_OF[lengths])]).select(
        head=value.bin.slice(0, SHORTEST).bin.reinterpret(dtype=pl.UInt64, endianness="little"),
        hash=value.hash(words.first),
        proof=value.hash(words.second),
        prefix=value.bin.slice(0, pl.col("rung")).hash(words.rung),
    )
    eight = np.ascontiguousarray(found["head"].to_numpy())
    halves = eight.view(np.uint32)
    kept = {
        "hash": found["hash"].to_numpy(),
        "proof": found["proof"].to_numpy(),
        "anchor": halves[0::2] * np.uint32(words.low) + halves[1::2] * np.uint32(words.high),
        "prefix": _highest(found["prefix"]),
        "length": lengths,
        "same": stayed,
    }
    uniform = eight == (eight & np.uint64(0xFF)) * np.uint64(0x0101010101010101)
    if uniform.any():
        kept = {name: column[~uniform] for name, column in kept.items()}
    return kept, len(values) - len(long), int(np.count_nonzero(uniform))


def beginning(values: pl.Series) -> tuple[pl.Series, npt.NDArray[np.uint16], pl.Series | None]:
    """What is looked for of values: the first LONGEST bytes of those of SHORTEST and more, and how many they are.

    Which values those are, unless it is all of them.
    """
    sizes = values.bin.size().to_numpy()
    enough = None
    if len(sizes) and sizes.min() < SHORTEST:
        enough = pl.Series(sizes >= SHORTEST)
        values, sizes = values.filter(enough), sizes[sizes >= SHORTEST]
    if len(sizes) and sizes.max() > LONGEST:
        values, sizes = values.bin.slice(0, LONGEST), sizes.clip(max=LONGEST)
    return values, sizes.astype(np.uint16), enough


def rung_of(lengths: npt.NDArray[Any]) -> Numbers:
    """The longest prefix of each length that is a rung: its place among them."""
    return np.searchsorted(np.array(RUNGS), lengths, side="right") - 1


_RUNG_OF = np.array(RUNGS, np.uint16)[rung_of(np.arange(LONGEST + 1))]  # of each length, from SHORTEST on


def _prefix(expression: pl.Expr, words: Words) -> pl.Expr:
    return (expression.hash(words.rung) // (1 << 32)).cast(pl.UInt32)


class Sieve:
    """All values that are looked for. Filled once, then used by any number of threads."""

    def __init__(self, words: Words, rows: int, folder: Path | None, *, spilled: bool) -> None:
        self._words = words
        size = max(rows, 1).bit_length()
        self._large = Table(_within(size + 7, _LARGE))
        self._small = Table(_within(size + 3, _SMALL))
        self._prefixes = Table(_within(size + 5, _PREFIXES))
        self._whole = Table(_within(size + 5, _PREFIXES))
        self._kinds = np.zeros(1 << _within(size + 2, _KINDS), dtype=np.uint16)
        self._lengths: dict[int, set[int]] = {}
        self._values = Store(folder, spilled=spilled)
        self.longest = SHORTEST

    def add(self, values: pl.DataFrame) -> None:
        """Values in the order of their hashes, after those that were added before."""
        anchors, lengths = values["anchor"].to_numpy(), values["length"].to_numpy()
        rungs = rung_of(lengths)
        self._large.add(anchors)
        self._small.add(anchors)
        self._prefixes.add(values["prefix"].to_numpy())
        self._whole.add(_highest(values["hash"]))
        np.bitwise_or.at(self._kinds, self._kind(anchors), np.left_shift(1, rungs).astype(np.uint16))
        for length in np.unique(lengths).tolist():
            self._lengths.setdefault(int(rung_of(np.array(length))), set()).add(length)
            self.longest = max(self.longest, length)
        self._values.add(values.select("hash", "proof", "column"))

    def ready(self) -> None:
        """No more will be added."""
        self._values.close()

    def find(self, content: bytes) -> pl.DataFrame:
        """Every place of a value: `offset`, `length`, `hash`, `column`."""
        places, anchors = self._candidates(content)
        kinds = self._kinds[self._kind(anchors)]
        starts = [places[(kinds >> np.uint16(at)) & 1 != 0] for at in range(len(RUNGS))]
        sizes = [np.full(len(found), rung) for found, rung in zip(starts, RUNGS, strict=True)]
        prefixes = _slices(content, np.concatenate(starts), np.concatenate(sizes))
        value = pl.col("value")
        hashed = prefixes.select("offset", "length", prefix=_prefix(value, self._words))
        likely = hashed.filter(pl.Series(self._prefixes.has(hashed["prefix"].to_numpy())))
        offsets, rungs = likely["offset"].to_numpy(), likely["length"].to_numpy()
        tried = [_every(offsets[rungs == RUNGS[at]], lengths) for at, lengths in self._lengths.items()]
        tried.append((offsets[:0], rungs[:0]))
        whole = _slices(content, *(np.concatenate(arrays) for arrays in zip(*tried, strict=True)))
        hashed = _hashed(whole, self._words)
        return self._values.find(hashed.filter(pl.Series(self._whole.has(_highest(hashed["hash"])))))

    def _candidates(self, content: bytes) -> tuple[Numbers, npt.NDArray[np.uint32]]:
        """Where eight bytes are perhaps the first of a value, and their hash."""
        padded = np.zeros(len(content) + 2 * _WORD, dtype=np.uint8)
        padded[: len(content)] = np.frombuffer(content, dtype=np.uint8)
        found = [self._segment(padded[at : at + _SEGMENT + 2 * _WORD], at) for at in range(0, len(content), _SEGMENT)]
        pairs = [pair for segment in found for pair in segment]
        if not pairs:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint32)
        return np.concatenate([at for at, _ in pairs]), np.concatenate([anchor for _, anchor in pairs])

    def _segment(self, content: npt.NDArray[np.uint8], base: int) -> Iterator[tuple[Numbers, npt.NDArray[np.uint32]]]:
        if not content.any():  # the rest of a file that was made ahead
            return
        low, high = np.uint32(self._words.low), np.uint32(self._words.high)
        for shift in range(_WORD):
            words = content[shift : shift + (len(content) - shift) // _WORD * _WORD].copy().view(np.uint32)
            anchors = words[:-1] * low
            anchors += words[1:] * high
            at = self._small.places(anchors)
            anchors = anchors[at]
            sure = self._large.has(anchors)
            yield at[sure] * _WORD + (base + shift), anchors[sure]

    def _kind(self, anchors: npt.NDArray[np.uint32]) -> Numbers:
        bits = len(self._kinds).bit_length() - 1
        return ((anchors * _MIXED) >> np.uint32(32 - bits)).astype(np.int64)


class Table:
    """A bit for each highest `bits` of a number."""

    def __init__(self, bits: int) -> None:
        self._shift = np.uint32(32 - bits)
        self._bits: Bits = np.zeros(1 << (bits - 3), dtype=np.uint8)

    def add(self, numbers: npt.NDArray[np.uint32]) -> None:
        """Set theirs."""
        at = numbers >> self._shift
        np.bitwise_or.at(self._bits, (at >> np.uint32(3)).astype(np.int64), np.left_shift(1, at & 7).astype(np.uint8))

    def has(self, numbers: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
        """Whether each one's is set."""
        at = numbers >> self._shift
        found = np.take(self._bits, (at >> np.uint32(3)).astype(np.int64), mode="clip")
        found >>= (at & np.uint32(7)).astype(np.uint8)
        found &= 1
        return found.view(np.bool_)

    def places(self, numbers: npt.NDArray[np.uint32]) -> Numbers:
        """Which ones' are."""
        return np.flatnonzero(self.has(numbers))


def _within(bits: int, limits: tuple[int, int]) -> int:
    return min(max(bits, limits[0]), limits[1])


def _highest(hashes: pl.Series) -> npt.NDArray[np.uint32]:
    return (hashes.to_numpy() >> np.uint64(32)).astype(np.uint32)


def _slices(content: bytes, offsets: Numbers, lengths: npt.NDArray[Any]) -> pl.DataFrame:
    """Parts of the content, those that end within it."""
    inside = offsets + lengths <= len(content)
    frame = pl.DataFrame({"offset": offsets[inside].astype(np.int64), "length": lengths[inside].astype(np.int64)})
    # A column of one value is not copied for each row, as a literal would be.
    whole = pl.lit(pl.Series([content], dtype=pl.Binary)).first()
    return frame.with_columns(value=whole.bin.slice(pl.col("offset"), pl.col("length")))


def _every(offsets: Numbers, lengths: set[int]) -> tuple[Numbers, Numbers]:
    """Each offset with each length."""
    sizes = np.array(sorted(lengths), dtype=np.int64)
    return np.repeat(offsets, len(sizes)), np.tile(sizes, len(offsets))


def _hashed(frame: pl.DataFrame, words: Words) -> pl.DataFrame:
    value = pl.col("value")
    return frame.select("offset", "length", hash=value.hash(words.first), proof=value.hash(words.second))
