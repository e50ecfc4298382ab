"""Addresses in networks."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import ClassVar

import polars as pl

from envctl.catalogue import Column, Family
from envctl.masking.key import Seed, number, numbers
from envctl.masking.parts.shapes import bare, bare_one, by_kind
from envctl.masking.transforms.base import Block, Row, Transform

_FOUR = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(/(?:3[0-2]|[12]?[0-9]))?"
_SIX = r"[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?"
_HARDWARE = r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}"
_PRIVATE = int(ipaddress.IPv4Address("10.0.0.0"))
_HOSTS = 1 << 24  # addresses in it
_DOCUMENTED = "2001:db8"
_GROUPS, _BITS = 6, 16  # groups behind it, and bits of each
_LEADS = "123456789abcdef1"  # the first of a group's four hex digits: never a 0, which would be left out
_LOCAL = "02"  # the first byte of hardware addresses that nobody was given
_BYTES = {"macaddr": 6, "macaddr8": 8}
_LONG, _SHORT, _MASK = len(_DOCUMENTED) + _GROUPS * len(":ffff"), len("10.255.255.255"), len("/128")


class Ip(Transform):
    """An address of nobody: of 10.0.0.0/8 for version 4, of 2001:db8::/32 for version 6; a mask like `/24` stays.

    Networks (`cidr`) lose the bits behind their mask. Hardware addresses become locally administered ones. Several
    addresses may become the same. A text that is no address becomes one of version 4, and so does every one where
    the column has no room for version 6.
    """

    name: ClassVar[str] = "ip"
    takes: ClassVar[frozenset[Family]] = frozenset({"network", "text"})

    def longest(self, column: Column) -> int | None:
        """Of version 6 with a mask if there is room, else without one, else of version 4."""
        rooms = (_LONG + _MASK, _LONG, _SHORT)
        return next((room for room in rooms if column.length is None or room <= column.length), _SHORT)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Made of a keyed hash."""
        value, room = pl.col("value"), self.longest(block.column) or 0
        wide = pl.lit(room >= _LONG) & value.str.contains(f"^{_SIX}$")
        mask = pl.coalesce(value.str.extract(f"^{_FOUR}$"), value.str.extract(f"^{_SIX}$"), pl.lit(""))
        kind = pl.when(wide).then(pl.lit("6")).otherwise(pl.lit("4")) + mask
        hardware = value.str.contains(f"^{_HARDWARE}$") | pl.lit(_eight(block.column))
        kind = pl.when(value.is_not_null()).then(pl.when(hardware).then(pl.lit("h")).otherwise(kind))
        frame = pl.DataFrame({"value": bare(values, block.column)}).select("value", kind.alias("kind"))
        return by_kind(
            frame["value"],
            frame["kind"],
            lambda part, kind: _shaped(part, kind, block.seed, block.column, room),
            lambda value: self.plain(value, Row(block.seed, block.column)),
        )

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        value = bare_one(value, row.column)
        if re.fullmatch(_HARDWARE, value) or _eight(row.column):
            digest = row.seed.digest(value)
            return ":".join([_LOCAL, *(digest[at : at + 2] for at in _bytes(row.column))])
        room = self.longest(row.column) or 0
        four, six = re.fullmatch(_FOUR, value), re.fullmatch(_SIX, value)
        found = four or six
        mask = (found[1] or "") if found else ""
        digest = row.seed.digest(value.removesuffix(mask))
        bits = int(mask[1:]) if mask and row.column.type == "cidr" else None
        address = _long_one(digest, bits) if six and room >= _LONG else _short_one(digest, bits)
        return address + (mask if room >= _LONG + _MASK else "")


def _eight(column: Column) -> bool:
    """Whether the column holds hardware addresses that look like such of version 6."""
    return column.type == "macaddr8"


def _bytes(column: Column) -> range:
    """Where in a digest the bytes behind the first start."""
    return range(0, 2 * _BYTES.get(column.type, 6) - 2, 2)


def _shaped(values: pl.Series, kind: str, seed: Seed, column: Column, room: int) -> pl.Series:
    """Addresses of one version and mask."""
    if kind == "h":
        digests = seed.digests(values)
        return _joined([_LOCAL, *(digests.str.slice(at, 2) for at in _bytes(column))], ":")
    mask = kind[1:]
    digests = seed.digests(values.str.strip_suffix(mask) if mask else values)
    bits = int(mask[1:]) if mask and column.type == "cidr" else None
    address = _long(digests, bits) if kind[0] == "6" else _short(digests, bits)
    return address + (mask if room >= _LONG + _MASK else "")


def _joined(parts: Sequence[pl.Series | str], between: str) -> pl.Series:
    frame = pl.DataFrame({str(at): part for at, part in enumerate(parts)})
    found: pl.Series = frame.select(pl.concat_str(pl.all(), separator=between).alias("value"))["value"]
    return found


def _short(digests: pl.Series, bits: int | None) -> pl.Series:
    """Of version 4; of a network those bits alone."""
    found = numbers(digests, _HOSTS) + _PRIVATE
    found = found if bits is None else found - found % (1 << 32 - bits)
    return _joined([(found // (1 << shift) % 256).cast(pl.String) for shift in (24, 16, 8, 0)], ".")


def _short_one(digest: str, bits: int | None) -> str:
    found = _PRIVATE + number(digest, _HOSTS)
    return str(ipaddress.IPv4Address(found if bits is None else found - found % (1 << 32 - bits)))


def _long(digests: pl.Series, bits: int | None) -> pl.Series:
    """Of version 6; of a network the groups alone that are whole within it."""
    whole = _whole(bits)
    if whole <= 0:
        return pl.Series([_little(bits)], dtype=pl.String).new_from_index(0, len(digests))
    leads = pl.Series(list(_LEADS), dtype=pl.String)
    groups = [
        leads.gather(digests.str.slice(at, 1).str.to_integer(base=16, dtype=pl.Int64)) + digests.str.slice(at + 1, 3)
        for at in range(0, 4 * whole, 4)
    ]
    return _joined([_DOCUMENTED, *groups], ":") + _rest(whole)


def _long_one(digest: str, bits: int | None) -> str:
    whole = _whole(bits)
    if whole <= 0:
        return _little(bits)
    groups = [_LEADS[int(digest[at], 16)] + digest[at + 1 : at + 4] for at in range(0, 4 * whole, 4)]
    return ":".join([_DOCUMENTED, *groups]) + _rest(whole)


def _whole(bits: int | None) -> int:
    """Groups behind the documented ones that a network has as a whole."""
    return _GROUPS if bits is None else bits // _BITS - 2


def _rest(whole: int) -> str:
    """The groups behind so many, all of them 0: a single one is written."""
    return {_GROUPS: "", _GROUPS - 1: ":0"}.get(whole, "::")


def _little(bits: int | None) -> str:
    """A network that is no smaller than the documented one, or hardly."""
    return str(ipaddress.IPv6Network((f"{_DOCUMENTED}::", bits or 0), strict=False).network_address)
