"""Runs programs. Commands are argument lists; no shell reads them."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGKILL

from envctl.world.ends import STANDARD, Ends
from envctl.world.pipes import Input, PipeReader, Reading, close, end, feed, interrupt, signal_all

TIMED_OUT = 124
NOT_EXECUTABLE = 126
NOT_FOUND = 127

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
        stdin: Input | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        line: Callable[[str], None] | None = None,
        timeout: float | None = None,
        through: Ends = STANDARD,
    ) -> Finished:
        """Run a program to its end. `line` gets each line of its standard error as it comes.

        As in a shell a program that does not exist finishes with status 127, one that cannot be run with 126. What it
        leaves running in the background is not waited for. One that takes longer than `timeout` seconds once it has its
        input is killed with all it started: status 124, as of timeout(1). When we are interrupted it is ended with all
        it started, and none is started after end_all(): that raises KeyboardInterrupt.
        """
        try:
            process = self._start(argv, _piped(stdin is not None and through.stdin is None), env, cwd)
        except FileNotFoundError as error:
            return Finished(NOT_FOUND, stderr=f"{error.filename}: not found".encode())
        except OSError as error:
            return Finished(NOT_EXECUTABLE, stderr=f"{argv[0]}: {error.strerror}".encode())
        try:
            through.speak(process)
            return _finish(process, stdin, line, timeout)
        except BaseException:
            interrupt(process)
            end(process)
            raise
        finally:
            close(process)  # only now: a program that read to the end of half an input might believe it whole
            with self._guard:
                self._running.discard(process)

    @contextmanager
    def reading(
        self,
        argv: Sequence[str],
        *,
        stdin: Input = (),
        env: Mapping[str, str] | None = None,
        through: Ends = STANDARD,
    ) -> Iterator[Reading]:
        """A program whose output is read while it runs. It is ended when nobody wants to read on.

        Raises OSError where it cannot be run.
        """
        process = self._start(argv, _piped(through.stdin is None), env)
        reading = None
        try:
            through.listen(process)
            reading = Reading(process, stdin, through)
            yield reading
        finally:
            interrupt(process)
            end(process)
            if reading is not None:
                reading.close()
            with self._guard:
                self._running.discard(process)

    def attached(self, argv: Sequence[str], descriptor: int) -> Callable[[], None]:
        """Start a program whose standard input and output are an open file, such as a connection; what is returned ends
        it. Raises OSError where it cannot be run.
        """
        process = self._start(argv, descriptor, output=descriptor, errors=subprocess.DEVNULL)

        def ended() -> None:
            interrupt(process)
            end(process)
            with self._guard:
                self._running.discard(process)

        return ended

    def _start(
        self,
        argv: Sequence[str],
        stdin: int,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        *,
        output: int = subprocess.PIPE,
        errors: int = subprocess.PIPE,
    ) -> subprocess.Popen[bytes]:
        with self._guard:
            if self._ended:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                list(argv),
                stdin=stdin,
                stdout=output,
                stderr=errors,
                env={**self.environ, **(env or {})},
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
        from signal import signal

        # A handler, unlike SIG_IGN, is not handed down; and from the program's first moment on, Ctrl-C is not for us.
        before = signal(SIGINT, lambda *_: None)
        try:
            process = subprocess.Popen(
                list(argv), env=dict(env) if env is not None else {**self.environ, **_terminal()}
            )
            status = _waited_for(process)
        except FileNotFoundError:
            return NOT_FOUND
        except OSError:
            return NOT_EXECUTABLE
        finally:
            signal(SIGINT, before)
        return status if status >= 0 else 128 - status

    def end_all(self) -> None:
        """End every program that is still running, as after Ctrl-C, and start no other."""
        with self._guard:
            self._ended = True
            running = list(self._running)
        for process in running:
            interrupt(process)
        end(*running)


def _piped(whether: bool) -> int:
    return subprocess.PIPE if whether else subprocess.DEVNULL


def _waited_for(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait()
    except BaseException:
        process.terminate()  # we are asked to stop by another signal than Ctrl-C, which it has got itself
        process.wait()
        raise


def _terminal() -> dict[str, str]:
    """What a program on a terminal asks for."""
    return {name: os.environ[name] for name in ("TERM", "COLUMNS", "LINES") if name in os.environ}


def _finish(
    process: subprocess.Popen[bytes],
    stdin: Input | None,
    line: Callable[[str], None] | None,
    timeout: float | None,
) -> Finished:
    assert process.stdout is not None  # noqa: S101 – opened by Shell
    assert process.stderr is not None  # noqa: S101
    out, err = PipeReader(process.stdout), PipeReader(process.stderr, line)
    if stdin is not None:
        feed(process, stdin)
    status = _waited(process, timeout)
    return Finished(status if status >= 0 else 128 - status, out.content(), err.content())


def _waited(process: subprocess.Popen[bytes], timeout: float | None) -> int:
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        signal_all(process, SIGKILL)
        process.wait()
        return TIMED_OUT
