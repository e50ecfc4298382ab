"""Where a branch is published, and what is known of it there. Nobody may know, and that is an answer too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

_WEB_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_PATH = re.compile(r"(?!-)[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+")
_SCP = re.compile(r"(?:[A-Za-z0-9_.-]+@)?([A-Za-z0-9.-]+):(?!//)(\S+)")
_LONGEST = 1000  # characters of a repository's path
_WEB_HOST = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}  # ssh through the port of https


@dataclass(frozen=True)
class Unknown:
    """Nobody could tell, and why. What is unknown counts against nobody."""

    why: str


@dataclass(frozen=True)
class Refused(Unknown):
    """A forge did not do what it was asked; `status` is that of HTTP, 0 where it did not answer at all."""

    status: int = 0


@dataclass(frozen=True)
class Commit:
    """What is checked out; `dirty` when files differ from it."""

    sha: str
    dirty: bool


@dataclass(frozen=True)
class Remote:
    """Where a local branch is published: the remote's URL without credentials, and the full ref there.

    `published` says that it was seen there: a branch that never was cannot be gone.
    """

    url: str
    ref: str
    published: bool


@dataclass(frozen=True)
class Pull:
    """A pull request (GitLab: merge request) of a branch of the repository itself, never of a fork's.

    `ref` is the branch's full ref, `commit` its last one; `closed` is when it was merged or closed.
    """

    number: int
    state: Literal["open", "merged", "closed"]
    ref: str
    commit: str
    closed: datetime | None
    url: str


@dataclass(frozen=True)
class Comment:
    """A comment on a pull request. `author` is what the forge's own `viewer()` answers for the same account."""

    pull: int
    id: int
    author: str
    text: str
    url: str


@dataclass(frozen=True)
class Repository:
    """A repository on a forge: host (with a port, where it is not the usual one of the web) and path."""

    host: str
    path: str

    @classmethod
    def of(cls, url: str) -> Repository | None:
        """The one that a git remote's URL or a web address names; None for anything else, such as a folder.

        The port of ssh is left out: it is none of the forge's web server.
        """
        if not url.isprintable() or set(url) & {" ", "\\"}:  # readers differ on where its host begins
            return None
        scp = _SCP.fullmatch(url)
        if scp is not None and "://" not in url:
            return cls._checked(scp[1], scp[2].removeprefix("/"))
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return None
        if parts.scheme not in ("https", "http", "ssh") or parts.query or parts.fragment:
            return None
        usual = parts.scheme == "ssh" or port in (None, _WEB_PORTS[parts.scheme])
        return cls._checked(host, parts.path.removeprefix("/"), "" if usual else f":{port}")

    @classmethod
    def _checked(cls, host: str, path: str, port: str = "") -> Repository | None:
        host, path = host.lower(), path.removesuffix("/").removesuffix(".git")
        whole = _HOST.fullmatch(host) and _PATH.fullmatch(path) and len(path) <= _LONGEST
        if not whole or any(part.strip(".") == "" for part in path.split("/")):
            return None
        return cls(f"{_WEB_HOST.get(host, host)}{port}", path)

    @property
    def hostname(self) -> str:
        """The host without a port."""
        return self.host.partition(":")[0]


def without_credentials(url: str) -> str:
    """A remote's URL as others may see it: `user:password@` is gone, except the name by which one logs in with ssh."""
    if "://" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    user, at, host = parts.netloc.rpartition("@")
    kept = f"{user.partition(':')[0]}@" if at and parts.scheme in ("ssh", "git+ssh", "ssh+git") else ""
    return urlunsplit(parts._replace(netloc=f"{kept}{host}"))
