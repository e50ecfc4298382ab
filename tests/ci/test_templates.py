"""What `init --ci` writes is what its service takes, and what a stranger's branch cannot misuse."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from envctl.cli.init import Ci
from envctl.ops.init_ci import written
from tests.ci.texts import ACTION, EXPRESSION, GC, WORKFLOW, Script, documents, scripts
from tests.conftest import REQUIRE
from tests.scenarios.stage import git

FOLDERS = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
SCHEMAS = {
    ".github/workflows/envctl.yml": ["vendor.github-workflows"],
    ".github/workflows/envctl-gc.yml": ["vendor.github-workflows"],
    ".github/actions/envctl/action.yml": ["vendor.github-actions"],
    ".gitlab-ci.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    ".gitlab/envctl.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    ".circleci/config.yml": ["vendor.circle-ci"],
}
BAD = """
on: pull_request
jobs:
  greet:
    runs-on: ubuntu-24.04
    steps:
      - name: Hello
        run: echo "${{ github.head_ref }}"
"""


def tool(name: str) -> str:
    """A program that the tests install; without it they are skipped, or fail where everything is required."""
    found = shutil.which(name, path=FOLDERS)
    if found is None:
        said = f"{name} is not here: scripts/test-tools fetches it"
        if os.environ.get(REQUIRE, "") not in ("", "0"):
            pytest.fail(said, pytrace=False)
        pytest.skip(said)
    return found


def said(*argv: str, cwd: Path, stdin: str | None = None) -> tuple[int, str]:
    """A linter's status, and all that it prints."""
    done = subprocess.run(argv, cwd=cwd, input=stdin, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the files of every service in it."""
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "--quiet")
    for service in Ci:
        for path, content in written(service, "shop").items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    return folder


def bad(folder: Path) -> Path:
    """A repository whose workflow puts a stranger's text into a script."""
    (folder / ".github/workflows").mkdir(parents=True)
    (folder / ".github/workflows/bad.yml").write_text(BAD)
    git(folder, "init", "--quiet")
    return folder


def outside(script: Script) -> list[str]:
    """Expressions in a script's text: the service would write their values into it, whatever they are."""
    return EXPRESSION.findall(script.text)


ALL = [script for file, document in documents().items() for script in scripts(file, document)]


def test_actionlint_has_no_finding(repository: Path) -> None:
    """In the workflows, and in how they call the action; their scripts pass ShellCheck."""
    argv = [tool("actionlint"), "-shellcheck", tool("shellcheck"), "-color=false"]
    assert (0, "") == said(*argv, cwd=repository)


def test_actionlint_would_have_one(tmp_path: Path) -> None:
    """A stranger's text in a script is one."""
    status, words = said(tool("actionlint"), "-shellcheck=", "-color=false", cwd=bad(tmp_path))
    assert 1 == status
    assert "potentially untrusted" in words


def test_zizmor_has_no_finding(repository: Path) -> None:
    """Credentials, permissions, triggers, pins: in the workflows and in the action."""
    config = str(Path(__file__).with_name("zizmor.yml"))
    argv = [tool("zizmor"), "--offline", "--no-progress", "--persona=pedantic", "--config", config, "."]
    status, words = said(*argv, cwd=repository)
    assert (0, True) == (status, "No findings to report" in words), words


def test_zizmor_would_have_one(tmp_path: Path) -> None:
    """The same bad sample."""
    status, words = said(tool("zizmor"), "--offline", "--no-progress", ".", cwd=bad(tmp_path))
    assert status > 0
    assert "template-injection" in words


@pytest.mark.parametrize("path", SCHEMAS)
def test_its_service_takes_it(repository: Path, path: str) -> None:
    """By the schema that the service's makers publish."""
    argv = [tool("check-jsonschema"), "--builtin-schema", *SCHEMAS[path], path]
    status, words = said(*argv, cwd=repository)
    assert 0 == status, words


def test_every_file_has_a_schema(repository: Path) -> None:
    """None is forgotten here."""
    assert set(SCHEMAS) == {str(path) for path in documents()}


@pytest.mark.parametrize("script", ALL, ids=lambda s: f"{s.file.name}-{s.where}")
def test_every_script_passes_shellcheck(tmp_path: Path, script: Script) -> None:
    """Read as its shell would; a GitLab runner may have no more than sh."""
    argv = [tool("shellcheck"), "--shell", script.shell, "--exclude=SC2016", "-"]  # 2016: quoted from us on purpose
    assert (0, "") == said(*argv, cwd=tmp_path, stdin=script.text)


@pytest.mark.parametrize("script", ALL, ids=lambda s: f"{s.file.name}-{s.where}")
def test_no_script_has_an_expression_in_its_text(script: Script) -> None:
    """What comes from outside is a variable of the environment, and no shell reads it as a program."""
    assert [] == outside(script)
    assert not re.search(r"\beval\b|\bsh -c\b", script.text)


@pytest.mark.parametrize(
    "text", ["echo ${{ github.head_ref }}", "x='${{\n inputs.args }}'", "git checkout << pipeline.git.branch >>"]
)
def test_an_expression_would_be_found(text: str) -> None:
    """GitHub's in one line or more, and CircleCI's."""
    assert 1 == len(outside(Script(PurePosixPath("x.yml"), "x", text)))


def test_a_bad_sample_s_script_is_found() -> None:
    """Where it is taken out of a workflow."""
    (script,) = scripts(PurePosixPath(".github/workflows/bad.yml"), yaml.safe_load(BAD))
    assert ["${{ github.head_ref }}"] == outside(script)


def test_every_workflow_asks_for_little() -> None:
    """No permission but what a job names; and it writes nothing but the comment."""
    for path in (WORKFLOW, GC):
        document = documents()[path]
        assert {} == document["permissions"]
        for job in document["jobs"].values():
            assert {"contents": "read"} == {k: v for k, v in job["permissions"].items() if k != "pull-requests"}


def test_a_fork_gets_nothing() -> None:
    """No secret, no token, no permission to write, no runner of ours; and no job with any of these is for a fork."""
    document = documents()[WORKFLOW]
    assert {"pull_request"} == set(document[True])  # YAML reads the word `on` as true
    for name, job in document["jobs"].items():
        for_forks = "repo.full_name != github.repository" in job["if"]
        text = yaml.safe_dump(job)
        assert for_forks == (name == "fork")
        assert for_forks or "repo.full_name == github.repository" in job["if"]
        if for_forks:
            assert not re.search(r"secrets\.|github\.token|vars\.|: write|self-hosted", text)


def test_no_checkout_keeps_its_credentials_where_a_stranger_s_code_runs() -> None:
    """Nothing is pushed."""
    steps = [s for path in (WORKFLOW, GC) for job in documents()[path]["jobs"].values() for s in job["steps"]]
    checkouts = [s for s in steps if s.get("uses", "").startswith("actions/checkout@")]
    assert 4 == len(checkouts)
    assert all(s["with"]["persist-credentials"] is False for s in checkouts)


def test_every_action_is_pinned_by_its_commit() -> None:
    """A tag can be moved."""
    used = {
        s["uses"]
        for path in (WORKFLOW, GC)
        for j in documents()[path]["jobs"].values()
        for s in j["steps"]
        if "uses" in s
    }
    assert "./.github/actions/envctl" in used
    assert all(re.fullmatch(r"\./\S+|[\w/-]+@[0-9a-f]{40}", name) for name in used)


def test_the_action_s_inputs_are_those_that_its_users_give() -> None:
    """Every `with` of ours is an input, and every input reaches a script through a variable."""
    action: Any = documents()[ACTION]
    given = {
        key
        for path in (WORKFLOW, GC)
        for job in documents()[path]["jobs"].values()
        for s in job["steps"]
        if s.get("uses") == "./.github/actions/envctl"
        for key in s["with"]
    }
    assert given <= set(action["inputs"])
    variables = " ".join(str(v) for s in action["runs"]["steps"] for v in s["env"].values())
    reached = {name for name in action["inputs"] if f"inputs.{name} " in variables}
    assert set(action["inputs"]) - reached == {"directory"}
