"""How data is copied on this daemon: tried with real files each time that somebody asks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, wait
from concurrent.futures import TimeoutError as TooLate
from dataclasses import replace
from secrets import token_hex
from threading import Thread

from envctl.blueprint import references
from envctl.errors import EnvctlError, Exit
from envctl.events import nobody
from envctl.measure import COPY, OVERLAY, REFLINK, Cost, Measured
from envctl.ops.measure import known, largest_file, measure, stop
from envctl.ops.patient import Patient
from envctl.ops.pools.programs import pool_image
from envctl.ops.snapshots.find import look
from envctl.reports.doctor import Finding
from envctl.snapshot import Held
from envctl.stack import Stack, workloads
from envctl.units import GIB, show_size
from envctl.world import World

_PATIENCE = 6.0  # seconds; all checks together have a few more
_TIDYING = 2.0  # seconds for what was stopped to clear away what it made
_MANY = 20  # snapshots whose files are looked at, the largest ones
_LEAST = 0.1  # seconds: less is not worth telling apart
_NOTICED = 0.5  # seconds that a first write may take before somebody wonders
# Of what is on a daemon, that has a shell and the usual programs.
_USUAL = frozenset({"postgres", "redis", "kafka", "caddy", "debian", "ubuntu", "alpine", "busybox", "python", "node"})
_POOL = "Make a disk that copies in an instant, at any size: `envctl pool create --size 50G`."
_SICK = "`envctl pool ls` says what is wrong with the pool."


def data(patient: Patient) -> Finding:
    """An environment's copy of a snapshot is made in an instant, and shares what nobody has written to."""
    world = replace(patient.world, tell=nobody)  # the table is the answer
    image = next((one for one in _candidates(patient) if world.engine.image(one) is not None), None)
    if image is None:
        found = "how it is copied is measured with a service's image, and none is here yet"
        return Finding("data", "unknown", found, "After the first `envctl up` this can be told.")
    try:
        return judge(*_within(world, image))
    except TooLate:
        return Finding("data", "unknown", f"to try how it is copied takes longer than {_PATIENCE:.0f} s now")
    except EnvctlError as error:
        if error.code is Exit.DOCKER:
            raise
        return Finding("data", "warning", f"how it is copied cannot be tried: {error.message}", error.hint)


def judge(found: Measured, largest: int) -> Finding:
    """What was measured, in words; `largest` is the bytes of the largest file that is copied, 0 where there is none."""
    pooled = found.cost(REFLINK, pooled=True)
    if pooled is not None and pooled.able:
        return Finding("data", "ok", f"reflink in the pool: {_clone(found, pooled)}, at any size")
    cost = found.cost(found.choose(Held(""))) or Cost(COPY)
    others = "".join(f"\n{line}" for line in _why(found))
    remedy = _POOL if pooled is None else _SICK
    if cost.strategy == REFLINK:
        said = f"reflink on the daemon's own disk: {_clone(found, cost)}, at any size"
        return Finding("data", "ok" if pooled is None else "warning", said + others, remedy)
    if cost.strategy == OVERLAY:
        size = largest or GIB
        whose = f"the largest file there is, of {show_size(size)}," if largest else "a file of 1 GiB"
        first = cost.touch * size / GIB
        said = f"overlay: {_clone(found, cost)}; the first write to {whose} takes {_about(first)} more"
        return Finding("data", "warning" if first > _NOTICED else "ok", said + others, remedy)
    each = cost.clone * GIB / found.probe if found.probe else 0.0
    said = f"every byte is copied: {_about(found.around)}, and {_about(each)} for each GiB at least"
    return Finding("data", "warning", said + others, remedy)


def _why(found: Measured) -> Iterator[str]:
    for cost in found.costs:
        if not cost.able:
            where = "in the pool" if cost.pooled else "on the daemon's own disk"
            yield f"no {cost.strategy} {where}: {cost.why}"


def _clone(found: Measured, cost: Cost) -> str:
    return f"a clone takes {_about(cost.clone + found.around)}"


def _about(seconds: float) -> str:
    return f"{max(seconds, _LEAST):.1f} s"


def _candidates(patient: Patient) -> Iterator[str]:
    """References of images that may do, the likeliest first."""
    yield pool_image()
    if isinstance(patient.stack, Stack):
        for work in workloads(patient.stack):
            if work.stateful and work.image:
                yield from references(work.image, patient.stack.registry)
    for tag in patient.world.engine.tags():
        if tag.rpartition("/")[2].partition(":")[0] in _USUAL:
            yield tag


def _within(world: World, image: str) -> tuple[Measured, int]:
    """What is measured now; where that takes too long, what was known before. Raises TooLate, or EnvctlError."""
    future: Future[tuple[Measured, int]] = Future()
    token = token_hex(4)

    def ask() -> None:
        try:
            future.set_result(_asked(world, image, token))
        except Exception as failure:  # whoever waits gets it
            future.set_exception(failure)

    Thread(target=ask, daemon=True).start()
    try:
        return future.result(_PATIENCE)
    except TooLate:
        before = known(world)
        stop(world, token)
        wait((future,), _TIDYING)
        if before is None:
            raise
        return before, 0


def _asked(world: World, image: str, token: str) -> tuple[Measured, int]:
    found = measure(world, image, token)
    if found.choose(Held("", pool=found.pool)) != OVERLAY:
        return found, 0
    snapshots = sorted(look(world), key=lambda snapshot: snapshot.size, reverse=True)[:_MANY]
    places = {part.held.volume: part.held for one in snapshots for part in one.parts if not part.held.pool}
    return found, largest_file(world, image, tuple(places.values()))
