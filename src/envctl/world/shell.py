"""Runs programs. Commands are argument lists; no shell reads them."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT

NOT_EXECUTABLE = 126
NOT_FOUND = 127
_PATIENCE = 10.0  # seconds between asking a program to end and making it

# What Docker's and git's own clients need. Everything else of the caller's environment stays outside.
_PASSED_ON = (
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
        self.environ = {name: environ[name] for name in _PASSED_ON if name in environ}
        self._running: set[subprocess.Popen[bytes]] = set()
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
    ) -> Finished:
        """Run a program to its end. `line` gets each line of its standard error as it comes.

        A program that does not exist finishes with status 127, as in a shell. Raises KeyboardInterrupt after end_all().
        """
        if self._ended:
            raise KeyboardInterrupt
        try:
            process = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**self.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,  # Ctrl-C reaches us, and we tell the program, once
            )
        except FileNotFoundError:
            return Finished(NOT_FOUND, stderr=f"{argv[0]}: not found".encode())
        with self._guard:
            self._running.add(process)
        try:
            return _finish(process, stdin, line)
        except BaseException:
            _end(process)
            raise
        finally:
            with self._guard:
                self._running.discard(process)

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
        except PermissionError:
            return NOT_EXECUTABLE
        before = signal(SIGINT, SIG_IGN)
        try:
            status = process.wait()
        finally:
            signal(SIGINT, before)
        return status if status >= 0 else 128 - status

    def end_all(self) -> None:
        """End every program that is still running and start no other, as after Ctrl-C."""
        with self._guard:
            self._ended = True
            running = list(self._running)
        for process in running:
            _end(process)


def _terminal() -> dict[str, str]:
    """What a program on a terminal asks for."""
    return {name: os.environ[name] for name in ("TERM", "COLUMNS", "LINES") if name in os.environ}


def _finish(
    process: subprocess.Popen[bytes], stdin: Iterable[bytes] | None, line: Callable[[str], None] | None
) -> Finished:
    out: list[bytes] = []
    err: list[bytes] = []

    def read_out() -> None:
        assert process.stdout is not None  # noqa: S101 – opened above
        out.append(process.stdout.read())

    def read_err() -> None:
        assert process.stderr is not None  # noqa: S101 – opened above
        for raw in process.stderr:
            err.append(raw)
            if line is not None:
                line(raw.decode("utf-8", "replace").rstrip("\r\n"))

    readers = [threading.Thread(target=target, daemon=True) for target in (read_out, read_err)]
    for reader in readers:
        reader.start()
    if stdin is not None:
        _feed(process, stdin)
    status = process.wait()
    for reader in readers:
        reader.join()
    return Finished(status if status >= 0 else 128 - status, b"".join(out), b"".join(err))


def _feed(process: subprocess.Popen[bytes], stdin: Iterable[bytes]) -> None:
    assert process.stdin is not None  # noqa: S101 – opened by run()
    try:
        for block in stdin:
            process.stdin.write(block)
        process.stdin.close()
    except BrokenPipeError:
        pass  # the program ended before its input did: its status says why


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(SIGINT)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
