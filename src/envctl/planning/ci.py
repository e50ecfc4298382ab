"""What a CI job says of itself: which pull request and branch it runs for, where, and at which commit. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from envctl.forge import Repository

VARIABLES = "GITHUB_EVENT_PATH or GITHUB_REF, CI_MERGE_REQUEST_IID, CIRCLE_PULL_REQUEST"
_HEADS = "refs/heads/"
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_PULL = re.compile(r"(https?://.+?)(?:/-)?/(?:pull|merge_requests)/([0-9]+)/?")
_SHA = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True)
class Job:
    """What is known of what a job runs for; nothing of it outside of CI.

    `branch` is the full ref of a branch that is in the repository itself: that the job runs proves it. A fork's is not.
    """

    repository: Repository | None = None
    pull: int | None = None
    commit: str = ""
    branch: str = ""


def job(environ: Mapping[str, str], event: Any = None) -> Job:
    """What the variables of GitHub, GitLab or CircleCI say; `event` is GitHub's, the content of its file."""
    if environ.get("GITHUB_REPOSITORY"):
        return _github(environ, event)
    if environ.get("CI_PROJECT_PATH"):
        return _gitlab(environ)
    return _circle(environ)


def _github(environ: Mapping[str, str], event: Any) -> Job:
    server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
    repository = Repository.of(f"{server}/{environ['GITHUB_REPOSITORY']}")
    pull = _at(event, "pull_request")
    number = _at(pull, "number")
    if number is None and _at(event, "issue", "pull_request") is not None:
        number = _at(event, "issue", "number")
    if number is None:
        ref = re.fullmatch(r"refs/pull/([0-9]+)/(?:merge|head)", environ.get("GITHUB_REF", ""))
        number = ref[1] if ref else None
    commit = _sha(_at(pull, "head", "sha")) or _sha(environ.get("GITHUB_SHA"))
    return Job(repository, _number(number), commit, _github_branch(environ, pull))


def _github_branch(environ: Mapping[str, str], pull: Any) -> str:
    ref = environ.get("GITHUB_REF", "")
    if pull is None:
        return ref if ref.startswith(_HEADS) else ""
    own = _at(pull, "head", "repo", "id")
    return _ref(_at(pull, "head", "ref")) if own is not None and own == _at(pull, "base", "repo", "id") else ""


def _gitlab(environ: Mapping[str, str]) -> Job:
    """A pipeline of a fork's own runs in the fork; the merge request is in the project that it wants to change."""
    path = environ.get("CI_MERGE_REQUEST_PROJECT_PATH") or environ["CI_PROJECT_PATH"]
    host = re.sub(r"(://[^/]+)/.*", r"\1", environ.get("CI_SERVER_URL") or "https://gitlab.com")
    commit = _sha(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")) or _sha(environ.get("CI_COMMIT_SHA"))
    own = environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID") == environ.get("CI_MERGE_REQUEST_PROJECT_ID")
    branch = environ.get("CI_COMMIT_BRANCH") or (own and environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"))
    return Job(Repository.of(f"{host}/{path}"), _number(environ.get("CI_MERGE_REQUEST_IID")), commit, _ref(branch))


def _circle(environ: Mapping[str, str]) -> Job:
    found = _PULL.fullmatch(environ.get("CIRCLE_PULL_REQUEST", ""))
    commit, said = _sha(environ.get("CIRCLE_SHA1")), environ.get("CIRCLE_BRANCH", "")
    branch = "" if re.fullmatch(r"pull/[0-9]+(?:/.*)?", said) else _ref(said)  # what a fork's is called there
    if found is None:
        return Job(commit=commit, branch=branch)
    return Job(Repository.of(found[1]), _number(found[2]), commit, branch)


def _at(value: Any, *keys: str) -> Any:
    """What lies there in a JSON value; None where nothing does."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _number(said: Any) -> int | None:
    return int(str(said)) if _NUMBER.fullmatch(str(said)) else None


def _ref(branch: Any) -> str:
    return f"{_HEADS}{branch}" if isinstance(branch, str) and branch else ""


def _sha(said: Any) -> str:
    return said if isinstance(said, str) and _SHA.fullmatch(said) else ""
