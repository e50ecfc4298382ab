"""Runs programs. Commands are argument lists; no shell reads them."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGKILL
from time import monotonic
from typing import IO

TIMED_OUT = 124
NOT_EXECUTABLE = 126
NOT_FOUND = 127
_PATIENCE = 10.0  # seconds between asking a program to end and making it
_LAST_WORDS = 1.0  # seconds without a word once a program has ended, until we believe that another holds its pipes

# What Docker's and git's own clients need. Everything else of the caller's environment stays outside.
PASSED_ON = (
    "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LC_ALL", "SSH_AUTH_SOCK", "SSH_AGENT_PID",
    "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
)  # fmt: skip


@dataclass(frozen=True)
class Finished:
    """How a program ended, and what it printed."""

    status: int
    stdout: bytes = b""
    stderr: bytes = b""


class Shell:
    """Starts programs with a scrubbed environment, and ends them when we are interrupted."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = {name: environ[name] for name in PASSED_ON if name in environ}
        self._running: set[subprocess.Popen[bytes]] = set()
        self._handed_down: set[int] = set()
        self._guard = threading.Lock()
        self._ended = False

    def run(
        self,
        argv: Sequence[str],
        *,
        stdin: Iterable[bytes] | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        line: Callable[[str], None] | None = None,
        timeout: float | None = None,
    ) -> Finished:
        """Run a program to its end. `line` gets each line of its standard error as it comes.

        As in a shell a program that does not exist finishes with status 127, one that cannot be run with 126. What it
        leaves running in the background is not waited for. One that takes longer than `timeout` seconds once it has its
        input is killed with all it started: status 124, as of timeout(1). When we are interrupted it is ended with all
        it started, and none is started after end_all(): that raises KeyboardInterrupt.
        """
        try:
            process = self._start(argv, stdin is not None, {**self.environ, **(env or {})}, cwd)
        except FileNotFoundError as error:
            return Finished(NOT_FOUND, stderr=f"{error.filename}: not found".encode())
        except OSError as error:
            return Finished(NOT_EXECUTABLE, stderr=f"{argv[0]}: {error.strerror}".encode())
        try:
            return _finish(process, stdin, line, timeout)
        except BaseException:
            _interrupt(process)
            _end(process)
            raise
        finally:
            _close(process)  # only now: a program that read to the end of half an input might believe it whole
            with self._guard:
                self._running.discard(process)

    def _start(
        self, argv: Sequence[str], piped: bool, env: Mapping[str, str], cwd: Path | None
    ) -> subprocess.Popen[bytes]:
        with self._guard:
            if self._ended:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=env,
                cwd=cwd,
                pass_fds=tuple(self._handed_down),
                start_new_session=True,  # Ctrl-C reaches us, and we tell the program, once
            )
            self._running.add(process)
        return process

    @contextmanager
    def handing_down(self, descriptor: int) -> Iterator[None]:
        """Programs that run() starts meanwhile keep this open file for as long as they live, if need be without us."""
        self._handed_down.add(descriptor)
        try:
            yield
        finally:
            self._handed_down.discard(descriptor)

    def hand_over(self, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
        """Run a program on our own terminal or pipes and return its status, as env(1) does (126, 127).

        Without `env` it gets the scrubbed environment. Signals of the terminal are the program's to handle.
        """
        from signal import SIG_IGN, signal

        try:
            process = subprocess.Popen(
                list(argv), env=dict(env) if env is not None else {**self.environ, **_terminal()}
            )
        except FileNotFoundError:
            return NOT_FOUND
        except OSError:
            return NOT_EXECUTABLE
        before = signal(SIGINT, SIG_IGN)
        try:
            status = process.wait()
        except BaseException:
            process.terminate()  # we are asked to stop by another signal than Ctrl-C, which it has got itself
            process.wait()
            raise
        finally:
            signal(SIGINT, before)
        return status if status >= 0 else 128 - status

    def end_all(self) -> None:
        """End every program that is still running, as after Ctrl-C, and start no other."""
        with self._guard:
            self._ended = True
            running = list(self._running)
        for process in running:
            _interrupt(process)
        _end(*running)


def _terminal() -> dict[str, str]:
    """What a program on a terminal asks for."""
    return {name: os.environ[name] for name in ("TERM", "COLUMNS", "LINES") if name in os.environ}


class _Reader(threading.Thread):
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
        latest, read = monotonic() + _PATIENCE, -1
        while self.is_alive() and read < len(self._parts) and monotonic() < latest:
            read = len(self._parts)
            self.join(_LAST_WORDS)
        if self.failure is not None:
            raise self.failure
        return b"".join(self._parts)


def _finish(
    process: subprocess.Popen[bytes],
    stdin: Iterable[bytes] | None,
    line: Callable[[str], None] | None,
    timeout: float | None,
) -> Finished:
    assert process.stdout is not None  # noqa: S101 – opened by Shell
    assert process.stderr is not None  # noqa: S101
    out, err = _Reader(process.stdout), _Reader(process.stderr, line)
    if stdin is not None:
        _feed(process, stdin)
    status = _waited(process, timeout)
    return Finished(status if status >= 0 else 128 - status, out.content(), err.content())


def _waited(process: subprocess.Popen[bytes], timeout: float | None) -> int:
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        _signal(process, SIGKILL)
        process.wait()
        return TIMED_OUT


def _feed(process: subprocess.Popen[bytes], stdin: Iterable[bytes]) -> None:
    assert process.stdin is not None  # noqa: S101 – opened by Shell
    with suppress(BrokenPipeError):  # the program ended before its input did: its status says why
        for block in stdin:
            process.stdin.write(block)
    _close(process)


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """What Ctrl-C does: tell the program and all it started."""
    if process.poll() is None:
        _signal(process, SIGINT)


def _end(*processes: subprocess.Popen[bytes]) -> None:
    """Wait for programs that were told to end; then, or at the next Ctrl-C, nothing of what they started is left."""
    latest = monotonic() + _PATIENCE
    try:
        for process in processes:
            process.wait(max(0.0, latest - monotonic()))
    except subprocess.TimeoutExpired:
        pass
    finally:
        for process in processes:
            _signal(process, SIGKILL)
        for process in processes:
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # none is left; macOS says the latter
        os.killpg(process.pid, number)
