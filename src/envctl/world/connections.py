"""TCP connections of this machine, as the kernel lists them (`/proc/net/tcp`, proc(5))."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_ESTABLISHED, _LISTEN = "01", "0A"
_LOOPBACK = ("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F")  # v4, v6, v4 in v6


@dataclass(frozen=True)
class Connections:
    """Ports of loopback: those that somebody listens on, and those at one end of an open connection."""

    listening: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()


def read_connections(proc: Path = Path("/proc/net")) -> Connections:
    """What goes on on loopback now; nothing where it cannot be read."""
    rows = [row for name in ("tcp", "tcp6") for row in _rows(_lines(proc / name))]
    listening = {local for local, _, _, state in rows if state == _LISTEN}
    busy = {port for local, remote, _, state in rows if state == _ESTABLISHED for port in (local, remote)}
    return Connections(frozenset(listening), frozenset(busy))


def peers(text: str) -> frozenset[str]:
    """The IPv4 addresses at the other end of open connections, from what the same files say inside a container."""
    found = (_address(words[2].partition(":")[0]) for words in _words(text.splitlines()) if words[3] == _ESTABLISHED)
    return frozenset(address for address in found if address)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("ascii", "replace").splitlines()
    except OSError:
        return []


def _words(lines: Iterable[str]) -> Iterator[list[str]]:
    for line in lines:
        words = line.split()
        if len(words) > 3 and words[0].rstrip(":").isdigit() and ":" in words[1] and ":" in words[2]:  # noqa: PLR2004
            yield words


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, int, str, str]]:
    """(local port, remote port, remote address, state) of what is on loopback, or listens everywhere."""
    for words in _words(lines):
        (address, _, port), (other, _, far) = words[1].partition(":"), words[2].partition(":")
        if address in _LOOPBACK or (words[3] == _LISTEN and not address.strip("0")):
            yield int(port, 16), int(far, 16), other, words[3]


def _address(written: str) -> str:
    """Bytes are in the order of the machine, which is little-endian wherever Docker runs in numbers."""
    digits = written[-8:]
    if len(written) == 32 and written[:24] != "0000000000000000FFFF0000":  # noqa: PLR2004  # IPv6 proper
        return ""
    try:
        return ".".join(str(byte) for byte in reversed(bytes.fromhex(digits)))
    except ValueError:
        return ""
