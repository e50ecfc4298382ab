"""The scripts of the files for CI do on a real daemon what they say, whatever a branch is called."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from tests.ci.runners import GitHub, Ran, circleci, gitlab, installed
from tests.ci.texts import ACTION, CIRCLECI, GC, GITLAB, WORKFLOW, documents
from tests.forges.made_up import GITHUB, ME, OTHER, TOKEN, MadeUp, made_up, says
from tests.forges.made_up import GITLAB as GITLAB_FORGE
from tests.scenarios.stage import Stage, git

STACK = """
[services.web]
image = "python:3.13-slim"
command = ["sh", "-c", "trap exit TERM; python -m http.server 8000 & wait"]
port = 8000
public = true
"""
E2E = '#!/bin/sh\nprintf "%s" "$WEB_URL" >tested\n'
EVERYTHING = "x\"';touch${IFS}pwned;$(touch${IFS}pwned)`touch${IFS}pwned`&&touch${IFS}pwned|touch${IFS}pwned>pwned"
HOSTILE = (EVERYTHING, "-rf", "feature/a")
TITLE = "$(touch pwned) `touch pwned` \"; touch pwned; '\n::set-output name=environment::pwned"
OURS = "github.event.pull_request.head.repo.full_name == github.repository"
BRANCH = f"{OURS} && format('refs/heads/{{0}}', github.head_ref) || github.ref"
PULL = 7


@pytest.fixture
def forge() -> Iterator[MadeUp]:
    """A GitHub with one pull request, on which others have said something."""
    with made_up(GITHUB) as made:
        talk(made)
        yield made


def talk(forge: MadeUp) -> None:
    """More than a page of comments."""
    for number in range(3):
        forge.add(PULL, OTHER, f"{number}")


def ours(forge: MadeUp) -> list[str]:
    """What envctl wrote."""
    return [text for author, text in forge.texts(PULL) if author == ME]


@pytest.fixture
def repository(stage: Stage) -> Stage:
    """A repository with a small stack, what `init --ci` wrote, and a test of its own; a commit is checked out."""
    stage.write(STACK)
    (stage.folder / "ci").mkdir()
    (stage.folder / "ci/e2e").write_text(E2E)
    (stage.folder / "ci/e2e").chmod(0o755)
    git(stage.folder, "init", "--quiet", "--initial-branch=main")
    for service in ("github", "gitlab", "circleci"):
        stage.did("init", "--ci", service)
    git(stage.folder, "add", ".")
    git(stage.folder, "commit", "--quiet", "--message=all")
    git(stage.folder, "checkout", "--quiet", "--detach")
    stage.by_branch = True
    return stage


def machine(stage: Stage, tmp_path_factory: pytest.TempPathFactory, branch: str, forge: MadeUp) -> GitHub:
    """A runner of one's own for a pull request of a branch of that name."""
    temporary = tmp_path_factory.mktemp("runner")
    event = temporary / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": PULL, "title": TITLE, "head": {"ref": branch}}}))
    forge.pulls = [(PULL, branch, "open", False)]
    environ = {
        **installed(stage, temporary / "bin"),
        **{name: value for name, value in forge.environ.items() if name != "GITHUB_TOKEN"},
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_REF": f"refs/pull/{PULL}/merge",
        "GITHUB_HEAD_REF": branch,
    }
    values = {
        BRANCH: f"refs/heads/{branch}",
        "github.head_ref": branch,
        "github.event.pull_request.head.sha": "0" * 40,
        "github.token": TOKEN,
        "vars.ENVCTL_PACKAGE": "",
    }
    return GitHub(stage.folder, temporary, environ, values, documents_of(stage))


def documents_of(stage: Stage) -> dict[Any, Any]:
    """As they were written into its repository, which is where a service reads them."""
    return {path: yaml.safe_load((stage.folder / path).read_text()) for path in documents()}


def standing(stage: Stage) -> dict[str, str]:
    """The branch of each environment of the project."""
    return {row["name"]: row["branch"] for row in stage.data("ls", "--project", stage.project)["environments"]}


def files(stage: Stage) -> set[str]:
    """What lies in the repository's folder."""
    return {path.name for path in stage.folder.iterdir()}


def good(ran: Ran) -> Ran:
    """A job that must succeed."""
    assert not ran.failed, ran.printed
    return ran


@pytest.mark.docker
@pytest.mark.parametrize("branch", HOSTILE)
def test_a_pull_request_must_have_its_environment_and_its_comment_until_it_is_closed(
    repository: Stage, tmp_path_factory: pytest.TempPathFactory, forge: MadeUp, branch: str
) -> None:
    """GitHub: up, told, tested, down, told again, and nothing of the branch's name or of the title was run."""
    before = files(repository)
    github = machine(repository, tmp_path_factory, branch, forge)

    up = good(github.job(WORKFLOW, "environment"))
    name = up.outputs["environment"]
    url = json.loads(up.outputs["urls"])["web"]
    assert {name: f"refs/heads/{branch}"} == standing(repository)
    assert url == (repository.folder / "tested").read_text()
    (comment,) = ours(forge)
    assert url in comment

    good(github.job(WORKFLOW, "environment"))  # a further push
    assert {name: f"refs/heads/{branch}"} == standing(repository)

    good(github.job(WORKFLOW, "down"))
    assert {} == standing(repository)
    (comment,) = ours(forge)
    assert url not in comment
    assert before | {"tested"} == files(repository)


@pytest.mark.docker
def test_a_fork_must_get_no_token_and_leave_nothing(
    repository: Stage, tmp_path_factory: pytest.TempPathFactory, forge: MadeUp
) -> None:
    """Its branch may be called as one of ours: it is the pull request's environment, and gone with the job."""
    github = machine(repository, tmp_path_factory, "main", forge)
    github.values[BRANCH] = "refs/pull/7/merge"
    (repository.folder / "ci/e2e").write_text("#!/bin/sh\nprintenv >tested\n")
    ran = good(github.job(WORKFLOW, "fork"))
    assert "refs/pull/7/merge" in (repository.folder / "tested").read_text()
    assert TOKEN not in (repository.folder / "tested").read_text()
    assert "pull-7-merge" in ran.outputs["environment"]
    assert {} == standing(repository)
    assert [] == ours(forge)


@pytest.mark.docker
def test_a_failed_test_must_fail_the_job_and_leave_the_logs(
    repository: Stage, tmp_path_factory: pytest.TempPathFactory, forge: MadeUp
) -> None:
    """What the services printed is there for whoever looks; the environment stays, and its comment too."""
    (repository.folder / "ci/e2e").write_text("#!/bin/sh\nexit 3\n")
    ran = machine(repository, tmp_path_factory, "feature/a", forge).job(WORKFLOW, "environment")
    assert {"Tests": 3} == {name: status for name, (status, _) in ran.steps.items() if status}
    assert "What the services printed" in ran.steps
    assert 1 == len(ours(forge)) == len(standing(repository))


@pytest.mark.docker
def test_a_forge_that_is_down_must_not_keep_the_tests_from_running(
    repository: Stage, tmp_path_factory: pytest.TempPathFactory, forge: MadeUp
) -> None:
    """There is no comment then, and the log says why."""
    forge.always = says(401)
    ran = good(machine(repository, tmp_path_factory, "feature/a", forge).job(WORKFLOW, "environment"))
    assert 0 < ran.steps["Comment"][0]
    assert (repository.folder / "tested").exists()
    environ = {
        **installed(repository, tmp_path_factory.mktemp("runner") / "bin"),
        **forge.environ,
        "CIRCLE_BRANCH": "feature/a",
        "CIRCLE_PULL_REQUEST": f"{forge.base}/team/shop/pull/{PULL}",
    }
    document, temporary = documents_of(repository)[CIRCLECI], tmp_path_factory.mktemp("circle")
    told = good(circleci(document, "environment", repository.folder, environ, temporary / "bash_env"))
    assert "the tests do not depend on it" in told.steps["Comment"][1]
    assert "Tests" in told.steps


@pytest.mark.docker
def test_gc_must_keep_a_branch_s_environment_until_the_branch_is_gone(
    repository: Stage, tmp_path_factory: pytest.TempPathFactory, forge: MadeUp
) -> None:
    """GitHub's schedule: as long as the remote has the branch it stays, though nobody ever checked the branch out."""
    remote = tmp_path_factory.mktemp("remote")
    git(remote, "init", "--quiet", "--bare")
    git(repository.folder, "remote", "add", "origin", str(remote))
    git(repository.folder, "push", "--quiet", "origin", "HEAD:refs/heads/feature/a", "HEAD:refs/heads/main")
    git(repository.folder, "update-ref", "-d", "refs/remotes/origin/feature/a")  # as after the checkout of a commit
    github = machine(repository, tmp_path_factory, "feature/a", forge)
    good(github.job(WORKFLOW, "environment"))
    before = standing(repository)
    ran = good(github.job(GC, "gc"))
    assert next(iter(before)) in ran.printed
    assert before == standing(repository)
    git(remote, "update-ref", "-d", "refs/heads/feature/a")
    assert "the branch is gone" in good(github.job(GC, "gc")).printed
    assert {} == standing(repository)


@pytest.mark.docker
def test_gitlab_must_do_the_same(repository: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Up, told, tested, down; without a token there is no comment, and it says so; a fork's is gone with its job."""
    before, branch = files(repository), EVERYTHING
    environ = {
        **installed(repository, tmp_path_factory.mktemp("runner") / "bin"),
        "CI_PROJECT_DIR": str(repository.folder),
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_COMMIT_REF_NAME": branch,
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_TITLE": TITLE,
        "CI_MERGE_REQUEST_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": branch,
    }
    document = documents_of(repository)[GITLAB]
    with made_up(GITLAB_FORGE) as forge:
        talk(forge)
        good(gitlab(document, "envctl", repository.folder, {**environ, **forge.environ}))
        (comment,) = ours(forge)
        assert "http://127.0.0.1:" in comment
    assert "no GITLAB_TOKEN" in good(gitlab(document, "envctl", repository.folder, environ)).printed
    assert [f"refs/heads/{branch}"] == list(standing(repository).values())
    assert (repository.folder / "tested").read_text().startswith("http://127.0.0.1:")

    fork = {**environ, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"}
    assert "refs/merge-requests/7/head" in good(gitlab(document, "envctl:fork", repository.folder, fork)).printed
    assert [f"refs/heads/{branch}"] == list(standing(repository).values())

    good(gitlab(document, "envctl:gc", repository.folder, environ))
    good(gitlab(document, "envctl:down", repository.folder, environ))
    assert {} == standing(repository)
    assert before | {"tested"} == files(repository)


@pytest.mark.docker
def test_circleci_must_do_the_same(repository: Stage, tmp_path_factory: pytest.TempPathFactory, forge: MadeUp) -> None:
    """Up, told, tested; a fork's is gone with its job; gc keeps what was just made."""
    before, branch = files(repository), EVERYTHING
    temporary = tmp_path_factory.mktemp("runner")
    environ = {**installed(repository, temporary / "bin"), "CIRCLECI": "true", "CIRCLE_BRANCH": branch}
    document = documents_of(repository)[CIRCLECI]

    def job(name: str, **more: str) -> Ran:
        return good(circleci(document, name, repository.folder, {**environ, **more}, temporary / "bash_env"))

    told = {"CIRCLE_PULL_REQUEST": f"{forge.base}/team/shop/pull/{PULL}", **forge.environ, "GITHUB_REPOSITORY": ""}
    good(job("environment", **told))
    (comment,) = ours(forge)
    assert "http://127.0.0.1:" in comment
    assert "no comment" in job("environment").printed
    assert [f"refs/heads/{branch}"] == list(standing(repository).values())
    assert "refs/pull/8/head" in job("fork", CIRCLE_BRANCH="pull/8").printed
    job("gc")
    assert [f"refs/heads/{branch}"] == list(standing(repository).values())
    assert before | {"tested"} == files(repository)


def bare(tmp_path: Path, **values: str) -> GitHub:
    """A machine without Docker, and without envctl but what a test puts there."""
    (tmp_path / "work").mkdir()
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    return GitHub(tmp_path / "work", tmp_path, environ, {BRANCH: "refs/heads/main", **values}, documents())


def test_a_text_in_a_script_would_be_run(tmp_path: Path) -> None:
    """The same machine runs what stands in a bad workflow: what the tests above find missing is really to be had."""
    github = bare(tmp_path, **{"github.head_ref": "$(touch${IFS}pwned)"})
    step = {"name": "Hello", "run": 'echo "${{ github.head_ref }}"'}
    github.documents = {WORKFLOW: {"jobs": {"greet": {"steps": [step]}}}}
    good(github.job(WORKFLOW, "greet"))
    assert (tmp_path / "work/pwned").exists()


def wheel(folder: Path) -> Path:
    """A package whose `envctl` prints its arguments, a line each."""
    about = "envctl_stack-1.dist-info"
    path = folder / "envctl_stack-1-py3-none-any.whl"
    with ZipFile(path, "w") as packed:
        packed.writestr("echo_words.py", "import sys\ndef main():\n    print(*sys.argv[1:], sep='\\n')\n")
        packed.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: envctl-stack\nVersion: 1\n")
        packed.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        packed.writestr(f"{about}/entry_points.txt", "[console_scripts]\nenvctl = echo_words:main\n")
        packed.writestr(f"{about}/RECORD", "")
    return path


def test_the_action_installs_a_package_and_passes_its_arguments_as_they_are(tmp_path: Path) -> None:
    """One on each line, with spaces and whatever else is in it; later steps of the job find the command too."""
    github = bare(tmp_path)
    given = {
        "command": "ci comment",
        "args": "--host\na b\n$(touch pwned)\n",
        "env": "it's",
        "package": str(wheel(tmp_path)),
    }
    environ, ran = {**github.environ, "PATH": without_envctl(tmp_path)}, Ran()
    github.action(given, ran, dict(environ), environ)
    assert "ci\ncomment\n--env=it's\n--host\na b\n$(touch pwned)\n" == good(ran).steps["Run"][1]
    assert environ["PATH"].startswith(f"{tmp_path}/envctl/bin:")
    assert [] == list((tmp_path / "work").iterdir())


def test_the_action_without_a_package_says_what_is_missing(tmp_path: Path) -> None:
    """Where the runner has no envctl either."""
    github = bare(tmp_path)
    environ, ran = {**github.environ, "PATH": without_envctl(tmp_path)}, Ran()
    github.action({"command": "up"}, ran, dict(environ), environ)
    assert ["Install"] == list(ran.steps)
    assert "'package'" in ran.steps["Install"][1]


def test_the_action_with_no_command_only_installs(tmp_path: Path) -> None:
    """For workflows that call envctl themselves."""
    github = bare(tmp_path)
    environ, ran = {**github.environ, "PATH": without_envctl(tmp_path)}, Ran()
    github.action({"command": "", "package": str(wheel(tmp_path))}, ran, dict(environ), environ)
    assert ["Install"] == list(good(ran).steps)
    assert {} == ran.outputs


def without_envctl(tmp_path: Path) -> str:
    """A PATH with this Python and the system's programs."""
    folder = tmp_path / "python"
    folder.mkdir(exist_ok=True)
    (folder / "python3").symlink_to(sys.executable)
    return f"{folder}:/usr/bin:/bin"


def test_the_action_is_read_from_where_it_stands() -> None:
    """Of what is run here, nothing is a copy."""
    assert {"Install", "Run"} == {step["name"] for step in documents()[ACTION]["runs"]["steps"]}
