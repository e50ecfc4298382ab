"""Measures what each way of copying data costs on this daemon, once, with real files in real volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic

from envctl import labels
from envctl.errors import EnvctlError
from envctl.events import Event
from envctl.job import Mounted, Output, script
from envctl.measure import COPY, OVERLAY, REFLINK, ROLE, Cost, Measured, latest, number_of, volume_name
from envctl.ops import pools
from envctl.pool import Pool
from envctl.snapshot import Held, held
from envctl.snapshots import STRATEGIES, Layout, Spec, copied, probe, spec
from envctl.world import World
from envctl.world.client import InUse
from envctl.world.helper import must, run

PROBE = "probe"  # the role of what is there only while something is measured
_NAME = "envctl-measure"
_PREFIX = f"{_NAME}__"
_MINUTES = 10  # nobody measures so long: what is older was left by somebody who died
_FOLDER = "probes"  # in the pool
_LARGEST = 'find "$@" -type f -exec stat -c %s {} + | sort -n | tail -n 1'


def measured(world: World, image: str) -> Measured:
    """What copying costs on this daemon, as it is known; else it is measured with an image's programs, within seconds.

    Raises EnvctlError where that cannot be done at all.
    """
    pool = pools.look(world)
    if (known := _known(world, pool)) is not None:
        return known
    with world.locks.hold(_NAME, "measure"):
        return _known(world, pool) or _anew(world, image, pool)


def measure(world: World, image: str, token: str = "") -> Measured:
    """Measure, whatever is known already. Raises EnvctlError. Who has no patience any more stops it by its token."""
    with world.locks.hold(_NAME, "measure"):
        return _anew(world, image, pools.look(world), token)


def stop(world: World, token: str) -> None:
    """End the helpers of a measuring, which then clears away what it made and fails. Raises EnvctlError."""
    for container in world.engine.containers({labels.ROLE: PROBE, labels.MEASURED: token}):
        world.engine.kill_container(container.id)


def known(world: World) -> Measured | None:
    """What is known of this daemon as it is now, without measuring."""
    return _known(world, pools.look(world))


def largest_file(world: World, image: str, places: Sequence[Held]) -> int:
    """Bytes of the largest file in data on the daemon's own disk. Raises EnvctlError."""
    mounts = {f"/data/{number}": Mounted(one.volume, read_only=True) for number, one in enumerate(places)}
    if not mounts:
        return 0
    trial = _Trial(world, image, token_hex(4))
    lines = must(trial.run(_LARGEST, tuple(mounts), mounts), "the sizes of files could not be read").lines
    return int(lines[-1]) if lines and lines[-1].isdigit() else 0


def _known(world: World, pool: Pool | None) -> Measured | None:
    """The latest measure, unless a pool came or went since."""
    found = latest(world.engine.volumes({labels.ROLE: ROLE}))
    return found if found is not None and found.pool == (pool.id if pool else "") else None


def _anew(world: World, image: str, pool: Pool | None, token: str = "") -> Measured:
    world.tell(Event("data", "measuring how this daemon copies"))
    sweep(world)
    trial = _Trial(world, image, token or token_hex(4))
    try:
        around, costs = trial.disk()
        found = Measured((*costs, *([trial.pool(pool)] if pool else [])), pool.id if pool else "", around, probe.SIZE)
    finally:
        trial.clear()
    _keep(world, found)
    there = f", and {found.choose(Held('', pool=found.pool))} in the pool" if found.pool else ""
    world.tell(Event("data", f"measured: {found.choose(Held(''))} is used{there}", "done"))
    return found


def _keep(world: World, found: Measured) -> None:
    """Write it down under the next number, and strike the older ones. Who measures elsewhere takes the one after."""
    older = [number_of(volume) for volume in world.engine.volumes({labels.ROLE: ROLE})]
    number = max(older, default=0) + 1
    while world.engine.create_volume(volume_name(number), found.labels) != found.labels:
        number += 1
    for old in older:
        if 0 < old < number:
            world.engine.remove_volume(volume_name(old))


def sweep(world: World) -> None:
    """Remove what somebody left who died while he measured."""
    engine, until = world.engine, world.engine.now() - timedelta(minutes=_MINUTES)
    for container in engine.containers({labels.ROLE: PROBE}):
        if container.name.startswith(_PREFIX) and _before(container.created, until):
            engine.kill_container(container.id)
    for volume in engine.volumes({labels.ROLE: PROBE}):
        if volume.name.startswith(_PREFIX) and _before(volume.created, until):
            with suppress(InUse):  # then somebody works with it after all
                engine.remove_volume(volume.name)


def _before(created: str, until: datetime) -> bool:
    try:
        return datetime.fromisoformat(created) < until
    except (TypeError, ValueError):
        return False


@dataclass(frozen=True)
class _Trial:
    """One measuring: all that it makes carries its token."""

    world: World
    image: str
    token: str

    def disk(self) -> tuple[float, list[Cost]]:
        """What each way costs on the daemon's own disk, and how long a helper takes that does nothing."""
        base = self._base()
        layouts = self._layouts(base)
        mounts = {"/base": Mounted(base.volume)}
        steps = [probe.fill("/base")]
        for how, layout in layouts.items():
            mounts |= layout.mounts
            steps.append(probe.clone(layout.words))
            if how != OVERLAY:
                steps.append(probe.touch(how, layout.words[2], "/base"))
        began = monotonic()
        lines = self.probe(steps, mounts).lines
        around = max(0.0, monotonic() - began - probe.took(lines))
        costs = [probe.read(how, lines) for how in layouts if how != OVERLAY]
        return round(around, 2), [*costs, self._overlay(base, layouts.get(OVERLAY), lines)]

    def pool(self, pool: Pool) -> Cost:
        """What a reflink costs in the pool."""
        folder = f"{_FOLDER}/{self.token}"
        base = Held(f"{_PREFIX}{self.token}-pool", f"{folder}/base", pool.id)
        layout = copied(REFLINK, base, Held(base.volume, f"{folder}/copy", pool.id), PROBE, 0)
        _, source, target = layout.words
        steps = (
            probe.stale(f"/pool/{_FOLDER}", _MINUTES),
            probe.fill(source),
            probe.clone(layout.words),
            probe.touch(REFLINK, target, source),
            probe.remove(f"/pool/{folder}"),
        )
        try:
            pools.attach(self.world, pool)
            self._make(spec(base, PROBE))
            return probe.read(REFLINK, self.probe(steps, layout.mounts).lines, pooled=True)
        except EnvctlError as error:
            return Cost(REFLINK, pooled=True, why=error.message)

    def probe(self, steps: Sequence[tuple[str, ...]], mounts: Mapping[str, Mounted]) -> Output:
        """Run the probe's script. Raises EnvctlError where it does not come to its end."""
        return must(self.run(probe.PROBE, probe.words(*steps), mounts), "how data is copied here could not be measured")

    def run(self, text: str, words: Sequence[str], mounts: Mapping[str, Mounted]) -> Output:
        """Run a script in a helper."""
        name = f"{_PREFIX}{self.token}-{token_hex(4)}"
        return run(self.world.engine, script(self.image, text, *words, mounts=mounts), name, self._own)

    def clear(self) -> None:
        """Remove the volumes again."""
        for volume in self.world.engine.volumes(self._own):
            with suppress(InUse):
                self.world.engine.remove_volume(volume.name)

    @property
    def _own(self) -> dict[str, str]:
        return {labels.ROLE: PROBE, labels.MEASURED: self.token}

    def _make(self, wanted: Spec) -> None:
        self.world.engine.create_volume(wanted.name, {**wanted.labels, **self._own}, options=wanted.options)

    def _base(self) -> Held:
        """A volume with its place on the daemon's machine, which only the daemon knows."""
        self._make(Spec(f"{_PREFIX}{self.token}-base", PROBE))
        return next(held(volume) for volume in self.world.engine.volumes(self._own))

    def _layouts(self, base: Held) -> dict[str, Layout]:
        """The very layouts of clones, as far as there is one, and their volumes made."""
        found = {}
        for number, how in enumerate((REFLINK, OVERLAY, COPY)):
            with suppress(ValueError):  # no overlay lies over every path
                found[how] = STRATEGIES[how].layout(base, f"{_PREFIX}{self.token}-{how}", number)
        for layout in found.values():
            for wanted in layout.volumes:
                self._make(wanted)
        return found

    def _overlay(self, base: Held, layout: Layout | None, lines: Sequence[str]) -> Cost:
        """Only a second helper can mount it."""
        if layout is None:
            return Cost(OVERLAY, why=f"no overlay can lie over {base.path}")
        mounts = {"/copy": Mounted(layout.held.volume), "/base": Mounted(base.volume, read_only=True)}
        try:
            further = self.probe([probe.touch(OVERLAY, "/copy", "/base")], mounts).lines
        except EnvctlError as error:
            return Cost(OVERLAY, why=error.message)
        return probe.read(OVERLAY, (*lines, *further))
