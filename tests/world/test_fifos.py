"""Streams of programs that go through named pipes: as much as through those of a client, and as surely to an end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from envctl.machine import Daemon
from envctl.world.ends import STANDARD, removed
from envctl.world.fifos import Fifos, fifos
from envctl.world.pipes import Aside
from envctl.world.shell import Shell

MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
HERE = Daemon("26.1.5", "1.45", MEMORY, "/", os.uname().release, "", name=os.uname().nodename)
BIG = b"0123456789abcdef" * (1 << 17)


@pytest.fixture
def pipes(tmp_path: Path) -> Iterator[Fifos]:
    """Some."""
    yield Fifos(tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_a_program_is_fed(pipes: Fifos) -> None:
    """All of it, and then its input ends."""
    with pipes.ends() as ends:
        finished = Shell(os.environ).run(ends.words(("wc", "-c")), stdin=[BIG, BIG], through=ends)
    assert f"{2 * len(BIG)}" == finished.stdout.decode().strip()


def test_a_program_is_read_while_it_is_fed(pipes: Fifos) -> None:
    """Through one each way."""
    with (
        pipes.ends(both=True) as ends,
        Shell(os.environ).reading(ends.words(("cat",)), stdin=[BIG, BIG], through=ends) as reading,
    ):
        assert BIG + BIG == b"".join(reading)
        assert (0, b"") == reading.ended()


def test_one_whose_input_fails_is_read_to_its_end(pipes: Fifos) -> None:
    """Also where it goes on without who started it, as a program in a container does without Docker's client."""

    def blocks() -> Iterator[bytes]:
        yield b"half"
        raise LookupError("the rest")

    starter = ("sh", "-c", 'setsid "$@" & wait', "starter")
    with (
        pipes.ends(both=True) as ends,
        Shell(os.environ).reading((*starter, *ends.words(("cat",))), stdin=blocks(), through=ends) as reading,
    ):
        assert b"half".startswith(b"".join(reading))
        with pytest.raises(LookupError, match="the rest"):
            reading.ended()


@pytest.mark.parametrize("program", [("no-such-program",), ("sh", "-c", "echo no >&2; exit 3")])
def test_a_program_that_fails_before_it_reads(pipes: Fifos, program: tuple[str, ...]) -> None:
    """What it is fed with does not keep us."""
    with pipes.ends() as ends:
        finished = Shell(os.environ).run(ends.words(program), stdin=[BIG] * 4, through=ends)
    assert 0 != finished.status
    assert b"" != finished.stderr


def test_a_program_that_cannot_open_its_pipe(pipes: Fifos) -> None:
    """As in a container that does not see it: an error, and no waiting."""
    with pipes.ends(both=True) as ends:
        elsewhere = replace(ends, stdin=Path("/no/such/pipe"), stdout=Path("/no/such/pipe"))
        with Shell(os.environ).reading(elsewhere.words(("cat",)), stdin=[BIG], through=ends) as reading:
            assert b"" == b"".join(reading)
            status, said = reading.ended()
    assert 0 != status
    assert b"/no/such/pipe" in said


@pytest.mark.parametrize("both", [False, True])
def test_a_program_whose_starter_is_gone_ends(pipes: Fifos, both: bool) -> None:
    """Killed before it opened its ends: whoever waits for what the program holds does not do so for ever."""
    with pipes.ends(both=both) as ends:
        words = replace(ends, patience=1).words(("cat",))
        alone = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=20)
    assert (1, b"") == (alone.returncode, alone.stdout)


def test_who_reads_no_further_ends_it(pipes: Fifos) -> None:
    """And whoever feeds it."""
    with (
        pipes.ends(both=True) as ends,
        Shell(os.environ).reading(ends.words(("cat",)), stdin=[BIG] * 64, through=ends) as reading,
    ):
        assert BIG.startswith(next(iter(reading))[:10])


TOLD = 'read -r at; wc -c <"$at"; cat'  # what reads a pipe that its input names, and then goes on with its input


def aside(pipes: Fifos, blocks: Iterable[bytes]) -> Aside:
    """A pipe that is named by a line of the input, as TOLD reads it."""
    path = pipes.one()
    return Aside(os.fsencode(f"{path}\n"), path, blocks)


@pytest.mark.parametrize("through", [True, False])
def test_a_program_is_told_to_read_beside_its_input(pipes: Fifos, through: bool) -> None:
    """All of that comes before what follows it in the input."""
    with pipes.ends() as ends:
        words, where = (ends.words, ends) if through else (tuple, STANDARD)
        told: list[bytes | Aside] = [aside(pipes, [BIG, b"", BIG]), b"and then\n"]
        finished = Shell(os.environ).run(words(("sh", "-c", TOLD)), stdin=told, through=where)
    assert [f"{2 * len(BIG)}", "and then"] == finished.stdout.decode().split("\n")[:2]


@pytest.mark.parametrize("script", ["read -r at; exit 3", 'read -r at; head -c 9 "$at" >/dev/null; exit 3', "exit 3"])
def test_a_program_that_reads_no_further_beside_its_input(pipes: Fifos, script: str) -> None:
    """It does not keep us, whether it has opened the pipe or not, and gets no more."""
    rest = iter([BIG] * 64)
    finished = Shell(os.environ).run(("sh", "-c", script), stdin=[aside(pipes, rest), b"never"])
    assert 3 == finished.status
    assert next(rest, None) is not None


def test_what_comes_beside_an_input_may_fail(pipes: Fifos) -> None:
    """As the input itself may."""

    def broken() -> Iterator[bytes]:
        yield BIG
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Shell(os.environ).run(("sh", "-c", TOLD), stdin=[aside(pipes, broken())])


def test_who_waits_for_a_pipe_that_is_removed_ends(pipes: Fifos) -> None:
    """With nothing to read, whether it had opened it by then or comes too late."""
    path = pipes.one()
    with subprocess.Popen(("sh", "-c", 'echo; cat "$1"', "sh", str(path)), stdout=subprocess.PIPE) as waiting:
        assert waiting.stdout is not None
        waiting.stdout.readline()
        removed(path)
        assert b"" == waiting.stdout.read()


def test_only_we_can_reach_them(tmp_path: Path) -> None:
    """And the container that they are mounted into, which begins behind our door."""
    with fifos(HERE, tmp_path, "shop") as pipes:
        assert pipes is not None
        assert 0o700 == pipes.folder.parent.stat().st_mode & 0o777
        assert 0o755 == pipes.folder.stat().st_mode & 0o777
    assert [] == list((tmp_path / "environments").iterdir())


@pytest.mark.parametrize(
    "daemon",
    [replace(HERE, kernel="5.1-other"), replace(HERE, name="elsewhere"), replace(HERE, selinux=True)],
)
def test_a_daemon_that_does_not_see_our_files_gets_none(tmp_path: Path, daemon: Daemon) -> None:
    """One elsewhere, in a virtual machine, beside the container that we are in, or one that may not."""
    with fifos(daemon, tmp_path, "shop") as pipes:
        assert pipes is None
