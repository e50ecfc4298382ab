"""Where the daemon listens, and asking at its socket.

The client library takes longer to load (0.1 to 0.2 s) than all the rest of an `up` that finds nothing to do. At a
socket of this machine we do without it, but for what comes or goes piece by piece.
"""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

from envctl.errors import EnvctlError, Exit

API = "1.45"  # Engine 26, the oldest that envctl is tested with; before it internal networks leak
SOCKET = "unix://"
_DEFAULT = "unix:///var/run/docker.sock"
_HANDED_OVER = "HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp"  # a connection is given away
_PATIENCE = 120.0  # seconds without a byte
_STATUS = re.compile(rb"HTTP/\d\.\d (\d{3}) ")
_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)
_DATE = re.compile(rb"\r\nDate: ([^\r]+)", re.IGNORECASE)
_TOO_OLD = re.compile(r"too new\. Maximum supported API version is ([\d.]+)")


@dataclass(frozen=True)
class Request:
    """What the daemon is asked for. A path begins with a slash; of a JSON body `kind` says nothing else."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    kind: str = "application/json"
    patience: float = _PATIENCE  # seconds without a byte

    @property
    def target(self) -> str:
        """The path in the version of the API that we speak, with what is asked of it."""
        versioned = self.path if self.path == "/_ping" else f"/v{API}{self.path}"
        return f"{versioned}{'?' if self.query else ''}{urlencode(self.query)}"

    def written(self, how: str = "HTTP/1.0") -> bytes:
        """The request as it is sent to a socket."""
        length = "" if "chunked" in how else f"Content-Length: {len(self.body)}\r\n"
        about = f"Content-Type: {self.kind}\r\n{length}" if self.method != "GET" else ""
        return f"{self.method} {self.target} {how}\r\nHost: docker\r\n{about}\r\n".encode() + self.body


class Refused(Exception):
    """The daemon answered, but not with what it was asked for."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def daemon_host(environ: Mapping[str, str]) -> str:
    """DOCKER_HOST, else that of Docker's current context (so Docker Desktop, Colima and rootless Docker are found)."""
    if host := environ.get("DOCKER_HOST"):
        return host
    folder = Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME", ""), ".docker"))
    context = environ.get("DOCKER_CONTEXT") or _said(folder / "config.json", "currentContext")
    if not context or context == "default":
        return _DEFAULT
    meta = folder / "contexts" / "meta" / sha256(context.encode()).hexdigest() / "meta.json"
    return _said(meta, "Endpoints", "docker", "Host") or _DEFAULT


def is_near(environ: Mapping[str, str]) -> bool:
    """Whether the daemon listens on a socket of this machine."""
    return daemon_host(environ).startswith(SOCKET)


def _said(file: Path, *keys: str) -> str:
    """What a JSON file says there; nothing where it cannot be read."""
    try:
        found = json.loads(file.read_bytes())
        for key in keys:
            found = found[key]
    except (OSError, ValueError, LookupError, TypeError):
        return ""
    return str(found)


def ask(host: str, request: Request) -> bytes:
    """The body of the answer at the socket `host`. Raises Refused, or OSError where nobody answers."""
    return _answer(host, request)[1]


def moment(host: str) -> datetime:
    """What time it is for the daemon. Raises OSError where nobody answers."""
    head, _ = _answer(host, Request("GET", "/_ping"))
    found = _DATE.search(head)
    return dated(found[1].decode("ascii", "replace") if found else "")


def dated(text: str) -> datetime:
    """The time that an HTTP answer says it was given at (RFC 9110). Raises OSError where it says none."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        raise broken_off() from None


def upload(host: str, request: Request, blocks: Iterable[bytes]) -> None:
    """Send a body of which nobody knows yet how long it is. Raises as ask(), and whatever `blocks` raises."""
    with _begun(host, request, "HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked") as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # it has answered already: not all was needed
            for block in filter(None, blocks):
                sys.audit("envctl.request", block)
                connection.sendall(b"%x\r\n%b\r\n" % (len(block), block))
            connection.sendall(b"0\r\n\r\n")
        _parted(_rest(connection))


def _answer(host: str, request: Request) -> tuple[bytes, bytes]:
    """Head and body of an answer.

    In HTTP/1.0 it ends with its connection and comes in one piece, so that nothing of HTTP is left to know.
    """
    with _begun(host, request) as connection:
        return _parted(_rest(connection))


def _parted(answer: bytes) -> tuple[bytes, bytes]:
    """Head and body of a whole answer. Raises Refused."""
    head, _, body = answer.partition(b"\r\n\r\n")
    said, status = _LENGTH.search(head), _STATUS.match(head)
    if status is None or (said is not None and len(body) < int(said[1])):
        raise broken_off()
    if not is_done(int(status[1])):
        raise refused(int(status[1]), body)
    return head, body


@contextmanager
def _begun(host: str, request: Request, how: str = "HTTP/1.0") -> Iterator[socket.socket]:
    """A connection on which something was asked."""
    written = request.written(how)
    sys.audit("envctl.request", written)  # as the interpreter's own library tells of its requests
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(request.patience)
        connection.connect(host.removeprefix(SOCKET))
        connection.sendall(written)
        yield connection


@contextmanager
def handed_over(host: str, request: Request) -> Iterator[tuple[socket.socket, bytes]]:
    """A connection that the daemon gives away to a program, and what came on it already: pieces as in a log.

    Raises Refused, or OSError where nobody answers.
    """
    with _begun(host, request, _HANDED_OVER) as connection:
        answer = bytearray()
        while b"\r\n\r\n" not in answer and (block := connection.recv(1 << 16)):
            answer += block
        head, _, output = bytes(answer).partition(b"\r\n\r\n")
        if (status := _STATUS.match(head)) is None:
            raise broken_off()
        if int(status[1]) != HTTPStatus.SWITCHING_PROTOCOLS:
            raise refused(int(status[1]), output)
        yield connection, output


@contextmanager
def listening(host: str, request: Request, heard: Callable[[], None]) -> Iterator[None]:
    """Call `heard` whenever the daemon tells something, as long as this lasts. Raises OSError where nobody answers."""

    def listen() -> None:
        with suppress(OSError):  # it is over, or the daemon is gone, which the next question tells
            while connection.recv(1 << 16):
                heard()

    with _begun(host, request) as connection:
        Thread(target=listen, daemon=True).start()
        try:
            yield
        finally:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def talk(host: str, request: Request, said: bytes) -> bytes:
    """All that a program answers which is told `said`, a few lines. Raises as handed_over()."""
    with handed_over(host, request) as (connection, output):
        with suppress(BrokenPipeError, ConnectionResetError):  # it ended before it was told all: its status says why
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
        return output + _rest(connection)


def _rest(connection: socket.socket) -> bytes:
    """What comes until the end. It ends with a reset where the daemon did not need all of what it got."""
    found = bytearray()
    with suppress(ConnectionResetError):
        while block := connection.recv(1 << 16):
            found += block
    return bytes(found)


def is_done(status: int) -> bool:
    """Whether the daemon did what it was asked, or found it done: what runs already is not started again."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.NOT_MODIFIED


def refused(status: int, body: bytes) -> Refused:
    """What the daemon says when it does not do what it is asked."""
    try:
        return Refused(status, str(json.loads(body)["message"]))
    except (ValueError, LookupError, TypeError):
        return Refused(status, body.decode("utf-8", "replace").strip() or "no reason")


def broken_off() -> OSError:
    """Half an answer is none."""
    return ConnectionResetError("it broke off in the middle of an answer")


def nobody(host: str, error: Exception) -> EnvctlError:
    """No daemon was there from the beginning."""
    return EnvctlError(
        Exit.DOCKER,
        f"no Docker Engine answers at {host}: {_cause(error)}",
        unchanged="Nothing was changed.",
        hint="Start Docker, or point DOCKER_HOST to a daemon that runs, then try again.",
    )


def stopped(error: Exception) -> EnvctlError:
    """There was one, and it is gone."""
    return EnvctlError(
        Exit.DOCKER,
        f"the Docker Engine stopped answering: {_cause(error)}",
        unchanged="What was done so far is kept.",
        hint="Once Docker runs again, the same command goes on from here.",
    )


def turned_down(host: str, refusal: Refused) -> EnvctlError:
    """The daemon answers, and cannot do what we ask: usually it is too old."""
    if (spoken := _TOO_OLD.search(refusal.reason)) is None:
        return EnvctlError(
            Exit.DOCKER,
            f"the Docker Engine at {host} does not answer as it should: {refusal.reason} ({refusal.status})",
            hint="See `docker info` and the daemon's log.",
        )
    return too_old(host, spoken[1])


def too_old(host: str, spoken: str) -> EnvctlError:
    """The daemon speaks an older API than we do."""
    return EnvctlError(
        Exit.DOCKER,
        f"the Docker Engine at {host} is too old: it speaks API {spoken}, envctl needs {API}",
        unchanged="Nothing was changed.",
        hint="Upgrade to Docker Engine 26 or later.",
    )


def _cause(error: Exception) -> str:
    text = str(error)
    for reason in ("No such file or directory", "Permission denied", "Connection refused"):
        if reason in text:
            return reason.lower()
    return text.splitlines()[0] if text else type(error).__name__
