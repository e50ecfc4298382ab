"""One folder, two branches, default names: git says which environment a command is for."""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.scenarios.stage import Stage, git

pytestmark = pytest.mark.docker

STACK = '[services.db]\nkind = "postgres"\n'
FIRST, SECOND = "main", "Feature/Käse_2"


@dataclass(frozen=True)
class Repository:
    """A stage that goes by the branch checked out, and the names of its two environments."""

    stage: Stage
    first: str
    second: str

    def on(self, *checkout: str) -> Stage:
        """The stage with something else checked out."""
        git(self.stage.folder, "checkout", "--quiet", *checkout)
        return self.stage


@pytest.fixture(scope="module")
def both(shared_stage: Stage) -> Repository:
    """Two branches of one repository, each up, without a name having been given."""
    stage = shared_stage
    stage.write(STACK)
    stage.by_branch = True
    git(stage.folder, "init", "--quiet", f"--initial-branch={FIRST}")
    git(stage.folder, "add", ".")
    git(stage.folder, "commit", "--quiet", "--message=all")
    first = stage.up()["name"]
    git(stage.folder, "checkout", "--quiet", "-b", SECOND)
    return Repository(stage, first, stage.up()["name"])


def named(stage: Stage, name: str) -> Stage:
    """The same project, but environments are chosen by `--env NAME`."""
    other = copy.copy(stage)
    other.by_branch, other.name = False, name
    return other


def execute(stage: Stage, *statements: str) -> None:
    """Run statements in the database at DB_URL."""
    with psycopg.connect(stage.data("env")["DB_URL"]) as connection:
        for statement in statements:
            connection.execute(statement)


def holds(stage: Stage, table: str) -> bool:
    """Whether the database at DB_URL has that table."""
    with psycopg.connect(stage.data("env")["DB_URL"]) as connection:
        return connection.execute("SELECT to_regclass(%s)", (table,)).fetchone() != (None,)


def test_both_branches_must_be_listed(both: Repository) -> None:
    """`ls` has them side by side with their full refs, running, wherever it is asked."""
    rows = both.stage.data("ls", "--project", both.stage.project, cwd=both.stage.runtime)["environments"]
    assert {(both.first, f"refs/heads/{FIRST}"), (both.second, f"refs/heads/{SECOND}")} == {
        (row["name"], row["branch"]) for row in rows
    }
    assert ["running", "running"] == [row["state"] for row in rows]


def test_a_name_must_show_its_branch(both: Repository) -> None:
    """Each name begins with the branch as it can be read, and `status` says the full ref."""
    assert both.first.startswith("main-")
    assert both.second.startswith("feature-k-se-2-")
    for branch, name in ((FIRST, both.first), (SECOND, both.second)):
        status = both.on(branch).data("status")
        assert (name, f"refs/heads/{branch}", "running") == (status["name"], status["branch"], status["state"])


def test_switching_back_must_find_the_first(both: Repository) -> None:
    """After a checkout to and fro there is nothing to do, and what was written on a branch is there on it alone."""
    execute(both.on(FIRST), "CREATE TABLE only_first (n int)")
    before = both.stage.lasting()
    assert [] == both.on(SECOND).up()["steps"]
    assert not holds(both.stage, "only_first")
    assert [] == both.on(FIRST).up()["steps"]
    assert holds(both.stage, "only_first")
    assert before == both.stage.lasting()


def test_a_name_must_work_on_either_branch(both: Repository) -> None:
    """`--env NAME` is that environment whatever is checked out, also on no branch, and knows its branch still."""
    for checkout in ((FIRST,), (SECOND,), ("--detach",)):
        stage = both.on(*checkout)
        for name, branch in ((both.first, FIRST), (both.second, SECOND)):
            status = named(stage, name).data("status")
            assert (name, f"refs/heads/{branch}") == (status["name"], status["branch"])
            assert [] == named(stage, name).up()["steps"]
        rows = stage.data("ls", "--project", stage.project)["environments"]
        assert {f"refs/heads/{FIRST}", f"refs/heads/{SECOND}"} == {row["branch"] for row in rows}


@pytest.mark.parametrize(
    "command", [["up"], ["plan"], ["down"], ["seed"], ["status"], ["env"], ["urls"], ["logs"], ["exec", "db", "true"]]
)
def test_on_no_branch_nothing_must_be_guessed(both: Repository, command: list[str]) -> None:
    """With a detached HEAD every command that needs an environment wants its name, and touches none."""
    stage = both.on("--detach")
    before = stage.ids(), stage.lasting()
    error = stage.refused(2, *command)["error"]
    assert "detached HEAD" in error["message"]
    assert "--env NAME" in error["hint"]
    assert before == (stage.ids(), stage.lasting())


def test_outside_a_repository_a_name_must_be_given(both: Repository, tmp_path: Path) -> None:
    """The stack file without git: status 2 and how to say it; with the name it is the very environment."""
    copied = str(shutil.copy(both.stage.folder / "envctl.toml", tmp_path))
    error = both.stage.refused(2, "status", "--file", copied)["error"]
    assert f"{tmp_path} is not in a git repository" == error["message"]
    assert "--env NAME" in error["hint"]
    assert "running" == named(both.stage, both.first).data("status", "--file", copied)["state"]


def test_the_branch_must_be_the_stack_file_s(both: Repository) -> None:
    """From a folder below, and with `--file` from anywhere, the branch is that of where the stack file is."""
    stage = both.on(SECOND)
    below = stage.folder / "some" / "folder"
    below.mkdir(parents=True)
    file = str(stage.folder / "envctl.toml")
    assert both.second == stage.data("status", cwd=below)["name"]
    assert both.second == stage.data("status", "--file", file, cwd=stage.runtime)["name"]


def test_down_must_remove_only_this_branch(both: Repository) -> None:
    """`down` on one branch leaves the other as it was; its own comes up again under the same name."""
    second = named(both.stage, both.second).data("env")
    assert both.on(FIRST).data("down")["existed"]
    assert second == named(both.stage, both.second).data("env")
    assert "absent" == both.stage.data("status")["state"]
    (row,) = both.stage.data("ls", "--project", both.stage.project)["environments"]
    assert both.second == row["name"]
    assert both.first == both.stage.up()["name"]
    assert not holds(both.stage, "only_first")
