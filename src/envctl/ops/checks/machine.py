"""What the machine has left for environments."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from envctl.errors import Exit
from envctl.ops.patient import Patient
from envctl.planning.capacity import DISK_FLOOR, FILES_EACH, FILES_FLOOR
from envctl.planning.slots import PREFIX, RANGE, SLOTS, block, every_port, left
from envctl.reports.doctor import Finding
from envctl.stack import Stack
from envctl.units import GIB, MIB, show_size
from envctl.world.machine import open_files as may_open
from envctl.world.ports import is_free

_LITTLE_MEMORY = 512 * MIB
_LITTLE_DISK = 5 * GIB
_FEW_SUBNETS = SLOTS // 10
_USUAL = 20  # services
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_MAKE_ROOM = "Remove environments that nobody needs: `envctl ls`, then `envctl down --env NAME`."


def memory(patient: Patient) -> Finding:
    """Enough is free for the stack's limits; without limits, for anything."""
    machine = patient.seen.machine
    asked = (patient.stack.limits.memory if isinstance(patient.stack, Stack) else None) or _LITTLE_MEMORY
    if machine.memory is None:
        found = (
            f"the daemon's machine has {show_size(machine.memory_in_all or 0)}; what is free cannot be told from here"
        )
        return Finding("memory", "unknown", found)
    found = f"{show_size(machine.memory)} of {show_size(machine.memory_in_all or 0)} are free"
    if machine.memory >= asked:
        return Finding("memory", "ok", found)
    return Finding("memory", "warning", f"{found}; a new environment may use {show_size(asked)}", _MAKE_ROOM)


def disk(patient: Patient) -> Finding:
    """There is room where the daemon keeps its data."""
    machine = patient.seen.machine
    if machine.disk is None:
        return Finding("disk", "unknown", f"what is free in {machine.root} cannot be told from here")
    found = f"{show_size(machine.disk)} are free in {machine.root}"
    remedy = f"{_MAKE_ROOM} `docker system df` shows what else takes room."
    if machine.disk < DISK_FLOOR:
        return Finding("disk", "failed", found, remedy, int(Exit.NO_CAPACITY))
    return Finding("disk", "ok" if machine.disk >= _LITTLE_DISK else "warning", found, remedy)


def open_files(_: Patient) -> Finding:
    """Enough for an `up` of many services."""
    had, usual = may_open(), FILES_FLOOR + FILES_EACH * _USUAL
    verdict = "ok" if had >= usual else "warning"
    return Finding("open files", verdict, f"{had} at a time", f"Raise the limit: ulimit -n {usual}")


def subnets(patient: Patient) -> Finding:
    """Some are left for new environments."""
    free = left(subnet for network in patient.world.engine.networks() for subnet in network.subnets)
    found = f"{free} of {SLOTS} in {RANGE} are left"
    if not free:
        return Finding("subnets", "failed", found, _MAKE_ROOM, int(Exit.NO_CAPACITY))
    return Finding("subnets", "ok" if free >= _FEW_SUBNETS else "warning", found, _MAKE_ROOM)


def address_pools(patient: Patient) -> Finding:
    """The daemon gives no subnet of ours to networks of others."""
    pools = [pool for pool in patient.seen.daemon.pools if ipaddress.ip_network(pool, strict=False).overlaps(RANGE)]
    if not pools:
        return Finding("address pools", "ok", f"the daemon hands out nothing of {RANGE}")
    remedy = f"Take {RANGE} out of default-address-pools in the daemon's configuration."
    return Finding("address pools", "warning", f"other networks may get subnets of ours: {', '.join(pools)}", remedy)


def ports(_: Patient) -> Finding:
    """The system hands out none of ours by itself, and some environment's are all free."""
    every = every_port()
    busy = {port for port in every if not is_free(port)}
    found = f"{len(busy)} of {every.start}–{every.stop - 1} on 127.0.0.1 are in use"
    if not any(busy.isdisjoint(block(subnet)) for subnet in RANGE.subnets(new_prefix=PREFIX)):
        return Finding("ports", "failed", found, _MAKE_ROOM, int(Exit.NO_CAPACITY))
    first = _first_ephemeral()
    if first is None or first >= every.stop:
        return Finding("ports", "ok", found)
    remedy = f"sysctl net.ipv4.ip_local_port_range='{every.stop} 60999'"
    return Finding("ports", "warning", f"{found}; the system gives away those from {first} on", remedy)


def _first_ephemeral() -> int | None:
    try:
        return int(_EPHEMERAL.read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
