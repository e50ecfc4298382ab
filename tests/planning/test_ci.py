"""What a CI job says of itself, on GitHub, GitLab and CircleCI."""

from __future__ import annotations

from typing import Any

import pytest

from envctl.forge import Repository
from envctl.planning.ci import Job, job

SHA, OTHER = "a" * 40, "b" * 40
GITHUB = {"GITHUB_REPOSITORY": "team/shop", "GITHUB_SHA": OTHER}
GITLAB = {"CI_PROJECT_PATH": "team/shop", "CI_SERVER_URL": "https://git.example.com:8443", "CI_COMMIT_SHA": SHA}
EVENT = {"pull_request": {"number": 12, "head": {"sha": SHA}}}
SHOP = Repository("github.com", "team/shop")


@pytest.mark.parametrize(
    ("environ", "event", "expected"),
    [
        ({}, None, Job()),
        (GITHUB, EVENT, Job(SHOP, 12, SHA)),
        ({**GITHUB, "GITHUB_REF": "refs/pull/7/merge"}, EVENT, Job(SHOP, 12, SHA)),
        ({**GITHUB, "GITHUB_REF": "refs/pull/7/merge"}, None, Job(SHOP, 7, OTHER)),
        ({**GITHUB, "GITHUB_REF": "refs/heads/pull/7/merge"}, None, Job(SHOP, None, OTHER, "refs/heads/pull/7/merge")),
        (GITHUB, {"issue": {"number": 5, "pull_request": {}}}, Job(SHOP, 5, OTHER)),
        (GITHUB, {"issue": {"number": 5}}, Job(SHOP, None, OTHER)),
        (
            {**GITHUB, "GITHUB_SERVER_URL": "https://ghe.example.com"},
            EVENT,
            Job(Repository("ghe.example.com", "team/shop"), 12, SHA),
        ),
        ({**GITLAB, "CI_MERGE_REQUEST_IID": "3"}, None, Job(Repository("git.example.com:8443", "team/shop"), 3, SHA)),
        (
            {**GITLAB, "CI_MERGE_REQUEST_IID": "3", "CI_MERGE_REQUEST_PROJECT_PATH": "up/shop"},
            None,
            Job(Repository("git.example.com:8443", "up/shop"), 3, SHA),
        ),
        (
            {**GITLAB, "CI_SERVER_URL": "https://git.example.com/gitlab", "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": OTHER},
            None,
            Job(Repository("git.example.com", "team/shop"), None, OTHER),
        ),
        (
            {**GITLAB, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": ""},
            None,
            Job(Repository("git.example.com:8443", "team/shop"), None, SHA),
        ),
        (
            {"CIRCLE_PULL_REQUEST": "https://github.com/team/shop/pull/9", "CIRCLE_SHA1": SHA},
            None,
            Job(SHOP, 9, SHA),
        ),
        (
            {"CIRCLE_PULL_REQUEST": "https://gitlab.com/a/b/c/-/merge_requests/9"},
            None,
            Job(Repository("gitlab.com", "a/b/c"), 9),
        ),
        ({"CIRCLE_PULL_REQUEST": "nonsense", "CIRCLE_SHA1": SHA}, None, Job(None, None, SHA)),
    ],
)
def test_a_job_knows_its_pull_request(environ: dict[str, str], event: Any, expected: Job) -> None:
    """Number, repository and the commit of the branch: not the merge that a job may have checked out."""
    assert expected == job(environ, event)


@pytest.mark.parametrize(
    "event",
    [
        [],
        "x",
        1,
        {"pull_request": []},
        {"pull_request": {"number": "12; rm", "head": 3}},
        {"pull_request": {"number": -1}},
        {"pull_request": {"number": 10**12}},
        {"pull_request": {"number": 1.5}},
        {"pull_request": {"number": True}},
    ],
)
def test_a_strange_event_says_nothing(event: Any) -> None:
    """It is a file that anybody may have written."""
    assert Job(SHOP, None, OTHER) == job(GITHUB, event)


def head(number: int, ref: object = "feature/a") -> dict[str, Any]:
    """An event of a pull request from the repository of this number into number 1."""
    return {"pull_request": {"number": 12, "head": {"ref": ref, "repo": {"id": number}}, "base": {"repo": {"id": 1}}}}


@pytest.mark.parametrize(
    ("environ", "event", "branch"),
    [
        ({**GITHUB, "GITHUB_REF": "refs/pull/12/merge"}, head(1), "refs/heads/feature/a"),
        ({**GITHUB, "GITHUB_REF": "refs/pull/12/merge"}, head(2), ""),
        ({**GITHUB, "GITHUB_REF": "refs/pull/12/merge"}, {"pull_request": {"head": {"ref": "a", "repo": None}}}, ""),
        ({**GITHUB, "GITHUB_REF": "refs/pull/12/merge"}, head(1, ["a"]), ""),
        ({**GITHUB, "GITHUB_REF": "refs/pull/12/merge"}, None, ""),
        ({**GITHUB, "GITHUB_REF": "refs/heads/feature/a"}, {"ref": "x"}, "refs/heads/feature/a"),
        ({**GITHUB, "GITHUB_REF": "refs/tags/v1"}, {}, ""),
        ({**GITLAB, "CI_COMMIT_BRANCH": "feature/a"}, None, "refs/heads/feature/a"),
        (
            {
                **GITLAB,
                "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "a",
                "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1",
                "CI_MERGE_REQUEST_PROJECT_ID": "1",
            },
            None,
            "refs/heads/a",
        ),
        (
            {
                **GITLAB,
                "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "a",
                "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2",
                "CI_MERGE_REQUEST_PROJECT_ID": "1",
            },
            None,
            "",
        ),
        ({**GITLAB, "CI_COMMIT_TAG": "v1"}, None, ""),
        ({"CIRCLE_BRANCH": "feature/a"}, None, "refs/heads/feature/a"),
        ({"CIRCLE_BRANCH": "pull/12"}, None, ""),
        ({"CIRCLE_BRANCH": "pull/12/head"}, None, ""),
        ({}, None, ""),
    ],
)
def test_a_job_knows_the_branch_that_is_in_the_repository(environ: dict[str, str], event: Any, branch: str) -> None:
    """Its own; a fork's has the name of a branch that is not there, and would count as gone."""
    assert branch == job(environ, event).branch
