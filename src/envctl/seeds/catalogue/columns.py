"""A column as the server's catalogue says it, whatever domains and arrays lie above its type. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envctl.catalogue import Column, Family

_INTEGERS: Mapping[str, tuple[int, int]] = {
    "int2": (-(1 << 15), (1 << 15) - 1),
    "int4": (-(1 << 31), (1 << 31) - 1),
    "int8": (-(1 << 63), (1 << 63) - 1),
    "oid": (0, (1 << 32) - 1),
}
_FAMILIES: Mapping[str, Family] = {
    **dict.fromkeys(("text", "varchar", "bpchar", "char", "name"), "text"),
    **dict.fromkeys(_INTEGERS, "integer"),
    **dict.fromkeys(("numeric", "float4", "float8"), "number"),
    "date": "date",
    **dict.fromkeys(("timestamp", "timestamptz"), "timestamp"),
    **dict.fromkeys(("time", "timetz"), "time"),
    "bool": "boolean",
    "uuid": "uuid",
    **dict.fromkeys(("inet", "cidr", "macaddr", "macaddr8"), "network"),
    **dict.fromkeys(("json", "jsonb"), "json"),
    "bytea": "bytes",
}
_OF_EXTENSIONS: Mapping[str, Family] = {"citext": "text", "hstore": "hstore"}
_LENGTHS = {"char": 1, "name": 63}
_HEADER = 4  # what a type modifier of a text or a numeric is above its length
_SCALE = 11  # bits of a numeric's scale in it, the highest its sign


def read_column(said: Any) -> Column:
    """What masking has to know of it."""
    base, typmod, deep = said["base"], said["typmod"], said["arrays"] > 1
    own = said["own"] and not deep  # an array of a domain over arrays is nothing that elements are found in
    low, high = _INTEGERS.get(base, (None, None)) if own else (None, None)
    if own and base == "numeric" and typmod >= _HEADER:
        high = 10 ** max(_digits(typmod), 0) - 1
        low = -high
    return Column(
        name=said["name"],
        type=said["type"],
        family=_family(said, deep),
        nullable=not said["required"],
        length=_length(base, typmod) if own else None,
        low=low,
        high=high,
        labels=() if deep else tuple(said["labels"] or ()),
        array=said["arrays"] > 0,
        generated=said["generated"],
        fixed=own and base == "bpchar" and typmod >= _HEADER,
        counted=said["identity"] or (said["says"] or "").startswith("nextval("),
        caseless=base == "citext" and not said["own"],
        filled=bool(said["identity"] or said["says"]),
        base=said["below"],
    )


def _family(said: Any, deep: bool) -> Family:
    if deep:
        return "other"
    if said["kind"] == "e":
        return "enum"
    return (_FAMILIES if said["own"] else _OF_EXTENSIONS).get(said["base"], "other")


def _length(base: str, typmod: int) -> int | None:
    if base in {"varchar", "bpchar"} and typmod >= _HEADER:
        return typmod - _HEADER
    return _LENGTHS.get(base)


def _digits(typmod: int) -> int:
    """How many digits of a numeric stand before the point."""
    inside = typmod - _HEADER
    sign = 1 << (_SCALE - 1)
    scale = ((inside & ((1 << _SCALE) - 1)) ^ sign) - sign
    return (inside >> 16 & 0xFFFF) - scale


def defined(column: Any) -> str:
    """All that is said of it, so that two of them can be compared."""
    required = " NOT NULL" if column["required"] else ""
    kind = " GENERATED" if column["generated"] else " IDENTITY" if column["identity"] else ""
    says = f" DEFAULT {column['says']}" if column["says"] else ""
    collation = f" COLLATE {column['collation']}" if column["collation"] else ""
    return f"{column['type']}{required}{kind}{says}{collation}"
