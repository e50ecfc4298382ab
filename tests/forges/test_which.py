"""Which forge a repository is on, where its API is, and which token goes there: by the caller's variables alone."""

from __future__ import annotations

import pytest

from envctl.forge import Repository
from envctl.forges import forge_of
from envctl.forges.github import GitHub
from envctl.forges.gitlab import GitLab
from tests.forges.made_up import GITHUB, made_up, says

ACTIONS = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_API_URL": "https://api.github.com"}
ENTERPRISE = {"GITHUB_SERVER_URL": "https://ghe.example.com", "GITHUB_API_URL": "https://ghe.example.com/api/v3"}
GITLAB_JOB = {"CI_SERVER_URL": "https://git.example.com:8443", "CI_API_V4_URL": "https://git.example.com:8443/x/api/v4"}
ALL_TOKENS = {
    "GITHUB_TOKEN": "gt",
    "GH_TOKEN": "gh",
    "GH_ENTERPRISE_TOKEN": "ghe",
    "GITLAB_TOKEN": "gl",
    "CI_JOB_TOKEN": "job",
}


def asked(url: str, environ: dict[str, str]) -> tuple[str, dict[str, str]] | None:
    """The API and the headers with tokens."""
    repository = Repository.of(url)
    assert repository is not None
    forge = forge_of(repository, environ)
    if forge is None:
        return None
    return forge.http.base, {name: secret.reveal() for name, secret in forge.http.secrets.items()}


@pytest.mark.parametrize(
    ("url", "environ", "api", "headers"),
    [
        ("git@github.com:a/b", {}, "https://api.github.com", {"Authorization": "Bearer gt"}),
        ("https://github.com/a/b", ACTIONS, "https://api.github.com", {"Authorization": "Bearer gt"}),
        ("https://github.com/a/b", ENTERPRISE, "https://api.github.com", {"Authorization": "Bearer gh"}),
        ("git@ghe.example.com:a/b", ENTERPRISE, "https://ghe.example.com/api/v3", {"Authorization": "Bearer ghe"}),
        ("git@ghe.test:a/b", {"GH_HOST": "ghe.test"}, "https://ghe.test/api/v3", {"Authorization": "Bearer ghe"}),
        ("git@gitlab.com:a/b/c", {}, "https://gitlab.com/api/v4", {"PRIVATE-TOKEN": "gl"}),
        ("ssh://git@git.example.com:22/a/b", GITLAB_JOB, GITLAB_JOB["CI_API_V4_URL"], {"PRIVATE-TOKEN": "gl"}),
        ("https://gitlab.com/a/b", GITLAB_JOB, "https://gitlab.com/api/v4", {}),
        (
            "git@git.example.com:a/b",
            {**GITLAB_JOB, "GITLAB_HOST": "gitlab.com"},
            GITLAB_JOB["CI_API_V4_URL"],
            {"JOB-TOKEN": "job"},
        ),
        ("git@gl.test:a/b", {"GITLAB_HOST": "gl.test"}, "https://gl.test/api/v4", {"PRIVATE-TOKEN": "gl"}),
        ("git@gl.test:a/b", {"GITLAB_HOST": "https://gl.test"}, "https://gl.test/api/v4", {"PRIVATE-TOKEN": "gl"}),
        ("https://gitlab.com/a/b", {"GITLAB_HOST": "gl.test"}, "https://gitlab.com/api/v4", {}),
    ],
)
def test_a_token_goes_to_its_own_server(url: str, environ: dict[str, str], api: str, headers: dict[str, str]) -> None:
    """To the API of the host that the variables give it to, and to no other, with every token set."""
    assert (api, headers) == asked(url, {**ALL_TOKENS, **environ})


@pytest.mark.parametrize(
    ("url", "environ"),
    [
        ("https://evil.example/a/b", {}),
        ("https://github.com.evil.example/a/b", ACTIONS),
        ("https://api.github.com/a/b", {}),
        ("https://github.com:444/a/b", {}),
        ("https://git.example.com:9999/a/b", GITLAB_JOB),
        ("git@github.com:a/b/c", {}),
        ("http://ghe.example.com/a/b", {**ENTERPRISE, "GITHUB_API_URL": "http://ghe.example.com/api/v3"}),
        ("http://ghe.example.com/a/b", {"GITHUB_SERVER_URL": "http://ghe.example.com"}),
        ("http://gl.test/a/b", {"GITLAB_HOST": "http://gl.test"}),
        ("http://gl.test/a/b", {"CI_SERVER_URL": "http://gl.test", "CI_API_V4_URL": "http://gl.test/api/v4"}),
        ("git@ghe.example.com:a/b", {**ENTERPRISE, "GITHUB_API_URL": "https://user:pw@ghe.example.com/api/v3"}),
        ("git@ghe.example.com:a/b", {**ENTERPRISE, "GITHUB_API_URL": "file:///etc/passwd"}),
        ("git@[::1]:a/b", {}),
    ],
)
def test_a_host_that_no_variable_names_is_asked_nothing(url: str, environ: dict[str, str]) -> None:
    """Nor is one over a connection that everybody can read."""
    repository = Repository.of(url)
    assert repository is None or forge_of(repository, {**ALL_TOKENS, **environ}) is None


@pytest.mark.parametrize("said", ["http://[", "x", "https://", "https://:x/", "https://a b", "\x00"])
def test_a_broken_variable_is_no_server(said: str) -> None:
    """It makes nobody a forge, and breaks nothing."""
    environ = {**ALL_TOKENS, "GITHUB_SERVER_URL": said, "CI_SERVER_URL": said, "GITLAB_HOST": said}
    assert asked("git@example.com:a/b", environ) is None


def test_a_job_s_token_cannot_write() -> None:
    """It says so before anything is asked, and so does a forge without any."""
    repository = Repository("git.example.com", "a/b")
    forge = forge_of(repository, {**GITLAB_JOB, "CI_JOB_TOKEN": "job"})
    assert isinstance(forge, GitLab)
    assert "CI_JOB_TOKEN cannot write" in forge.unable
    bare = forge_of(Repository("github.com", "a/b"), {})
    assert isinstance(bare, GitHub)
    assert "no token for github.com" in bare.unable


def test_a_workflow_s_own_token_knows_who_it_is() -> None:
    """GraphQL says so; where it does not, the account's own page does."""
    with made_up(GITHUB) as there:
        assert "envctl-bot[bot]" == there.forge().viewer()
        there.always = lambda h: h.answer(403, {}) if h.path.endswith("/user") else h._github({})
        assert "envctl-bot[bot]" == there.forge().viewer()
        there.always, there.graphql = None, False
        assert "envctl-bot[bot]" == there.forge().viewer()
        there.always = says(403)
        assert not isinstance(there.forge().viewer(), str)


def test_a_proxy_s_password_stays_unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is out of reach is no reason to print how one logs in to it."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://user:hunter2@127.0.0.1:1")
    forge = forge_of(Repository("github.com", "a/b"), {})
    assert forge is not None
    why = getattr(forge.pulls("refs/heads/a"), "why", "")
    assert "proxy" in why
    assert "hunter2" not in why
