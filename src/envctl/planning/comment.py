"""The comment that tells a pull request about its environment. Pure.

Branches, services and commits are named by people. GitHub and GitLab read entities as text and not as markup, look for
mentions, links and numbers in all text but code, and leave code alone: so all of it is code, written in entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from envctl.errors import EnvctlError, Exit
from envctl.forge import Comment
from envctl.identity import Identity
from envctl.reports.status import ServiceStatus, Status

_LONGEST = 200  # characters of one name
_ROOM = 50_000  # bytes of the table: a comment on GitHub has 65,536
_URL = re.compile(r"(https?://)([^/:\s]+)(:[0-9]{1,5})?")
_HOST = re.compile(r"(?!-)[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,39}\]")


@dataclass(frozen=True)
class Known:
    """What is known of an environment beside its services."""

    commit: str = ""
    until: datetime | None = None
    pinned: bool = False


def marker(identity: Identity) -> str:
    """The first line of the comment, which nobody sees: whose it is. Names of environments hold nothing odd."""
    return f"<!-- envctl: {identity.full} -->"


def mine(comments: Iterable[Comment], author: str, mark: str) -> Comment | None:
    """Our comment: it has the mark and is by us. Whoever else writes the mark keeps what they wrote."""
    return next((c for c in comments if c.author == author and c.text.lstrip().split("\n")[0].strip() == mark), None)


def same(one: str, other: str) -> bool:
    """Whether two texts are the same to a forge, which may turn line ends and cut blanks."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def comment_text(identity: Identity, status: Status, known: Known, host: str | None) -> str:
    """The comment; `host` is the name by which people reach the machine. Raises EnvctlError(USAGE) for an odd one."""
    if host is not None and not _HOST.fullmatch(host):
        raise EnvctlError(
            Exit.USAGE,
            f"{host!r} cannot be the name of a machine",
            unchanged="Nothing was written.",
            hint="For example: --host runner-1.example.com, --host 192.0.2.7, --host '[2001:db8::7]'",
        )
    gone = status.state == "absent"
    title = f"### Environment {code(status.name)} of {code(status.project)}: {'gone' if gone else status.state}"
    parts = [marker(identity), title, *(() if gone else _table(status.services, host)), _facts(status, known, gone)]
    return "\n\n".join(filter(None, [*parts, "" if gone else _end(status, host)])) + "\n"


def code(text: str) -> str:
    """Any text as code that reads as just that text, on one line."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    plain = "".join(c if c.isprintable() else "�" for c in short)
    letters = (c if (c.isalnum() and c.isascii()) or not c.isascii() else f"&#{ord(c)};" for c in plain)
    return f"<code>{''.join(letters)}</code>"


def _table(services: tuple[ServiceStatus, ...], host: str | None) -> list[str]:
    rows = [f"| {code(s.name)} | {_state(s)} | {_address(s, host)} |" for s in services]
    sizes = accumulate(len(row.encode()) + 1 for row in rows)
    rows = [row for row, size in zip(rows, sizes, strict=True) if size <= _ROOM]
    more = [f"… and {len(services) - len(rows)} more services."] if len(services) > len(rows) else []
    return ["\n".join(["| service | state | address |", "|---|---|---|", *rows]), *more]


def _state(service: ServiceStatus) -> str:
    words = [service.state, *([service.health] if service.health else [])]
    if service.exit_code is not None and service.state == "exited":
        words[0] += f" ({service.exit_code})"
    return code(", ".join(words))


def _address(service: ServiceStatus, host: str | None) -> str:
    """A link where people can open it, else the address."""
    parts = _URL.fullmatch(service.url or "")
    if parts and _HOST.fullmatch(host or parts[2]):
        return f"<{parts[1]}{host or parts[2]}{parts[3] or ''}>"
    if not service.address:
        return "–"
    port = service.address.rpartition(":")[2]
    return code(f"{host}:{port}" if host else service.address)


def _facts(status: Status, known: Known, gone: bool) -> str:
    """The branch, the commit, and how long it lives."""
    said = [
        f"Branch {code(status.branch.removeprefix('refs/heads/'))}" if status.branch else "",
        f"commit {code(known.commit[:12])}" if known.commit else "",
    ]
    if not gone and known.pinned:
        said.append("pinned: it stays until somebody removes it")
    elif not gone and known.until is not None:
        said.append(f"lives until {known.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC unless it is used")
    return ", ".join(filter(None, said))


def _end(status: Status, host: str | None) -> str:
    where = "" if host else "Addresses are those of the machine that it runs on. "
    return f"{where}Remove it there with {code(f'envctl down --env {status.name}')}."
