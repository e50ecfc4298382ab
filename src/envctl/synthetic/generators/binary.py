"""Bytes, bits, UUIDs and addresses of networks: digits of one number, spread over their places."""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Draws, Numbers
from envctl.synthetic.generators.typed_letters import HEX, Letters, digits, texts

_MOST = 1 << 62
_USUAL = 16  # bytes, where nothing is said
_WORD = 8  # bytes that are drawn at once
_BITS = re.compile(r"bit(?P<varying> varying)?(?:\((?P<width>[0-9]+)\))?")
_FEW = 32  # bits of a bit string without a limit
_WIDEST = 62  # bits that differ
_BLOCKS = 1 << 16  # networks 10.x.y.0/24
_HOSTS = 1 << 24  # addresses in 10.0.0.0/8, which is nobody's


class Uuid(Generator):
    """A UUID of version 4."""

    name: ClassVar[str] = "uuid"
    makes: ClassVar[frozenset[Family]] = frozenset({"uuid", "text"})

    def objection(self, field: Field) -> str | None:
        """A text must have room."""
        longest = field.column.length if field.column.family == "text" else None
        return "it needs 36 characters" if longest is not None and longest < 36 else None  # noqa: PLR2004

    def space(self, field: Field) -> int:  # noqa: ARG002 – all are as long
        """More than there are rows."""
        return _MOST

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:  # noqa: ARG002
        """Both halves are mixed from the number; the first alone tells all apart."""
        first, second = _mixed(numbers, "uuid"), _mixed(numbers, "uuid", "rest")
        high, low = digits(first, 16, HEX), digits(second, 16, HEX)
        variant = np.frombuffer(b"89ab", np.uint8)[(second >> np.uint64(62)).astype(np.int64)]
        # The digit in whose place the version stands goes into the second half.
        parts: list[Letters | bytes] = [high[:, :8], b"-", high[:, 8:12], b"-4", high[:, 13:16], b"-"]
        parts += [variant[:, None], low[:, 1:4], b"-", high[:, 12:13], low[:, 5:16]]
        return texts(parts, len(numbers))


class Bytes(Generator):
    """Random bytes: 16, or as many as a CHECK asks for."""

    name: ClassVar[str] = "bytes"
    makes: ClassVar[frozenset[Family]] = frozenset({"bytes"})

    def space(self, field: Field) -> int:
        """Of so many bytes."""
        return int(min(256 ** self._width(field), _MOST))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Eight bytes mixed from the number, then further ones; fewer are the number itself."""
        width = self._width(field)
        if width < _WORD:
            return texts([b"\\x", digits(numbers, 2 * width, HEX)], len(numbers))
        words = [digits(_mixed(numbers, "bytes", str(at)), 16, HEX) for at in range(-(-width // _WORD))]
        return texts([b"\\x", np.hstack(words)[:, : 2 * width]], len(numbers))

    @staticmethod
    def _width(field: Field) -> int:
        longest = _USUAL if field.limits.longest is None else min(field.limits.longest, _USUAL)
        return max(longest, field.limits.shortest)


class Bits(Generator):
    """A bit string as long as its type says."""

    name: ClassVar[str] = "bits"
    makes: ClassVar[frozenset[Family]] = frozenset({"other"})

    def objection(self, field: Field) -> str | None:
        """Bit strings only."""
        return None if bits_of(field) is not None else f"{field.column.type} is no bit string"

    def space(self, field: Field) -> int:
        """Of so many bits."""
        return int(min(1 << (bits_of(field) or 0), _MOST))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The number in binary."""
        width = bits_of(field) or 0
        far = max(width - _WIDEST, 0)
        return texts([b"0" * far, digits(numbers, width - far, b"01")], len(numbers))


class Network(Generator):
    """An address of the kind that the column's type is: in 10.0.0.0/8, or administered locally."""

    name: ClassVar[str] = "network"
    makes: ClassVar[frozenset[Family]] = frozenset({"network"})

    def space(self, field: Field) -> int:
        """As many as there are in what is nobody's."""
        return {"cidr": _BLOCKS + _HOSTS, "macaddr": 1 << 40, "macaddr8": 1 << 56}.get(_base(field), _HOSTS)

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Digits with colons or dots between them."""
        base = _base(field)
        if base.startswith("macaddr"):
            places = digits(numbers, 10 if base == "macaddr" else 14, HEX)
            parts: list[Letters | bytes] = [b"02"]
            for at in range(0, places.shape[1], 2):
                parts += [b":", places[:, at : at + 2]]
            return texts(parts, len(numbers))
        if base != "cidr":
            return _address(numbers, "")
        blocks = numbers < _BLOCKS
        networks = _address(np.where(blocks, numbers << 8, 0), "/24")
        hosts = _address(np.where(blocks, 0, numbers - _BLOCKS), "/32")
        return pl.select(pl.when(pl.Series(blocks)).then(networks).otherwise(hosts)).to_series()

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Networks are /24 mostly."""
        limit = _BLOCKS if _base(field) == "cidr" else self.space(field)
        return self.nth(field, rows.draws(field.column.name).below(rows.numbers, limit))


def bits_of(field: Field) -> int | None:
    """How many bits a bit string has, at most where their number may differ; None for another type."""
    found = _BITS.fullmatch(_base(field))
    if found is None:
        return None
    if found["width"]:
        return int(found["width"])
    return _FEW if found["varying"] else 1


def _base(field: Field) -> str:
    return (field.column.base or field.column.type).removesuffix("[]")


def _address(numbers: Numbers, behind: str) -> pl.Series:
    frame = pl.DataFrame({"a": numbers >> 16, "b": numbers >> 8 & 255, "c": numbers & 255})
    dot = pl.lit(".")
    return frame.select(pl.concat_str(pl.lit("10."), "a", dot, "b", dot, "c", pl.lit(behind))).to_series()


def _mixed(numbers: Numbers, *names: str) -> NDArray[np.uint64]:
    """Other bits for other numbers, that look like chance."""
    return Draws(0, *names).bits(numbers)
