"""What every forge answers. None of it raises for what the other side does: it is `Unknown`, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from envctl.forge import Comment, Pull, Refused, Repository, Unknown
from envctl.secret import Secret
from envctl.world.http import Answer, Http

T = TypeVar("T")
PULL_PAGES = 20  # of one branch's pull requests, a hundred each
COMMENT_PAGES = 200


class Forge(Protocol):
    """One repository on a forge. Its API is the one that the caller's variables name for its host, and no other."""

    @property
    def repository(self) -> Repository:
        """The one that is asked about."""
        ...

    @property
    def http(self) -> Http:
        """Its API; also a token that cannot be used."""
        ...

    @property
    def unable(self) -> str:
        """Why it cannot write comments: no token, or one that is not for that; empty when it may."""
        ...

    @property
    def needs(self) -> str:
        """What a token must be allowed to do, to write comments."""
        ...

    def pulls(self, ref: str) -> tuple[Pull, ...] | Unknown:
        """All pull requests ever made from a branch of this repository itself, by its full ref."""
        ...

    def viewer(self) -> str | Unknown:
        """Who we are to it: what `Comment.author` says of our own."""
        ...

    def comments(self, pull: int) -> tuple[Comment, ...] | Unknown:
        """Every comment on a pull request, the oldest first."""
        ...

    def create(self, pull: int, body: str) -> Comment | Unknown:
        """Write a comment on a pull request. Never done twice, not even where the answer got lost."""
        ...

    def update(self, comment: Comment, body: str) -> Comment | Unknown:
        """Replace the text of one."""
        ...


def branch_name(ref: str) -> str | Unknown:
    """The branch of a full ref as an API can be asked for it."""
    name = ref.removeprefix("refs/heads/")
    if name == ref or not name:
        return Unknown("it is no branch")
    try:
        name.encode()
    except UnicodeEncodeError:
        return Unknown("its name is not UTF-8, so no forge can be asked for it")
    return name


def token(environ: Mapping[str, str], *names: str) -> Secret | None:
    """The first of these variables that holds something that can be a token. What cannot be sent never is."""
    for name in names:
        value = environ.get(name, "").strip()
        if value and value.isascii() and value.isprintable() and " " not in value:
            return Secret(value)
    return None


def listed(http: Http, path: str, query: Mapping[str, str], pages: int) -> list[Any] | Unknown:
    """Every item of a list that comes in pages."""
    items: list[Any] = []
    for page in http.pages(path, query=query, at_most=pages):
        if isinstance(page, Refused):
            return page
        if not isinstance(page.value, list):
            return _garbled(http)
        items += page.value
    return items


def read_each(http: Http, items: Iterable[Any], read: Callable[[Any], T | None]) -> tuple[T, ...] | Unknown:
    """Each item as a value of ours, without those that `read` leaves out; Unknown when one cannot be understood."""
    try:
        return tuple(value for item in items if (value := read(item)) is not None)
    except (KeyError, TypeError, ValueError, AttributeError):
        return _garbled(http)


def read_one(http: Http, answer: Answer | Refused, read: Callable[[Any], T]) -> T | Unknown:
    """One answer as a value of ours."""
    if isinstance(answer, Refused):
        return answer
    try:
        return read(answer.value)
    except (KeyError, TypeError, ValueError, AttributeError):
        return _garbled(http)


def text(value: Any) -> str:
    """A text, which it must be. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError
    return value


def number(value: Any) -> int:
    """A number, which it must be. Raises TypeError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def is_at(repository: Repository, server: str) -> bool:
    """Whether a repository is on the server of this address. Its git may listen elsewhere than its web server."""
    parts = urlsplit(server)
    return repository.host in (parts.netloc.lower(), parts.hostname)


def _garbled(http: Http) -> Refused:
    return Refused(f"{http.host} answers in a way that nobody understands", 200)
