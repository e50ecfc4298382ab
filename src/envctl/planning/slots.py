"""Which subnet an environment gets, and which ports.

An environment's *slot* is one number that decides both. The daemon refuses overlapping subnets, so creating the network
reserves the slot at once for every client of the daemon: no file, no lock, nothing to clean up.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping

from envctl.errors import EnvctlError, Exit
from envctl.workload import PORTS

RANGE = ipaddress.IPv4Network("10.213.0.0/16")
PREFIX = 25  # 126 addresses
SLOTS = 1 << (PREFIX - RANGE.prefixlen)
FIRST_PORT = 16000  # with 512 slots of 32 ports this ends below Linux's ephemeral ports (32768)
_SMALLEST = 29  # the prefix of the smallest subnet of a further network
_OVERHEAD = 4  # addresses that no container gets: network, broadcast, gateway; and one to spare
_NAMED = 5  # networks of others that a message has room for

Free = Callable[[int], bool]


def choose(name: str, taken: Iterable[str], free: Free) -> ipaddress.IPv4Network:
    """The subnet for a new environment: the first from its own place on that nobody overlaps and whose ports are free.

    Raises EnvctlError(NO_CAPACITY) when all are taken.
    """
    mine = _in_range(taken)
    for slot in _from(_number(name) % SLOTS, SLOTS):
        subnet = ipaddress.IPv4Network((int(RANGE.network_address) + slot * 2 ** (32 - PREFIX), PREFIX))
        if not any(subnet.overlaps(other) for other in mine) and all(free(port) for port in block(subnet)):
            return subnet
    raise EnvctlError(
        Exit.NO_CAPACITY,
        f"no subnet is left: all {SLOTS} of {RANGE} are taken, or their ports are",
        details=tuple(_takers(mine)),
        unchanged="Nothing was started.",
        hint="See which environments are there with `envctl ls`, and remove one with `envctl down --env NAME`.",
    )


def left(taken: Iterable[str]) -> int:
    """How many subnets nobody overlaps."""
    start, size = int(RANGE.network_address), 1 << (32 - PREFIX)
    covered: set[int] = set()
    for other in _in_range(taken):
        first, last = int(other.network_address) - start, int(other.broadcast_address) - start
        covered.update(range(max(first // size, 0), min(last // size, SLOTS - 1) + 1))
    return SLOTS - len(covered)


def every_port() -> range:
    """The ports of all subnets of ours."""
    return range(FIRST_PORT, FIRST_PORT + SLOTS * PORTS)


def _in_range(taken: Iterable[str]) -> list[ipaddress.IPv4Network]:
    others = [ipaddress.ip_network(subnet, strict=False) for subnet in taken]
    return [o for o in others if isinstance(o, ipaddress.IPv4Network) and o.overlaps(RANGE)]


def _takers(mine: list[ipaddress.IPv4Network]) -> Iterator[str]:
    """Who has the subnets, as far as their shape tells."""
    ours = [o for o in mine if o.prefixlen >= PREFIX]
    others = [o for o in mine if o.prefixlen < PREFIX]
    free = left(map(str, mine))
    yield f"{len(ours)} are of envctl's own size: environments of any project"
    if others:
        named = ", ".join(map(str, others[:_NAMED])) + (" …" if len(others) > _NAMED else "")
        yield f"{len(others)} networks of others overlap the range: {named}"
    if free:
        yield f"{free} have no network, but another program listens on a port of theirs"


def block(subnet: ipaddress.IPv4Network) -> range:
    """The ports that belong to a subnet of ours."""
    slot = (int(subnet.network_address) - int(RANGE.network_address)) // 2 ** (32 - PREFIX)
    first = FIRST_PORT + slot * PORTS
    return range(first, first + PORTS)


def first_half(subnet: ipaddress.IPv4Network) -> ipaddress.IPv4Network:
    """The subnet of the main network of an environment that may have further ones."""
    return next(subnet.subnets())


def carve(
    main: ipaddress.IPv4Network, wanted: Mapping[str, int], kept: Mapping[str, str], taken: Iterable[str]
) -> dict[str, ipaddress.IPv4Network]:
    """Subnets for an environment's further networks, from the second half of what belongs to it.

    `wanted` tells how many containers each must hold, `kept` which subnet a network has already. The largest choose
    first. Raises EnvctlError(NO_CAPACITY) when they do not fit.
    """
    _, half = main.supernet(new_prefix=PREFIX).subnets()
    found = {name: ipaddress.IPv4Network(kept[name]) for name in wanted if name in kept}
    others = _in_range(taken)
    for name in sorted(wanted.keys() - found.keys(), key=lambda name: (-wanted[name], name)):
        needed = max(wanted[name] + _OVERHEAD, 2 ** (32 - _SMALLEST))
        prefix = 32 - (needed - 1).bit_length()
        used = [*others, *found.values()]
        pieces = half.subnets(new_prefix=prefix) if prefix >= half.prefixlen else iter(())
        free = (piece for piece in pieces if not any(piece.overlaps(other) for other in used))
        if (piece := next(free, None)) is None:
            raise EnvctlError(
                Exit.NO_CAPACITY,
                f"no room is left for the network {name}: further networks of an environment share {half}",
                unchanged="Nothing was started.",
                hint="Use fewer networks, or run `envctl down` and `envctl up` where the networks changed.",
            )
        found[name] = piece
    return found


def assign(
    services: Iterable[str], ports: range, kept: Mapping[str, int], free: Callable[[str, int], bool]
) -> dict[str, int]:
    """A published port for each service: the one it had if it can keep it, else a free one of the block.

    `free(service, port)` tells whether that service could have that port now. Raises EnvctlError(NO_CAPACITY).
    """
    wanted = list(services)
    assigned: dict[str, int] = {}
    for service, port in ((s, kept[s]) for s in wanted if s in kept):
        if port not in assigned.values() and free(service, port):
            assigned[service] = port
    for service in wanted:
        if service in assigned:
            continue
        start = _number(service) % len(ports)
        for offset in _from(start, len(ports)):
            port = ports[offset]
            if port not in assigned.values() and port not in kept.values() and free(service, port):
                assigned[service] = port
                break
        else:
            raise EnvctlError(
                Exit.NO_CAPACITY,
                f"no port is left for {service}: {ports.start}–{ports.stop - 1} are taken",
                unchanged="Nothing was started.",
                hint="Stop what listens there, or run `envctl down` and `envctl up` to get another range.",
            )
    return assigned


def _from(start: int, count: int) -> Iterator[int]:
    return (number % count for number in range(start, start + count))


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
