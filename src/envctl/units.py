"""Sizes and times as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40

# A bare letter and …iB count in 1024 as Docker does; kB, MB and GB are the decimal units.
_BYTES = {
    "": 1, "b": 1,
    "k": KIB, "kib": KIB, "kb": 10**3,
    "m": MIB, "mib": MIB, "mb": 10**6,
    "g": GIB, "gib": GIB, "gb": 10**9,
    "t": TIB, "tib": TIB, "tb": 10**12,
}  # fmt: skip
_SECONDS = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([a-z]{1,2})")  # of `1d12h`
_PARTS = re.compile(f"(?:{_PART.pattern})+")
_SHOWN = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_AMOUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?([A-Za-z]{0,3})")


def parse_size(text: str) -> int | None:
    """Bytes of `512MiB`, `4GB`, `4g` …; None when it is not a size."""
    found = _AMOUNT.fullmatch(text)
    unit = _BYTES.get(found[2].lower()) if found else None
    return int(float(found[1]) * unit) if found and unit else None


def parse_moment(text: str) -> datetime | None:
    """When it is, in UTC, as the daemon and our labels write it; None when it is no time that says its zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def parse_duration(text: str) -> float | None:
    """Seconds of `500ms`, `60s`, `2m`, `72h`, `7d`, `1d12h` …; None when it is not a time."""
    one = _AMOUNT.fullmatch(text)
    amounts = [(one[1], one[2])] if one else _PART.findall(text) if _PARTS.fullmatch(text) else []
    if not amounts or any(unit not in _SECONDS for _, unit in amounts):
        return None
    return sum(float(amount) * _SECONDS[unit] for amount, unit in amounts)


def show_size(count: int) -> str:
    """`512 MiB`, `1.5 GiB`, `900 bytes`."""
    for unit, name in ((TIB, "TiB"), (GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if count >= unit:
            return f"{count / unit:.4g} {name}"
    return f"{count} bytes"


def show_duration(seconds: float) -> str:
    """`3 d`, `2.5 d`, `36 h`, `90 s`: in the largest unit of which there are at least two, to about a twentieth."""
    size, name = next(((size, name) for size, name in _SHOWN if seconds >= 2 * size), _SHOWN[-1])
    amount = seconds / size
    whole = amount >= 10 or abs(amount - round(amount)) < 0.05  # noqa: PLR2004  # below ten a half still matters
    return f"{amount:.0f} {name}" if whole else f"{amount:.1f} {name}"
