"""The pipes of programs that run: what they print is read, what they need is fed, and they are ended."""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from signal import SIGINT, SIGKILL
from time import monotonic
from typing import IO, TypeAlias

from envctl.world.ends import STANDARD, Ends, removed, writing

PATIENCE = 10.0  # seconds between asking a program to end and making it
_BLOCK = 1 << 20  # bytes that are read at once, at most
_LAST_WORDS = 1.0  # seconds without a word once a program has ended, until we believe that another holds its pipes


class PipeReader(threading.Thread):
    """Reads a pipe to its end, also when nobody wants to hear of it any more: a full pipe stops its program."""

    def __init__(self, pipe: IO[bytes], line: Callable[[str], None] | None = None) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._line = line
        self._parts: list[bytes] = []
        self.failure: Exception | None = None
        self.start()

    def run(self) -> None:
        """Read line by line."""
        with self._pipe:
            for raw in self._pipe:
                self._parts.append(raw)
                self._say(raw)

    def _say(self, raw: bytes) -> None:
        if self._line is None or self.failure is not None:
            return
        try:
            self._line(raw.decode("utf-8", "replace").rstrip("\r\n"))
        except Exception as failure:  # the listener's; content() raises it
            self.failure = failure

    def content(self) -> bytes:
        """What was read, once the program has ended; what its listener raised is raised here."""
        latest, read = monotonic() + PATIENCE, -1
        while self.is_alive() and read < len(self._parts) and monotonic() < latest:
            read = len(self._parts)
            self.join(_LAST_WORDS)
        if self.failure is not None:
            raise self.failure
        return b"".join(self._parts)


@dataclass(frozen=True)
class Aside:
    """A part of a program's input by which it has a named pipe read, and what is read there."""

    words: bytes
    path: Path
    blocks: Iterable[bytes]

    def passed(self, process: subprocess.Popen[bytes], stdin: IO[bytes]) -> None:
        """All of it, once the pipe is open at its other end. Raises BrokenPipeError where nobody reads on."""
        try:
            stdin.write(self.words)
            stdin.flush()
            end = writing(self.path, process)
            if end is None:
                raise BrokenPipeError
            widen(end)
            with end:
                for block in self.blocks:
                    end.write(block)
        finally:
            removed(self.path)


Input: TypeAlias = Iterable[bytes | Aside]


class Words:
    """What a program is told while it runs: each word as soon as it is said."""

    def __init__(self, *said: bytes) -> None:
        self._waiting: SimpleQueue[bytes | None] = SimpleQueue()
        for word in said:
            self.say(word)

    def say(self, word: bytes) -> None:
        """Tell it more."""
        self._waiting.put(word)

    def close(self) -> None:
        """There is no more to say."""
        self._waiting.put(None)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._waiting.get, None)


def widen(pipe: IO[bytes] | None) -> None:
    """Let more wait in it, where that can be had: then both ends wake up less often."""
    if pipe is not None and (size := getattr(fcntl, "F_SETPIPE_SZ", None)) is not None:
        with suppress(OSError):  # the user has too many already
            fcntl.fcntl(pipe, size, _BLOCK)


def feed(process: subprocess.Popen[bytes], stdin: Input) -> None:
    """Give it all of its input, unless it ends before."""
    if process.stdin is None:  # it had ended before it could be given any
        return
    widen(process.stdin)
    at_once = isinstance(stdin, Words)
    with suppress(BrokenPipeError):  # the program ended before its input did: its status says why
        for block in stdin:
            if isinstance(block, Aside):
                block.passed(process, process.stdin)
                continue
            process.stdin.write(block)
            if at_once:
                process.stdin.flush()
    close(process)


def close(process: subprocess.Popen[bytes]) -> None:
    """It gets no more input."""
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """What Ctrl-C does: tell the program and all it started."""
    if process.poll() is None:
        signal_all(process, SIGINT)


def end(*processes: subprocess.Popen[bytes]) -> None:
    """Wait for programs that were told to end; then, or at the next Ctrl-C, nothing of what they started is left."""
    latest = monotonic() + PATIENCE
    try:
        for process in processes:
            process.wait(max(0.0, latest - monotonic()))
    except subprocess.TimeoutExpired:
        pass
    finally:
        for process in processes:
            signal_all(process, SIGKILL)
        for process in processes:
            process.wait()


def signal_all(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to it and all that it started."""
    with suppress(ProcessLookupError, PermissionError):  # none is left; macOS says the latter
        os.killpg(process.pid, number)


class Reading:
    """The output of a program that runs: its blocks as they come, and how it ended once there are no more.

    Whoever makes it does not wait until the program is there.
    """

    def __init__(self, process: subprocess.Popen[bytes], stdin: Input, through: Ends = STANDARD) -> None:
        assert process.stdout is not None  # noqa: S101 – opened by Shell
        assert process.stderr is not None  # noqa: S101
        self._process, self._output = process, process.stdout
        widen(process.stdout)
        self._errors = PipeReader(process.stderr)
        self._failure: Exception | None = None
        self._stdin, self._through = stdin, through
        self._there = threading.Event()  # or it has ended before
        self._feeding = threading.Thread(target=self._feed, daemon=True)
        self._feeding.start()

    def _feed(self) -> None:
        try:
            try:
                self._through.speak(self._process)
            finally:
                self._there.set()
            feed(self._process, self._stdin)
        except Exception as failure:  # of whoever reads what it is fed with; ended() raises it
            self._failure = failure
            interrupt(self._process)
            end(self._process)  # half an input is none: only now may it end, for a program that outlives its starter
            close(self._process)

    def __iter__(self) -> Iterator[bytes]:
        self._there.wait()
        while block := os.read(self._output.fileno(), _BLOCK):
            yield block

    def ended(self) -> tuple[int, bytes]:
        """Its status and what it printed as errors. What its input raised is raised here."""
        status = self._process.wait()
        self._fed()
        if self._failure is not None:
            raise self._failure
        return status if status >= 0 else 128 - status, self._errors.content()

    def stop(self) -> None:
        """End it: nobody wants to read on."""
        interrupt(self._process)
        end(self._process)

    def close(self) -> None:
        """Nothing more is read; it has ended."""
        self._output.close()
        self._fed()
        close(self._process)

    def _fed(self) -> None:
        """It gets nothing more: it has ended."""
        if isinstance(self._stdin, Words):
            self._stdin.close()
        self._feeding.join(PATIENCE)
