"""The story of `ci comment`: one comment of ours, whatever else is on the pull request and whatever the forge says."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.ops.ci_comment import comment
from envctl.ops.setting import Here
from envctl.planning.comment import marker
from tests.forges.made_up import (
    GITHUB,
    GITLAB,
    KINDS,
    ME,
    OTHER,
    PATH,
    TOKEN,
    Handler,
    Ill,
    MadeUp,
    half,
    made_up,
    says,
)
from tests.ops.fake import IDENTITY, FakeEngine, container, here

MARK = marker(IDENTITY)
UP = (container("db", health="healthy"), container("api"), container("web"))


@pytest.fixture(params=KINDS)
def there(request: pytest.FixtureRequest) -> Iterator[MadeUp]:
    """A forge of each kind with a pull request of this branch."""
    with made_up(request.param) as forge:
        forge.pulls = [(12, "main", "open", False)]
        yield forge


@pytest.fixture
def engine() -> FakeEngine:
    """A daemon on which the shop runs."""
    return FakeEngine(held=UP)


@pytest.fixture
def job(tmp_path: Path, engine: FakeEngine, there: MadeUp) -> Here:
    """A job for that pull request."""
    return of_job(here(tmp_path, engine), {**there.environ, **number(there, tmp_path)})


def of_job(given: Here, environ: dict[str, str]) -> Here:
    return replace(given, world=replace(given.world, environ=environ))


def number(there: MadeUp, folder: Path) -> dict[str, str]:
    """How a job is told its pull request."""
    if there.kind == GITLAB:
        return {"CI_MERGE_REQUEST_IID": "12"}
    event = {"pull_request": {"number": 12, "head": {"sha": "c" * 40}}}
    (folder / "event.json").write_text(json.dumps(event))
    return {"GITHUB_EVENT_PATH": str(folder / "event.json")}


def refused(given: Here, code: Exit, said: str | None = None) -> EnvctlError:
    with pytest.raises(EnvctlError, match=said) as caught:
        comment(given)
    error = caught.value
    assert code == error.code
    assert error.hint
    assert error.unchanged
    assert TOKEN not in " ".join([error.message, error.hint, error.unchanged, *error.details])
    return error


def test_there_is_one_comment_however_often(there: MadeUp, job: Here, engine: FakeEngine) -> None:
    """Written once, left alone while nothing changes, updated when something does."""
    made = comment(job)
    assert ("created", 12) == (made.action, made.pull)
    assert [(ME, made.text)] == there.texts(12)
    again = comment(job)
    assert ("unchanged", made.url) == (again.action, again.url)
    engine.held = ()
    gone = comment(job)
    assert ("updated", made.url) == (gone.action, gone.url)
    assert [(ME, gone.text)] == there.texts(12)
    assert ": gone" in gone.text


def test_it_is_found_behind_many_pages_of_others(there: MadeUp, job: Here) -> None:
    """Nobody's comment but ours is changed, whatever it says."""
    there.page = 3
    others = [(OTHER, f"{MARK}\nmine!"), (ME, "another thing"), *((OTHER, f"text {n}") for n in range(40))]
    for author, text in [*others[:30], (ME, f"{MARK}\nold"), *others[30:]]:
        there.add(12, author, text)
    assert "updated" == comment(job).action
    found = there.texts(12)
    assert others == found[:30] + found[31:]
    assert found[30][0] == ME
    assert found[30][1].startswith(MARK)
    assert "old" not in found[30][1]


def test_a_comment_that_somebody_has_just_removed_is_written_again(there: MadeUp, job: Here) -> None:
    """Between our looking and our writing."""
    there.add(12, ME, f"{MARK}\nold")
    there.at = {"PUT": gone, "PATCH": gone}
    assert "created" == comment(job).action
    ((author, text),) = there.texts(12)
    assert ME == author
    assert "old" not in text


def gone(handler: Handler) -> None:
    """Somebody removes what is about to be changed."""
    handler.state.comments[12] = []
    says(404)(handler)


def test_a_dry_run_asks_nobody(there: MadeUp, job: Here) -> None:
    """It needs neither a token nor a pull request."""
    planned = comment(job, dry_run=True)
    assert ("planned", 12, None) == (planned.action, planned.pull, planned.url)
    assert planned.text.startswith(MARK)
    assert "planned" == comment(of_job(job, {}), dry_run=True).action
    assert [] == there.asked


def test_the_commit_is_the_branch_s_own(there: MadeUp, job: Here) -> None:
    """GitHub's event says it: what is checked out there is a merge that nobody has seen."""
    assert ("c" * 12 in comment(job, dry_run=True).text) is (there.kind == GITHUB)


def test_outside_of_ci_the_remote_tells_the_forge(there: MadeUp, job: Here, tmp_path: Path) -> None:
    """With `--pull`, in the repository that the branch is published in."""
    of_ci = ("GITHUB_REPOSITORY", "CI_PROJECT_PATH")
    given = of_job(job, {name: value for name, value in there.environ.items() if name not in of_ci})
    with pytest.raises(EnvctlError, match="no remote"):
        comment(given, pull=12)
    for words in (("init", "--quiet"), ("remote", "add", "origin", there.url)):
        subprocess.run(("git", *words), cwd=tmp_path, check=True)
    assert "created" == comment(given, pull=12).action
    assert 1 == len(there.texts(12))


def test_without_a_pull_request_it_says_how_to_name_one(there: MadeUp, job: Here) -> None:
    """A push to a branch has none."""
    error = refused(of_job(job, there.environ), Exit.USAGE, "which pull request")
    assert "--pull NUMBER" in error.hint
    assert [] == there.asked


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff", None])
def test_a_broken_event_is_no_pull_request(job: Here, tmp_path: Path, content: bytes | None) -> None:
    """Nor one that is not there."""
    if content is not None:
        (tmp_path / "broken.json").write_bytes(content)
    environ = {"GITHUB_REPOSITORY": PATH, "GITHUB_EVENT_PATH": str(tmp_path / "broken.json"), "GITHUB_TOKEN": TOKEN}
    refused(of_job(job, environ), Exit.USAGE, "which pull request")


def test_without_a_token_nobody_is_asked(there: MadeUp, job: Here) -> None:
    """It says which variable is missing; a GitLab job's own token will not do."""
    bare = {name: value for name, value in job.world.environ.items() if "TOKEN" not in name}
    refused(of_job(job, bare), Exit.USAGE, f"no token for {there.base.removeprefix('http://')}")
    if there.kind == GITLAB:
        refused(of_job(job, {**bare, "CI_JOB_TOKEN": TOKEN}), Exit.USAGE, "CI_JOB_TOKEN cannot write")
    assert [] == there.asked


def test_a_forge_that_is_none_is_said_to_be_none(job: Here) -> None:
    """With the variables that make it one."""
    environ = {"GITHUB_REPOSITORY": "a/b/c", "GITHUB_REF": "refs/pull/1/merge", "GITHUB_TOKEN": TOKEN}
    assert "GITHUB_SERVER_URL" in refused(of_job(job, environ), Exit.USAGE, "no forge that is known").hint


ILLS: list[tuple[str, Ill, Exit]] = [
    ("401", says(401, {"message": TOKEN}), Exit.USAGE),
    ("403", says(403), Exit.USAGE),
    ("404", says(404), Exit.NOT_FOUND),
    ("429", says(429), Exit.NO_CAPACITY),
    ("limit", says(403, x_ratelimit_remaining="0", x_ratelimit_reset="99999999999"), Exit.NO_CAPACITY),
    ("422", says(422), Exit.UNHEALTHY),
    ("500", says(500), Exit.UNHEALTHY),
    ("garbage", says(200, b"<html>"), Exit.UNHEALTHY),
    ("half", half, Exit.UNHEALTHY),
]


@pytest.mark.parametrize(("ill", "code"), [row[1:] for row in ILLS], ids=[row[0] for row in ILLS])
def test_each_way_to_fail_has_its_status(there: MadeUp, job: Here, ill: Ill, code: Exit) -> None:
    """And says what was not done, and what to do; nothing was written."""
    there.always = ill
    refused(job, code, PATH)
    assert [] == there.texts(12)


@pytest.mark.parametrize(("status", "code"), [(403, Exit.USAGE), (500, Exit.UNHEALTHY)])
def test_a_comment_that_is_not_taken_is_not_written(there: MadeUp, job: Here, status: int, code: Exit) -> None:
    """A fork's token may read and not write; a fault is not tried twice."""
    there.graphql, there.at = False, {"POST": says(status)}
    refused(job, code)
    assert [] == there.texts(12)
    assert 1 == sum(method == "POST" and "graphql" not in path for method, path, _ in there.asked)


def test_a_pull_request_that_is_not_there_is_not_found(there: MadeUp, job: Here) -> None:
    """The number may be one of another repository."""
    with pytest.raises(EnvctlError) as caught:
        comment(job, pull=99)
    assert Exit.NOT_FOUND == caught.value.code
