"""A made-up forge on loopback that speaks GitHub's and GitLab's dialect, in pages, and can be ill in every way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from envctl.forge import Repository
from envctl.forges import Forge
from envctl.forges.github import GitHub
from envctl.forges.gitlab import GitLab
from envctl.world.http import Limits

GITHUB, GITLAB = "github", "gitlab"
KINDS = (GITHUB, GITLAB)
TOKEN = "tok-3cr3t"
PATH = "team/shop"
ME, OTHER = 7, 8
NAMES = {ME: "envctl-bot[bot]", OTHER: "somebody"}
QUICK = Limits(connect=2.0, read=0.3, whole=5.0, wait=1.0, again=0.05, size=2**20)
WHEN = "2026-01-02T03:04:05Z"

Ill = Callable[["Handler"], None]  # answers instead of the forge


@dataclass
class MadeUp:
    """What the forge holds, and what it was asked. `page` is how many items it gives at a time, whatever is wanted."""

    kind: str
    base: str = ""
    page: int = 2
    pulls: list[tuple[int, str, str, bool]] = field(default_factory=list)  # number, branch, state, of a fork
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)  # by pull request: id, author, text
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)  # method, path with query, headers
    ills: list[Ill] = field(default_factory=list)  # one for each of the next requests
    always: Ill | None = None
    at: dict[str, Ill] = field(default_factory=dict)  # by method
    graphql: bool = True
    lock: Lock = field(default_factory=Lock)
    over: Event = field(default_factory=Event)

    @property
    def environ(self) -> dict[str, str]:
        """The variables of a job on this forge."""
        if self.kind == GITHUB:
            return {
                "GITHUB_SERVER_URL": self.base,
                "GITHUB_API_URL": f"{self.base}/api/v3",
                "GITHUB_REPOSITORY": PATH,
                "GITHUB_TOKEN": TOKEN,
            }
        return {
            "CI_SERVER_URL": self.base,
            "CI_API_V4_URL": f"{self.base}/api/v4",
            "CI_PROJECT_PATH": PATH,
            "GITLAB_TOKEN": TOKEN,
        }

    @property
    def url(self) -> str:
        """The repository's remote."""
        return f"{self.base}/{PATH}.git"

    def forge(self, limits: Limits = QUICK, **environ: str) -> Forge:
        """It as envctl sees it, with little patience."""
        repository = Repository.of(self.url)
        assert repository is not None
        kind: type[GitHub] | type[GitLab] = GitHub if self.kind == GITHUB else GitLab
        made = kind.of(repository, {**self.environ, **environ})
        assert made is not None
        return replace(made, http=replace(made.http, limits=limits))

    def add(self, pull: int, author: int, text: str) -> None:
        """Write a comment."""
        number = 1 + sum(len(each) for each in self.comments.values())
        self.comments.setdefault(pull, []).append({"id": number, "author": author, "text": text})

    def texts(self, pull: int) -> list[tuple[int, str]]:
        """Author and text of each comment."""
        return [(comment["author"], comment["text"]) for comment in self.comments.get(pull, [])]


@contextmanager
def made_up(kind: str) -> Iterator[MadeUp]:
    """The forge, listening."""
    forge = MadeUp(kind)

    class Bound(Handler):
        state = forge

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
    server.daemon_threads = True
    forge.base = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield forge
    finally:
        forge.over.set()
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    state: MadeUp
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def answer(self, status: int, value: Any, **headers: str) -> None:
        """A JSON value; blanks in header names are written as underscores."""
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:  # said, so that nobody sends his next request into a connection that is going
            self.send_header("Connection", "close")
        for name, said in headers.items():
            self.send_header(name.replace("_", "-"), said)
        self.end_headers()
        self.wfile.write(content)

    def handle_any(self) -> None:
        """Ill, a stranger to who asks, or the right answer."""
        with self.state.lock:
            self.state.asked.append((self.command, self.path, dict(self.headers)))
            ill = self.state.ills.pop(0) if self.state.ills else self.state.at.get(self.command, self.state.always)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        if ill is not None:
            self.close_connection = True
            ill(self)
            return
        given = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN")
        if given != (f"Bearer {TOKEN}" if self.state.kind == GITHUB else TOKEN):
            self.answer(401, {"message": f"Bad credentials {given}"})
            return
        with self.state.lock:
            (self._github if self.state.kind == GITHUB else self._gitlab)(body)

    do_GET = do_POST = do_PUT = do_PATCH = handle_any

    def _github(self, body: dict[str, Any]) -> None:
        parts = urlsplit(self.path)
        path, query = unquote(parts.path), parse_qs(parts.query)
        me = {"login": NAMES[ME]}
        if (self.command, path) == ("POST", "/api/graphql"):
            said = {"data": {"viewer": me}} if self.state.graphql else {"errors": [{"message": "no"}], "data": None}
            self.answer(200, said)
        elif path == "/api/v3/user":
            self.answer(200, me)
        elif path == f"/api/v3/repos/{PATH}/pulls":
            owner, _, branch = query["head"][0].partition(":")
            assert owner == PATH.partition("/")[0]
            pulls = [self._github_pull(*pull) for pull in self.state.pulls if pull[1] == branch]
            self._page(pulls if query["state"] == ["all"] else [], query)
        elif found := re.fullmatch(rf"/api/v3/repos/{PATH}/issues/(comments/)?(\d+)(/comments)?", path):
            self._comments(int(found[2]), body, query, single=bool(found[1]))
        else:
            self.answer(404, {"message": "Not Found"})

    def _gitlab(self, body: dict[str, Any]) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        project = f"/api/v4/projects/{PATH.replace('/', '%2F')}/merge_requests"
        if parts.path == "/api/v4/user":
            self.answer(200, {"id": ME, "username": NAMES[ME]})
        elif parts.path == project:
            pulls = [self._gitlab_pull(*pull) for pull in self.state.pulls if pull[1] == query["source_branch"][0]]
            self._page(pulls if query["state"] == ["all"] else [], query)
        elif found := re.fullmatch(rf"{re.escape(project)}/(\d+)/notes(?:/(\d+))?", parts.path):
            self._comments(int(found[2] or found[1]), body, query, single=bool(found[2]))
        else:
            self.answer(404, {"message": "404 Project Not Found"})

    def _comments(self, number: int, body: dict[str, Any], query: dict[str, list[str]], *, single: bool) -> None:
        every = [comment for each in self.state.comments.values() for comment in each]
        if single:
            comment = next((c for c in every if c["id"] == number), None)
            if comment is None or comment["author"] != ME:
                self.answer(403 if comment else 404, {"message": "no"})
                return
            comment["text"] = body["body"]
            self.answer(200, self._comment(comment))
        elif self.command == "POST":
            self.state.add(number, ME, body["body"])
            self.answer(201, self._comment(self.state.comments[number][-1]))
        elif number in self.state.comments or any(pull[0] == number for pull in self.state.pulls):
            self._page([self._comment(c) for c in self.state.comments.get(number, [])], query)
        else:
            self.answer(404, {"message": "Not Found"})

    def _comment(self, comment: dict[str, Any]) -> dict[str, Any]:
        if self.state.kind == GITHUB:
            url = f"{self.state.base}/{PATH}/pull/1#issuecomment-{comment['id']}"
            user = {"login": NAMES[comment["author"]]}
            return {"id": comment["id"], "user": user, "body": comment["text"], "html_url": url}
        author = {"id": comment["author"], "username": NAMES[comment["author"]]}
        return {"id": comment["id"], "author": author, "body": comment["text"], "system": False}

    def _page(self, items: list[Any], query: dict[str, list[str]]) -> None:
        """A part of a list, and where the next one is."""
        number, size = int(query.get("page", ["1"])[0]), self.state.page
        more = len(items) > number * size
        shown = items[(number - 1) * size : number * size]
        if self.state.kind == GITLAB:
            self.answer(200, shown, x_next_page=str(number + 1) if more else "")
            return
        rest = "&".join(f"{name}={value[0]}" for name, value in query.items() if name != "page")
        here = f"{self.state.base}{urlsplit(self.path).path}?{rest}"
        links = {"Link": f'<{here}&page=1>; rel="first", <{here}&page={number + 1}>; rel="next"'} if more else {}
        self.answer(200, shown, **links)

    def _github_pull(self, number: int, branch: str, state: str, fork: bool) -> dict[str, Any]:
        done = state != "open"
        return {
            "number": number,
            "state": "closed" if done else "open",
            "merged_at": WHEN if state == "merged" else None,
            "closed_at": WHEN if done else None,
            "html_url": f"{self.state.base}/{PATH}/pull/{number}",
            "head": {"ref": branch, "sha": f"{number:040x}", "repo": {"id": 2 if fork else 1}},
            "base": {"ref": "main", "repo": {"id": 1}},
        }

    def _gitlab_pull(self, number: int, branch: str, state: str, fork: bool) -> dict[str, Any]:
        return {
            "iid": number,
            "state": {"open": "opened"}.get(state, state),
            "merged_at": WHEN if state == "merged" else None,
            "closed_at": WHEN if state == "closed" else None,
            "web_url": f"{self.state.base}/{PATH}/-/merge_requests/{number}",
            "source_branch": branch,
            "sha": f"{number:040x}",
            "source_project_id": 2 if fork else 1,
            "target_project_id": 1,
        }


def says(status: int, value: Any = None, **headers: str) -> Ill:
    """Answers with this."""
    return lambda handler: handler.answer(status, value if value is not None else {"message": "no"}, **headers)


def half(handler: Handler) -> None:
    """Breaks off in the middle of what it has announced."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'[{"number": 1,')


def silent(handler: Handler) -> None:
    """Takes the request and says nothing."""
    handler.state.over.wait(30)


def dripping(handler: Handler) -> None:
    """Sends a byte of a header now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    try:
        while not handler.state.over.wait(0.1):
            handler.wfile.write(b".")
    except OSError:
        return
