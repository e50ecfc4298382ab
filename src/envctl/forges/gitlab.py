"""GitLab: gitlab.com, and servers of one's own that the caller's variables name."""

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

HOST = "gitlab.com"
_JOB = "JOB-TOKEN"
_OWN = "PRIVATE-TOKEN"
# `locked` is a merge request that is just being merged: not yet.
_STATES: dict[str, Literal["open", "merged", "closed"]] = {
    "opened": "open",
    "locked": "open",
    "merged": "merged",
    "closed": "closed",
}


@dataclass(frozen=True)
class GitLab:
    """One project on GitLab."""

    repository: Repository
    http: Http

    @classmethod
    def of(cls, repository: Repository, environ: Mapping[str, str]) -> GitLab | None:
        """The forge of a project; None when its host is no GitLab that we know of."""
        where = _api(repository, environ)
        return None if where is None else cls(repository, Http(where[0], {}, where[1], environ))

    @property
    def unable(self) -> str:
        """Why it cannot write comments."""
        if _JOB in self.http.secrets:
            return "CI_JOB_TOKEN cannot write comments: set GITLAB_TOKEN to a project's access token (scope `api`)"
        return "" if self.http.secrets else f"no token for {self.repository.host}: set GITLAB_TOKEN"

    @property
    def needs(self) -> str:
        """What a token must be allowed to do."""
        return "The token must be one of a member of this project (Reporter or more), with the scope `api`."

    @property
    def _path(self) -> str:
        return f"/projects/{quote(self.repository.path, safe='')}/merge_requests"

    def pulls(self, ref: str) -> tuple[Pull, ...] | Unknown:
        """All merge requests ever made from a branch of this project itself, by its full ref."""
        name = branch_name(ref)
        if isinstance(name, Unknown):
            return name
        found = listed(self.http, self._path, {"state": "all", "scope": "all", "source_branch": name}, PULL_PAGES)
        return found if isinstance(found, Unknown) else read_each(self.http, found, lambda raw: _pull(raw, name))

    def viewer(self) -> str | Unknown:
        """The number of our account: names can change hands."""
        return read_one(self.http, self.http.ask("GET", "/user"), lambda value: str(number(value["id"])))

    def comments(self, pull: int) -> tuple[Comment, ...] | Unknown:
        """Every note on a merge request, the oldest first, without what GitLab itself notes."""
        query = {"sort": "asc", "order_by": "created_at"}
        found = listed(self.http, f"{self._path}/{pull}/notes", query, COMMENT_PAGES)
        if isinstance(found, Unknown):
            return found
        return read_each(self.http, found, lambda raw: None if raw["system"] else self._comment(raw, pull))

    def create(self, pull: int, body: str) -> Comment | Unknown:
        """Write a note on a merge request."""
        answer = self.http.ask("POST", f"{self._path}/{pull}/notes", body={"body": body})
        return read_one(self.http, answer, lambda raw: self._comment(raw, pull))

    def update(self, comment: Comment, body: str) -> Comment | Unknown:
        """Replace the text of one."""
        answer = self.http.ask("PUT", f"{self._path}/{comment.pull}/notes/{comment.id}", body={"body": body})
        return read_one(self.http, answer, lambda raw: self._comment(raw, comment.pull))

    def _comment(self, raw: Any, pull: int) -> Comment:
        note = number(raw["id"])
        web = self.http.base.removesuffix("/api/v4")
        url = f"{web}/{self.repository.path}/-/merge_requests/{pull}#note_{note}"
        return Comment(pull, note, str(number(raw["author"]["id"])), text(raw["body"]), url)


def _api(repository: Repository, environ: Mapping[str, str]) -> tuple[str, dict[str, Secret]] | None:
    """Where a host's API is and the header with the token that belongs to it, by the caller's variables alone.

    GITLAB_TOKEN is that of GITLAB_HOST, without it that of the job's server, and without that gitlab.com's.
    """
    job, named = _server(environ.get("CI_SERVER_URL")), _server(environ.get("GITLAB_HOST"))
    server = next((s for s in (job, named, f"https://{HOST}") if s and is_at(repository, s)), None)
    if server is None:
        return None
    said = environ.get("CI_API_V4_URL") if server == job else None
    api = base_of(said or f"{server}/api/v4")
    if api is None:
        return None
    own = token(environ, "GITLAB_TOKEN") if is_at(repository, named or job or f"https://{HOST}") else None
    if own is not None:
        return api, {_OWN: own}
    of_job = token(environ, "CI_JOB_TOKEN") if server == job else None
    return api, ({_JOB: of_job} if of_job else {})


def _server(said: str | None) -> str | None:
    """A server's address from a variable that holds one or just a host."""
    if not said:
        return None
    return base_of(said if "://" in said else f"https://{said}")


def _pull(raw: Any, name: str) -> Pull | None:
    """A merge request, None for another branch's or one of a fork's branches: those only have the same name."""
    if raw["source_branch"] != name or raw["source_project_id"] != raw["target_project_id"]:
        return None
    state = _STATES[raw["state"]]
    closed = raw["merged_at"] if state == "merged" else raw["closed_at"] if state == "closed" else None
    return Pull(
        number(raw["iid"]),
        state,
        f"refs/heads/{name}",
        text(raw["sha"]),
        datetime.fromisoformat(text(closed)) if closed else None,
        text(raw["web_url"]),
    )
