"""Sizes and times as people write them."""

from __future__ import annotations

import re

KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40

# A bare letter and …iB count in 1024 as Docker does; kB, MB and GB are the decimal units.
_BYTES = {
    "": 1, "b": 1,
    "k": KIB, "kib": KIB, "kb": 10**3,
    "m": MIB, "mib": MIB, "mb": 10**6,
    "g": GIB, "gib": GIB, "gb": 10**9,
    "t": TIB, "tib": TIB, "tb": 10**12,
}  # fmt: skip
_SECONDS = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_AMOUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?([A-Za-z]{0,3})")


def parse_size(text: str) -> int | None:
    """Bytes of `512MiB`, `4GB`, `4g` …; None when it is not a size."""
    found = _AMOUNT.fullmatch(text)
    unit = _BYTES.get(found[2].lower()) if found else None
    return int(float(found[1]) * unit) if found and unit else None


def parse_duration(text: str) -> float | None:
    """Seconds of `500ms`, `60s`, `2m` …; None when it is not a time."""
    found = _AMOUNT.fullmatch(text)
    unit = _SECONDS.get(found[2]) if found else None
    return float(found[1]) * unit if found and unit else None


def show_size(count: int) -> str:
    """`512 MiB`, `1.5 GiB`, `900 bytes`."""
    for unit, name in ((TIB, "TiB"), (GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if count >= unit:
            return f"{count / unit:.4g} {name}"
    return f"{count} bytes"
