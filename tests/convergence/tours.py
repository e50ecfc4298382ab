"""A tour: an environment's commands one after another, each of them broken off at some point and run again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from signal import SIGINT, SIGTERM
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import pytest

from envctl.ops.plan import plan
from tests.convergence.dying import Spec, act
from tests.convergence.state import State, difference, state
from tests.scenarios.stage import ENVCTL, LONGEST, Ran, Stage, staged

if TYPE_CHECKING:
    from docker import DockerClient

ROOT = Path(__file__).parents[2]
ALL = "ENVCTL_TEST_EVERYTHING"  # set: every point in every way, instead of a sample
KILLED, INTERRUPTED = -9, 130
T = TypeVar("T")


@dataclass(frozen=True)
class Stop:
    """One command of a tour, and the stack that is there when it is given."""

    command: str
    stack: str = ""
    files: Mapping[str, str] | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Break:
    """Where and how a command is broken off."""

    stop: int
    point: str = ""
    how: str = "alone"
    after: float = 0.0  # without a point: after so much of the time that the command takes undisturbed

    def __str__(self) -> str:
        return f"{self.how} at {self.point or f'{self.after:.3f} of its time'}"

    @property
    def statuses(self) -> tuple[int, ...]:
        """How the command may end."""
        died = KILLED if self.how in ("alone", "tree") else INTERRUPTED
        early = () if died == KILLED else (-SIGINT, -SIGTERM)  # before envctl was loaded, or when it had all but ended
        return (died,) if self.point else (died, *early, 0)


class Traveller:
    """A stage on a tour, with a temporary folder of its own."""

    def __init__(self, stage: Stage, temporary: Path, tour: Sequence[Stop]) -> None:
        self.stage = stage
        self.temporary = temporary
        self.tour = tour
        self.times: list[float] = []  # of the tour's commands
        stage.environ |= {
            "ENVCTL_LOCK_DIR": str(stage.runtime / "locks"),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), *sys.path])),
            "TMPDIR": str(temporary),
        }

    def words(self, stop: Stop, spec: Spec) -> list[str]:
        """The command line of a stop, under watch."""
        before, words = len(self.stage.program) - len(ENVCTL), self.stage.words(stop.command, *stop.options, "--quiet")
        return [
            *words[:before],
            sys.executable,
            "-m",
            "tests.convergence.dying",
            str(spec),
            *words[before + len(ENVCTL) :],
        ]

    def watched(self, stop: Stop, spec: Spec) -> Ran:
        """Give a stop's command under watch."""
        return self.ran(self.words(stop, spec), stop, lambda _: None)

    def ran(self, argv: Sequence[str], stop: Stop, ends: Callable[[subprocess.Popen[str]], object]) -> Ran:
        """Run a command line where a stop's stack is; `ends` may end it."""
        self.stage.write(stop.stack, **(stop.files or {}))
        with self.stage.running_program(argv) as process:
            ends(process)
            stdout, stderr = process.communicate(timeout=LONGEST)
        return Ran(process.returncode, stdout, stderr)

    def broken_off(self, broken: Break) -> Ran:
        """Give a command that is broken off."""
        stop = self.tour[broken.stop]
        if broken.point:
            return self.watched(stop, self.spec(at=broken.point, how=broken.how))

        def end(process: subprocess.Popen[str]) -> None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(broken.after * self.times[broken.stop])
                return
            act(broken.how, process.pid)

        return self.ran(self.stage.words(stop.command, *stop.options, "--quiet"), stop, end)

    def spec(self, log: str = "", at: str = "", how: str = "alone") -> Spec:
        """What to do at a point that is called the same for every traveller."""
        own = {str(self.stage.folder): "FOLDER", str(self.stage.runtime): "RUNTIME", self.stage.project: "PROJECT"}
        return Spec(log, at, how, own)

    def state(self) -> State:
        """All that is there."""
        return state(self.stage, self.temporary)

    def forget(self) -> None:
        """Nothing of earlier laps makes a point go missing: in memory, in a cache, as a snapshot of a dump. What is
        all projects', such as an empty broker, stays. Nor do bundles add up.
        """
        for bundle in self.stage.bundles():
            self.stage.docker.volumes.get(bundle).remove()
        self.stage.forget_snapshots()
        shutil.rmtree(self.stage.environ["XDG_CACHE_HOME"], ignore_errors=True)
        shutil.rmtree(self.stage.runtime)
        self.stage.runtime.mkdir()

    def survey(self) -> tuple[list[Break], list[State]]:
        """Take the whole tour undisturbed: the points of its commands, and what is there after each."""
        points, states = [], []
        self._warm_up()
        for number, stop in enumerate(self.tour):
            began = monotonic()
            points += self.points(partial(self.watched, stop), number)
            self.times.append(monotonic() - began)
            states.append(self.state())
        return points, states

    def points(self, run: Callable[[Spec], Ran], number: int = 0) -> list[Break]:
        """Every point of something that is run undisturbed, as breaks of that stop."""
        with TemporaryDirectory() as folder:
            log = Path(folder, "log")
            ran = run(self.spec(log=str(log)))
            assert 0 == ran.status, ran.stderr
            return [Break(number, line) for line in log.read_text().splitlines()]

    def _warm_up(self) -> None:
        """What is built once for all projects is built by now: only the first who comes would come to these points."""
        first = self.tour[0]
        if "kind =" in first.stack and first.command == "up":
            self.stage.write(first.stack, **(first.files or {}))
            self.stage.did("up", "--quiet")
            self.stage.did("down", "--quiet")
            self.forget()

    def lap(self, breaks: Mapping[int, Break], expected: Sequence[State]) -> Iterator[str]:
        """Take the tour, each command broken off where it says and run again; what went wrong. Of what comes behind the
        last break only the end is left, which clears away.
        """
        self.forget()
        for number, stop in enumerate(self.tour):
            if max(breaks) < number < len(self.tour) - 1:
                continue
            if (broken := breaks.get(number)) is None:
                self.stage.write(stop.stack, **(stop.files or {}))
                self.stage.did(stop.command, *stop.options, "--quiet")
                continue
            first = self.broken_off(broken)
            again = self.stage.envctl(stop.command, *stop.options)
            where = f"{stop.command} ({number}), {broken}"
            if first.status not in broken.statuses:
                yield f"{where}: ended with {first.status}: {first.stdout} {first.stderr}"
            if again.status != 0:
                yield f"{where}: run again it failed: {again.stderr}"
            yield from (f"{where}: {what}" for what in difference(expected[number], self.state()))
            if stop.command not in ("down", "gc") and (steps := plan(self.stage.here()).steps):
                yield f"{where}: after that there was still something to do: {steps}"


@contextmanager
def travellers(docker: DockerClient, folder: Path, tour: Sequence[Stop], count: int) -> Iterator[list[Traveller]]:
    """Some travellers, who clear away what they made."""
    with ThreadPoolExecutor(count) as pool:
        stages = [staged(docker, made, keep=lambda: False) for made in _folders(folder, count)]
        entered = [stage.__enter__() for stage in stages]
        try:
            yield [Traveller(stage, _made(stage.folder / "tmp"), tour) for stage in entered]
        finally:
            list(pool.map(lambda stage: stage.__exit__(None, None, None), stages))


def _folders(folder: Path, count: int) -> Iterator[Path]:
    return (_made(folder / f"traveller-{number}") for number in range(count))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def laps(breaks: Iterable[Break]) -> list[dict[int, Break]]:
    """As few laps as break each command off at each of its breaks."""
    found: list[dict[int, Break]] = []
    for broken in breaks:
        free = next((lap for lap in found if broken.stop not in lap), None)
        if free is None:
            found.append(free := {})
        free[broken.stop] = broken
    return found


def travel(people: Sequence[Traveller], todo: Iterable[dict[int, Break]], expected: Sequence[State]) -> list[str]:
    """Take all laps, everybody at the same time; what went wrong."""
    return share(people, todo, lambda one, breaks: one.lap(breaks, expected))


def share(people: Sequence[Traveller], todo: Iterable[T], lap: Callable[[Traveller, T], Iterable[str]]) -> list[str]:
    """Whoever is free does the next, everybody at the same time; what went wrong."""
    waiting, guard = iter(list(todo)), Lock()

    def walk(one: Traveller) -> list[str]:
        wrong: list[str] = []
        while True:
            with guard:
                mine = next(waiting, None)
            if mine is None:
                return wrong
            wrong += lap(one, mine)

    with ThreadPoolExecutor(len(people)) as pool:
        return [what for wrong in pool.map(walk, people) for what in wrong]


def sampled(breaks: Sequence[Break], count: int, seed: int) -> list[Break]:
    """All of them where everything is asked for, else some, the same ones each time: of each stop as many."""
    if os.environ.get(ALL) or count >= len(breaks):
        return list(breaks)
    random = Random(seed)
    stops = [[broken for broken in breaks if broken.stop == stop] for stop in sorted({one.stop for one in breaks})]
    each = -(-count // len(stops))
    return [broken for some in stops for broken in random.sample(some, min(each, len(some)))]


def nothing_wrong(found: Sequence[str]) -> None:
    """Fail with all that went wrong."""
    if found:
        pytest.fail("\n".join(found), pytrace=False)
