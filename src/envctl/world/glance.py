"""Quick looks for completion: what does not answer at once is not there. Loads nothing heavy."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from envctl import labels

_PATIENCE = 0.1  # seconds
_LARGEST = 256 * 1024  # bytes of a stack file
_TANGLED = 64  # dots or brackets in a line that the parser would choke on
_OURS = f"%7B%22label%22%3A%5B%22{labels.ENVIRONMENT}%22%5D%7D"  # {"label": […]}
_USUAL = "/var/run/docker.sock"
_STACK_FILE = "envctl.toml"


def containers(environ: Mapping[str, str]) -> list[dict[str, str]]:
    """The labels of every container that carries ours; none where no daemon answers on a socket of this machine."""
    try:
        found = json.loads(_get(_socket(environ), f"/containers/json?all=1&filters={_OURS}"))
        return [entry["Labels"] for entry in found]
    except (OSError, ValueError, TypeError, LookupError):
        return []


def _get(path: str, query: str) -> bytes:
    """The body of an answer. In HTTP/1.0 it comes in one piece and ends with the connection."""
    deadline = monotonic() + _PATIENCE
    parts: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.settimeout(_PATIENCE)
        daemon.connect(path)
        daemon.sendall(f"GET {query} HTTP/1.0\r\nHost: docker\r\n\r\n".encode())
        while monotonic() < deadline and (part := daemon.recv(1 << 16)):
            parts.append(part)
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    return body if b" 200 " in head.split(b"\r\n", 1)[0] else b""


def _socket(environ: Mapping[str, str]) -> str:
    """Where the daemon listens: DOCKER_HOST, else what Docker's current context says, else the usual place."""
    host = environ.get("DOCKER_HOST") or _context_host(environ)
    if not host:
        return _USUAL
    kind, _, path = host.partition("://")
    if kind != "unix":
        raise OSError("no socket of this machine")
    return path


def _context_host(environ: Mapping[str, str]) -> str:
    import hashlib

    folder = Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME", "/")) / ".docker")
    try:
        name = environ.get("DOCKER_CONTEXT") or json.loads((folder / "config.json").read_bytes())["currentContext"]
        known = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
        return str(json.loads(known.read_bytes())["Endpoints"]["docker"]["Host"])
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return ""


def branches(folder: Path) -> list[str]:
    """The full refs of a repository's local branches, the last used first."""
    import subprocess

    argv = ["git", "for-each-ref", "--sort=-committerdate", "--count=500", "--format=%(refname)", "refs/heads"]
    try:
        done = subprocess.run(argv, cwd=folder, capture_output=True, timeout=_PATIENCE, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.decode("utf-8", "surrogateescape").splitlines()


def stack_document(folder: Path, file: str | None) -> dict[str, Any]:
    """A stack file as it is written, unchecked; empty where there is none, or none that is read in no time.

    What must be a table in it may be anything.
    """
    import tomllib

    path = folder / file if file else next(_stack_files(folder), None)
    try:
        if path is None or not path.is_file() or path.stat().st_size > _LARGEST:
            return {}
        text = path.read_text("utf-8")
        if any(line.count(".") > _TANGLED or line.count("[") + line.count("{") > _TANGLED for line in text.split("\n")):
            return {}
        return tomllib.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}


def _stack_files(start: Path) -> Iterator[Path]:
    """In a folder or above it, up to the top of its git repository."""
    for folder in (start, *start.parents):
        yield from (path for path in (folder / _STACK_FILE,) if path.exists())
        if (folder / ".git").exists():
            return
