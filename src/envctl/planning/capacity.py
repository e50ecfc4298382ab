"""What a plan needs of the machine, against what the machine has left. Said before anything is started."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.machine import Machine
from envctl.observed import Observed
from envctl.plan import BuildSnapshot, Load, Plan
from envctl.units import MIB, show_size
from envctl.workload import Database

DISK_FLOOR = 512 * MIB  # for the first files of new services, and for their logs
FILES_FLOOR = 64  # for ourselves
FILES_EACH = 4  # for each service: its log's streams, its file of secrets, a program that does something to it
LOADED = 2  # a dump's tables with their indexes and the log of writing them, by the size of its text
PACKED = 6  # the same by the size of what is compressed
_PACKED = frozenset({".gz", ".tgz", ".zst", ".xz", ".dump", ".custom", ".pgdump", ""})  # a folder's parts are, too
_PACKED_ROWS = frozenset({".gz", ".zst", ".parquet", ".pq"})


def shortages(
    blueprint: Blueprint, plan: Plan, observed: Observed, machine: Machine, sizes: Mapping[Path, int]
) -> tuple[str, ...]:
    """What the machine has too little of for this plan, each in one sentence; what cannot be told is not complained of.

    `sizes` are the bytes of the dumps that the plan loads. A plan without steps needs nothing.
    """
    if not plan.steps:
        return ()
    return (
        *_memory(memory_needed(blueprint, plan, observed), machine),
        *_disk(disk_needed(blueprint, plan, sizes), machine),
        *_files(FILES_FLOOR + FILES_EACH * len(blueprint.workloads), machine),
    )


def refusal(short: Iterable[str]) -> EnvctlError:
    """The error that says what is short."""
    return EnvctlError(
        Exit.NO_CAPACITY,
        "this machine has too little left for what would be started",
        details=tuple(short),
        unchanged="Nothing was started or changed.",
        hint="Remove what is not needed (`envctl ls`, then `envctl down --env NAME`), or lower [limits] in the stack "
        "file.\nTo start all the same, add --overcommit.",
    )


def memory_needed(blueprint: Blueprint, plan: Plan, observed: Observed) -> int:
    """The limits of the services that are started now, less what their containers may use already.

    A service without a limit counts nothing: nobody said what it needs.
    """
    starting = {step.service for step in (*plan.stores, *plan.services)}
    needed = 0
    for workload in (w for w in blueprint.workloads if w.service in starting):
        container = observed.container(workload.service)
        held = (container.memory or 0) if container is not None and container.state in ("running", "paused") else 0
        needed += max(0, (workload.limits.memory or 0) - held)
    return needed


def disk_needed(blueprint: Blueprint, plan: Plan, sizes: Mapping[Path, int]) -> int:
    """The floor, and for each dump or file that is loaded twice its size, six times where it is compressed; copies of a
    snapshot take nothing before they are written to.

    An estimate: what a database makes of a dump depends on its indexes. Images are not counted: their registry knows
    their size only once they are pulled.
    """
    loaded = {step.service for step in (*plan.prepare, *plan.provision) if isinstance(step, BuildSnapshot | Load)}
    databases = [w.database for w in blueprint.workloads if w.service in loaded and w.database is not None]
    read = [(database.read, _growth(database)) for database in databases if database.read is not None]
    return DISK_FLOOR + sum(sizes.get(path, 0) * growth for path, growth in read)


def _growth(database: Database) -> int:
    """What the data takes, by the size of what is read. Files with rows in a folder are taken for plain text."""
    packed = _PACKED_ROWS if database.csv else _PACKED
    return PACKED if database.read and database.read.suffix.lower() in packed else LOADED


def _memory(needed: int, machine: Machine) -> Iterable[str]:
    limits = f"memory: the limits of what would be started add up to {show_size(needed)}"
    if machine.memory is not None:
        if needed > machine.memory:
            yield f"{limits}, and {show_size(machine.memory)} are free"
    elif machine.memory_in_all is not None and needed > machine.memory_in_all:
        yield f"{limits}, and the daemon's machine has {show_size(machine.memory_in_all)} in all"


def _disk(needed: int, machine: Machine) -> Iterable[str]:
    if machine.disk is not None and needed > machine.disk:
        yield f"disk: about {show_size(needed)} are needed in {machine.root}, and {show_size(machine.disk)} are free"


def _files(needed: int, machine: Machine) -> Iterable[str]:
    if machine.files is not None and needed > machine.files:
        yield f"open files: {needed} are needed, and this process may have {machine.files} (`ulimit -Hn`)"
