"""GitHub: github.com, and Enterprise servers that the caller's variables name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from envctl.forge import Comment, Pull, Repository, Unknown
from envctl.forges.base import (
    COMMENT_PAGES,
    PULL_PAGES,
    branch_name,
    is_at,
    listed,
    number,
    read_each,
    read_one,
    text,
    token,
)
from envctl.secret import Secret
from envctl.world.http import Http
from envctl.world.replies import base_of

HOST = "github.com"
API = "https://api.github.com"
TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
ENTERPRISE_TOKENS = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


@dataclass(frozen=True)
class GitHub:
    """One repository on GitHub."""

    repository: Repository
    http: Http

    @classmethod
    def of(cls, repository: Repository, environ: Mapping[str, str]) -> GitHub | None:
        """The forge of a repository; None when its host is no GitHub that we know of."""
        where = _api(repository, environ)
        if where is None or repository.path.count("/") != 1:
            return None
        api, secret = where
        secrets = {"Authorization": Secret(f"Bearer {secret.reveal()}")} if secret else {}
        return cls(repository, Http(api, _HEADERS, secrets, environ))

    @property
    def unable(self) -> str:
        """Why it cannot write comments."""
        return "" if self.http.secrets else f"no token for {self.repository.host}: set GITHUB_TOKEN or GH_TOKEN"

    @property
    def needs(self) -> str:
        """What a token must be allowed to do."""
        return (
            "The token must be allowed to write pull requests of this repository; in a workflow: "
            "`permissions: {pull-requests: write}`.\nPull requests from forks get a token that only reads."
        )

    @property
    def _path(self) -> str:
        return f"/repos/{quote(self.repository.path)}"

    def pulls(self, ref: str) -> tuple[Pull, ...] | Unknown:
        """All pull requests ever made from a branch of this repository itself, by its full ref."""
        name = branch_name(ref)
        if isinstance(name, Unknown):
            return name
        owner = self.repository.path.partition("/")[0]
        query = {"state": "all", "head": f"{owner}:{name}"}
        found = listed(self.http, f"{self._path}/pulls", query, PULL_PAGES)
        return found if isinstance(found, Unknown) else read_each(self.http, found, lambda raw: _pull(raw, name))

    def viewer(self) -> str | Unknown:
        """Our login. GraphQL also says it to a workflow's own token, of which `/user` wants to know nothing."""
        api = self.http.base
        graphql = f"{api.removesuffix('/v3')}/graphql"
        answer = self.http.ask("POST", graphql, body={"query": "query { viewer { login } }"})
        found = read_one(self.http, answer, lambda value: text(value["data"]["viewer"]["login"]))
        if not isinstance(found, Unknown):
            return found
        return read_one(self.http, self.http.ask("GET", "/user"), lambda value: text(value["login"]))

    def comments(self, pull: int) -> tuple[Comment, ...] | Unknown:
        """Every comment on a pull request, the oldest first."""
        found = listed(self.http, f"{self._path}/issues/{pull}/comments", {}, COMMENT_PAGES)
        return found if isinstance(found, Unknown) else read_each(self.http, found, lambda raw: _comment(raw, pull))

    def create(self, pull: int, body: str) -> Comment | Unknown:
        """Write a comment on a pull request."""
        answer = self.http.ask("POST", f"{self._path}/issues/{pull}/comments", body={"body": body})
        return read_one(self.http, answer, lambda raw: _comment(raw, pull))

    def update(self, comment: Comment, body: str) -> Comment | Unknown:
        """Replace the text of one; GitHub finds it without its pull request."""
        answer = self.http.ask("PATCH", f"{self._path}/issues/comments/{comment.id}", body={"body": body})
        return read_one(self.http, answer, lambda raw: _comment(raw, comment.pull))


def _api(repository: Repository, environ: Mapping[str, str]) -> tuple[str, Secret | None] | None:
    """Where a host's API is and the token that belongs to it, by the caller's variables alone.

    In a workflow GITHUB_TOKEN is its server's; elsewhere it is github.com's.
    """
    said = environ.get("GITHUB_SERVER_URL")
    server = base_of(said or f"https://{HOST}")
    if server is not None and is_at(repository, server):
        usual = API if server == f"https://{HOST}" else f"{server}/api/v3"
        api = base_of((said and environ.get("GITHUB_API_URL")) or usual)
        names = TOKENS if usual == API else (*ENTERPRISE_TOKENS, "GITHUB_TOKEN")
        return (api, token(environ, *names)) if api else None
    if repository.host == HOST:
        return API, token(environ, "GH_TOKEN")
    if repository.host == environ.get("GH_HOST", "").lower():
        api = base_of(f"https://{repository.host}/api/v3")
        return (api, token(environ, *ENTERPRISE_TOKENS)) if api else None
    return None


def _pull(raw: Any, name: str) -> Pull | None:
    """A pull request, None for another branch's or one of a fork's branches: those only have the same name."""
    head, base = raw["head"], raw["base"]
    if head["ref"] != name or head["repo"] is None or head["repo"]["id"] != base["repo"]["id"]:
        return None
    closed = raw["merged_at"] or raw["closed_at"]
    state: Literal["open", "merged", "closed"] = "merged" if raw["merged_at"] else _STATES[raw["state"]]
    return Pull(
        number(raw["number"]),
        state,
        f"refs/heads/{name}",
        text(head["sha"]),
        datetime.fromisoformat(text(closed)) if closed else None,
        text(raw["html_url"]),
    )


_STATES: dict[str, Literal["open", "closed"]] = {"open": "open", "closed": "closed"}


def _comment(raw: Any, pull: int) -> Comment:
    author = raw["user"]["login"] if raw["user"] else ""  # none: the account is gone
    return Comment(pull, number(raw["id"]), text(author), text(raw["body"] or ""), text(raw["html_url"]))
