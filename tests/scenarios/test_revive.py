"""What was removed comes back as it was, its commit, branch and data; or it is said why not, and nothing is left."""

from __future__ import annotations

import contextlib
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stage import Stage, git

pytestmark = pytest.mark.docker

APP = """
[services.app]
image = "python:3.13-slim"
command = ["sh", "-c", "trap exit TERM; echo version-IS; sleep infinity & wait"]
"""
DATA = """
[services.db]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""
TOPIC = "refs/heads/topic"


def said(folder: Path, *words: str) -> str:
    """What git says, which must succeed."""
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def worktrees(folder: Path) -> list[str]:
    """The folders in which something of the repository is checked out; git prunes none of them to say so."""
    listed = said(folder, "worktree", "list", "--porcelain").splitlines()
    return [line.removeprefix("worktree ") for line in listed if line.startswith("worktree ")]


def save(stage: Stage, version: str = "IS", more: str = "", **files: str) -> str:
    """Commit a stack whose app says its version; the commit."""
    stage.write(APP.replace("IS", version) + more, **files)
    git(stage.folder, "add", "envctl.toml")
    git(stage.folder, "commit", "--quiet", "--allow-empty", f"--message={version}")
    return said(stage.folder, "rev-parse", "HEAD")


def printed(stage: Stage) -> str:
    """The first line of the app that runs."""
    logs: bytes = stage.container("app").logs()
    return logs.decode().partition("\n")[0]


@pytest.fixture
def repository(stage: Stage) -> Stage:
    """A repository with one commit on the branch `topic`, whose environment it is."""
    git(stage.folder, "init", "--quiet", "--initial-branch=topic")
    (stage.folder / ".git" / "info" / "exclude").write_text("*.sql\n")
    stage.by_branch = True
    save(stage)
    return stage


def gone(stage: Stage, *words: str) -> str:
    """Up and down again; the environment's name."""
    stage.name = str(stage.data("up", *words)["name"])
    stage.did("down", *words)
    return stage.name


def nothing_changed(stage: Stage) -> bool:
    """No object, and no checkout but the one that there was."""
    return (set(), [str(stage.folder)]) == (stage.objects(), worktrees(stage.folder))


def test_what_a_killed_revive_left_must_not_be_used(repository: Stage) -> None:
    """A checkout that was only begun, known to git or not: it is made anew, and goes with the environment."""
    name = gone(repository)
    commit = said(repository.folder, "rev-parse", "HEAD")
    save(repository, "WAS")
    left = repository.folder / ".git" / "envctl" / repository.full()
    git(repository.folder, "worktree", "add", "--detach", "--no-checkout", str(left), commit)
    for _ in range(2):
        repository.did("revive", name)
        assert "version-IS" == printed(repository)
        repository.did("down", "--env", name)
        assert nothing_changed(repository)
        assert not left.exists()
        left.mkdir()
        (left / "envctl.toml").write_text("half of")
    left.joinpath("envctl.toml").unlink()
    left.rmdir()


def test_one_that_was_broken_off_must_go_on(repository: Stage) -> None:
    """Killed half-way and run again: of its commit, although half of it is there and another one is checked out."""
    name = gone(repository)
    save(repository, "WAS")
    kept = repository.bundles()
    wanted = {"type": "network", "event": "create", "network": repository.full()}
    heard = repository.docker.events(since=int(time.time()), decode=True, filters=wanted)
    with contextlib.closing(heard) as events, repository.running("revive", name) as process:
        next(events)
        process.kill()
    assert f"network {repository.full()}" in repository.objects()
    assert TOPIC == repository.data("revive", name)["branch"]
    assert "version-IS" == printed(repository)
    assert kept == repository.bundles()


def test_a_clean_checkout_of_that_commit_must_be_used_itself(repository: Stage) -> None:
    """No second checkout is made; one that lives is not revived, and what to do instead is said."""
    name = gone(repository)
    came = repository.data("revive")
    assert (name, TOPIC, "running") == (came["name"], came["branch"], came["state"])
    assert str(repository.folder) == repository.data("inspect", name)["checkout"]
    error = repository.refused(2, "revive")["error"]
    assert f"{name} is there" in error["message"]
    assert f"`envctl up --env {name}`" in error["hint"]
    assert [str(repository.folder)] == worktrees(repository.folder)


def test_a_branch_must_be_the_leases_again(repository: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever is checked out by then; also when it is removed and revived a second time."""
    bare = tmp_path_factory.mktemp("remote")
    git(bare, "init", "--quiet", "--bare")
    git(repository.folder, "remote", "add", "origin", str(bare))
    git(repository.folder, "push", "--quiet", "--set-upstream", "origin", "topic")
    first = said(repository.folder, "rev-parse", "HEAD")
    name = gone(repository)
    git(repository.folder, "switch", "--quiet", "--create", "other")
    save(repository, "WAS")
    for _ in range(2):
        assert TOPIC == repository.data("revive", name)["branch"]
        assert "version-IS" == printed(repository)
        seen = repository.data("inspect", name)
        lease = seen["lease"]
        assert (TOPIC, first, TOPIC, str(bare), True) == (
            seen["branch"], lease["commit"], lease["ref"], lease["remote"], lease["published"],
        )  # fmt: skip
        assert worktrees(repository.folder)[1:] == [seen["checkout"]]
        repository.did("down", "--env", name)
        assert nothing_changed(repository)
    rows = repository.data("ls", "--removed", "--project", repository.project)["removed"]
    assert [TOPIC] * 3 == [row["branch"] for row in rows]


def test_what_ran_from_several_checkouts_must_leave_none(repository: Stage) -> None:
    """An `up` in the repository itself follows; `down` knows the checkout that was made before all the same."""
    name = gone(repository)
    save(repository, "WAS")
    repository.did("revive", name)
    repository.did("up", "--env", name)
    assert "version-WAS" == printed(repository)
    assert [f"{repository.full()}"] == [Path(path).name for path in worktrees(repository.folder)[1:]]
    repository.did("down", "--env", name)
    assert nothing_changed(repository)


def test_changes_that_were_not_committed_must_be_told(repository: Stage) -> None:
    """They are gone, and the environment is of the commit without them."""
    repository.write(APP.replace("IS", "DIRTY"))
    name = gone(repository)
    git(repository.folder, "checkout", "--quiet", "envctl.toml")
    ran = repository.did("revive", name)
    assert "those that were not committed on" in ran.stderr
    assert "version-IS" == printed(repository)
    assert not repository.data("inspect", name)["lease"]["commit"].endswith("-dirty")


def test_a_commit_that_is_not_here_must_be_said(repository: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """How it is had is said; once it is had, the environment comes."""
    name = gone(repository)
    commit = said(repository.folder, "rev-parse", "HEAD")
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "init", "--quiet", "--initial-branch=main")
    (clone / "envctl.toml").write_text((repository.folder / "envctl.toml").read_text())
    error = repository.refused(2, "revive", name, cwd=clone)["error"]
    assert f"the commit {commit[:12]} of {name} is not in this repository" in error["message"]
    assert "`git fetch --all`" in error["hint"]
    assert "Nothing was changed." == error["unchanged"]
    assert nothing_changed(repository)
    git(clone, "fetch", "--quiet", str(repository.folder), commit)
    assert "running" == repository.data("revive", name, cwd=clone)["state"]
    repository.did("down", "--env", name, cwd=clone)
    assert [str(clone)] == worktrees(clone)


def test_a_stack_file_that_no_commit_holds_must_be_said(repository: Stage) -> None:
    """The checkout that was made to find out is gone again."""
    git(repository.folder, "rm", "--quiet", "--cached", "envctl.toml")
    git(repository.folder, "commit", "--quiet", "--message=without")
    name = gone(repository)
    error = repository.refused(2, "revive", name)["error"]
    assert "holds no envctl.toml" in error["message"]
    assert f"`envctl up --env {name}`" in error["hint"]
    assert nothing_changed(repository)


def test_no_checkout_of_the_project_must_be_said(repository: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither a folder without a stack file nor one of another project will do; where it was made is said."""
    name = gone(repository)
    elsewhere, other = tmp_path_factory.mktemp("elsewhere"), tmp_path_factory.mktemp("other")
    (other / "envctl.toml").write_text(f'[project]\nname = "other"\n{APP}')
    for folder, why in ((elsewhere, "there is no envctl.toml"), (other, "is of the project other")):
        error = repository.refused(2, "revive", f"{repository.project}/{name}", cwd=folder)["error"]
        assert f"this is no checkout of {repository.project}" in error["message"]
        assert why in error["message"]
        assert str(repository.folder) in error["hint"]
    assert nothing_changed(repository)


def test_what_no_commit_was_noted_of_must_be_said(stage: Stage) -> None:
    """It was made in a folder without git."""
    stage.write(APP)
    stage.up()
    stage.did("down")
    error = stage.refused(2, "revive", stage.name)["error"]
    assert "nobody noted which commit one was made from" in error["message"]
    assert "`envctl up --env one`" in error["hint"]


def test_a_name_by_hand_must_be_revived_by_it(repository: Stage) -> None:
    """It has no branch, before and after; a name that is nearly so is guessed."""
    named = f"night{repository.project}"
    gone(repository, "--env", named)
    error = repository.refused(5, "revive", f"{named}x")["error"]
    assert f"Did you mean {named}?" in error["hint"]
    came = repository.data("revive", "--env", named)
    assert (named, None, "running") == (came["name"], came["branch"], came["state"])


def test_of_two_that_revive_at_once_one_must_say_it_is_there(repository: Stage) -> None:
    """They wait for each other, and share no half of a checkout."""
    name = gone(repository)
    save(repository, "WAS")
    with repository.running("revive", name) as one, repository.running("revive", name) as two:
        errors = [process.communicate()[1] for process in (one, two)]
    assert [0, 2] == sorted([one.returncode, two.returncode]), errors
    assert "version-IS" == printed(repository)
    repository.did("down", "--env", name)
    assert nothing_changed(repository)


def dump(name: str) -> str:
    """A dump with one row."""
    rows = f"CREATE TABLE public.items (name text);\nCOPY public.items (name) FROM stdin;\n{name}\n\\.\n"
    return f"--\n-- PostgreSQL database dump\n--\n{rows}--\n-- PostgreSQL database dump complete\n--\n"


def test_another_dump_must_be_wanted(repository: Stage) -> None:
    """It is refused before anything is there, the checkout of that commit included; `--any-data` takes it."""
    save(repository, more=DATA, **{"catalogue.sql": dump("one")})
    name = gone(repository)
    save(repository, "WAS", more=DATA, **{"catalogue.sql": dump("two")})
    error = repository.refused(9, "revive", name)["error"]
    assert "db was filled from another" in error["details"][0]
    assert f"`envctl revive {name} --any-data`" in error["hint"]
    assert nothing_changed(repository)
    came: dict[str, Any] = repository.data("revive", name, "--any-data")
    assert "running" == came["state"]
    database = repository.data("env", "--env", name)["DB_DATABASE"]
    psql = ("psql", "-U", "postgres", "-d", database, "-tAc", "SELECT name FROM items")
    assert (0, "two\n") == repository.inside("db", *psql)


def rows(stage: Stage) -> list[str]:
    """What is in the database."""
    database = stage.data("env", "--env", stage.name)["DB_DATABASE"]
    psql = ("psql", "-U", "postgres", "-d", database, "-tAc")
    status, said = stage.inside("db", *psql, "SELECT name FROM items ORDER BY name")
    assert 0 == status
    return said.split()


def test_a_fork_must_begin_as_its_origin_was(repository: Stage) -> None:
    """Not as the dump: from the snapshot of its origin, as long as that is there; then only what is asked for."""
    save(repository, more=DATA, **{"catalogue.sql": dump("one")})
    origin = repository.name = str(repository.data("up")["name"])
    database = repository.data("env", "--env", origin)["DB_DATABASE"]
    repository.inside("db", "psql", "-U", "postgres", "-d", database, "-c", "INSERT INTO items VALUES ('two')")
    address = repository.data("fork", origin, "try")["snapshot"]["address"]
    repository.did("down", "--env", "try")
    repository.name = "try"
    repository.did("revive", "try")
    assert ["one", "two"] == rows(repository)
    repository.did("down", "--env", "try")
    repository.did("snapshot rm", address)
    error = repository.refused(9, "revive", "try")["error"]
    assert f"environment {repository.project}/{origin}" in error["details"][0]
    repository.did("revive", "try", "--any-data")
    assert ["one"] == rows(repository)
    for name in ("try", origin):
        repository.did("down", "--env", name)
