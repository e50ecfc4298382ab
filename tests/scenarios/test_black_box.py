"""What is gone can still be looked at, from anywhere, and brought back."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from envctl import labels
from envctl.bundle import FILE, Bundle, bundle_of
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.ops.bundles import pack as packing
from envctl.ops.bundles.find import expire
from envctl.ops.down import down
from envctl.ops.observe import observe
from envctl.planning.ownership import own_labels
from envctl.world.box import box, box_name, place
from tests.scenarios.stage import Stage, git

pytestmark = pytest.mark.docker

APP = """
[services.app]
image = "python:3.13-slim"
command = ["sh", "-c", "trap exit TERM; echo version-IS; echo trouble >&2; sleep infinity & wait"]
health = ["sh", "-c", "echo still fine"]
before = ["echo", "migrated"]
"""
CRASHED = """
[services.lost]
image = "python:3.13-slim"
command = ["sh", "-c", "echo last words; exit 7"]
"""
DATA = """
[services.db]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""


def dump(name: str) -> str:
    """A dump with one row."""
    rows = f"CREATE TABLE public.items (name text);\nCOPY public.items (name) FROM stdin;\n{name}\n\\.\n"
    return f"--\n-- PostgreSQL database dump\n--\n{rows}--\n-- PostgreSQL database dump complete\n--\n"


def lines(stage: Stage, *words: str, **more: Any) -> list[str]:
    """What `logs` says, service and text. Environments are named by words alone."""
    stage.by_branch = True
    ran = stage.did("logs", "--json", *words, **more)
    stage.by_branch = False
    return [f"{one['service']}: {one['text']}" for one in map(json.loads, ran.stdout.splitlines())]


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Another user: an empty home, another folder, nothing in memory."""
    home = tmp_path_factory.mktemp("elsewhere")
    return {"cwd": home, "env": dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"), str(home))}


def test_what_went_down_must_still_be_told(stage: Stage, elsewhere: dict[str, Any]) -> None:
    """Its logs, its exit codes, its health and its plan: from another home and folder, by its name alone."""
    stage.write(APP + CRASHED)
    stage.envctl("up")
    did = stage.data("down")
    assert did["bundle"].startswith(f"{stage.full()}__bundle-")
    assert [did["bundle"]] == stage.bundles()
    assert did["until"] > "2020"

    named = f"{stage.project}/one"
    assert {"app: migrated", "app: version-IS", "app: trouble", "lost: last words"} == set(
        lines(stage, named, **elsewhere)
    )
    assert ["lost: last words"] == lines(stage, "--env", named, "lost", **elsewhere)
    assert ["lost: last words"] == lines(stage, named, "lost", "--tail", "1", **elsewhere)
    assert [] == lines(stage, named, "--since", "0s", **elsewhere)

    seen = stage.data("inspect", named, **elsewhere)
    parts = {part["container"].removeprefix(f"{stage.full()}_"): part for part in seen["services"]}
    assert {"app", "app-before", "lost"} == parts.keys()
    assert ("exited", 7) == (parts["lost"]["state"], parts["lost"]["exit_code"])
    assert "still fine\n" == parts["app"]["checks"][-1]["output"]
    assert "envctl down" == seen["removed"]["because"]
    assert "start app" in seen["plan"]
    assert seen["lease"]["by"]
    text = stage.did("inspect", named, **elsewhere)
    assert "exited (7)" in text.stdout

    (row,) = stage.data("ls", "--removed", "--project", stage.project, **elsewhere)["removed"]
    assert ("one", stage.project, "envctl down", did["bundle"]) == (
        row["name"],
        row["project"],
        row["because"],
        row["bundle"],
    )
    assert [] == stage.data("ls", "--project", stage.project, **elsewhere)["environments"]


def test_one_that_lives_must_win_over_what_is_kept(stage: Stage) -> None:
    """Whoever is up is looked at; what is kept of it is had by its bundle's name."""
    stage.write(APP)
    stage.up()
    bundle = stage.data("down")["bundle"]
    assert "app: version-IS" in lines(stage, stage.name)
    stage.write(APP.replace("version-IS", "version-WAS"))
    stage.up()
    assert "app: version-WAS" in lines(stage, stage.name)
    assert "app: version-WAS" in lines(stage, "--env", stage.name, "app")
    assert stage.data("inspect", stage.name)["removed"] is None
    assert bundle == stage.data("inspect", stage.name, "--bundle", bundle)["removed"]["bundle"]
    earlier = lines(stage, stage.name, "app", "--bundle", bundle)
    assert ("app: version-IS" in earlier, "app: version-WAS" in earlier) == (True, False)
    error = stage.refused(5, "inspect", stage.name, "--bundle", "nosuch")["error"]
    assert bundle in error["hint"]
    assert "there, so there is nothing to revive" in stage.refused(2, "revive", stage.name)["error"]["message"]


def test_what_is_not_there_must_be_said(stage: Stage, elsewhere: dict[str, Any]) -> None:
    """A name nobody has or had, a service that was not there, one that is followed though it is gone."""
    stage.write(APP)
    stage.up()
    stage.did("down")
    named = f"{stage.project}/one"
    stage.by_branch = True
    for command in ("logs", "inspect", "revive"):
        error = stage.refused(5, command, f"{stage.project}/oen", **elsewhere)["error"]
        assert f"there is no environment {stage.project}/oen" in error["message"]
        assert f"Did you mean {named}?" in error["hint"]
        assert "ls --removed" in error["hint"]
    for more, status in (("nosuch", 5), ("-f", 2)):
        ran = stage.envctl("logs", "--json", named, more, **elsewhere)
        assert status == ran.status
        assert json.loads(ran.stdout)["error"]["hint"]
    assert "no checkout" in stage.refused(2, "revive", named, **elsewhere)["error"]["message"]
    for command in ("logs", "inspect", "revive"):
        assert "name the environment" in stage.refused(3, command, **elsewhere)["error"]["hint"]
    git(stage.folder, "init", "--quiet", "--initial-branch=topic")
    for command in ("inspect", "revive"):
        assert "name of the environment is empty" in stage.refused(2, command, "")["error"]["message"]
    asked: list[tuple[str, ...]] = [("logs",), ("inspect",), ("revive",), ("logs", f"{stage.project}/oen")]
    for words in asked:
        error = stage.refused(5, *words)["error"]
        assert f"of {stage.project} is not there, and nothing is kept of it" in error["message"]
        assert "`envctl up`" in error["hint"]
        assert (len(words) > 1) == (f"Did you mean {named}?" in error["hint"])


def test_a_name_of_two_projects_must_be_said_in_full(stage: Stage) -> None:
    """Which of them is meant is for people to say; in a checkout its own project is."""
    stage.write(APP)
    own = (stage.folder / "envctl.toml").read_text()
    other = f"{stage.project}b"
    stage.name = name = f"n{stage.project}"
    try:
        for project in (stage.project, other):
            (stage.folder / "envctl.toml").write_text(own.replace(stage.project, project))
            stage.up()
            stage.did("down")
        stage.by_branch = True
        for words in (("logs", name), ("logs", "--env", name), ("inspect", name), ("revive", name)):
            error = stage.refused(2, *words, cwd=Path("/"))["error"]
            assert f"several projects have an environment {name}" == error["message"]
            assert f"Say which: {stage.project}/{name}, {other}/{name}." == error["hint"]
        assert other == stage.data("inspect", name)["project"]
    finally:
        for volume in stage.docker.volumes.list(filters={"label": f"{labels.PROJECT}={other}"}):
            volume.remove()


def test_a_truncated_bundle_must_be_told(stage: Stage) -> None:
    """No traceback and no half of a log: what is left of it is said, and it is listed still."""
    stage.write(APP)
    stage.up()
    name = stage.data("down")["bundle"]
    world, identity = stage.here().world, Identity(stage.project, stage.name)
    with box(world.engine, identity, own_labels(identity), {"it": name}, read_only=True) as container:
        whole = world.engine.read_file(container, place("it", FILE))
    assert whole is not None
    half = whole[: len(whole) // 2]
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo(FILE)
        info.size = len(half)
        tar.addfile(info, io.BytesIO(half))
    with box(world.engine, identity, own_labels(identity), {"it": name}) as container:
        world.engine.put_archive(container, place("it"), [archive.getvalue()])
    for words in (("inspect", stage.name), ("logs",), ("revive", stage.name)):
        error = stage.refused(5, *words)["error"]
        assert f"what is kept of {stage.name} cannot be read" in error["message"]
        assert f"{len(half)} of {len(whole)} bytes are there" in error["details"]
        assert f"docker volume rm {name}" in error["hint"]
    assert set() == stage.objects()
    assert [name] == [row["bundle"] for row in stage.data("ls", "--removed", "--project", stage.project)["removed"]]


def test_a_full_disk_must_not_keep_an_environment_alive(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes, and why nothing of it is kept is said; what else goes wrong while packing leaves it as it was."""
    stage.write(APP)
    stage.up()
    here = stage.here()

    def fails(code: Exit) -> None:
        def refuse(*_: object) -> None:
            raise EnvctlError(code, "something is wrong")

        monkeypatch.setattr(type(here.world.engine), "put_archive", refuse)

    before = stage.lasting()
    fails(Exit.DOCKER)
    with pytest.raises(EnvctlError, match="could not be kept: something is wrong") as caught:
        down(here)
    assert "--no-bundle" in caught.value.hint
    assert before == stage.lasting()
    assert [] == stage.bundles()
    fails(Exit.NO_CAPACITY)
    report = down(here)
    assert (None, "something is wrong") == (report.bundle, report.complaint)
    assert set() == stage.objects()
    assert [] == stage.bundles()


def test_what_a_killed_run_packed_must_be_taken_up(stage: Stage) -> None:
    """Packed and died: the next `down` leaves one bundle, with what was removed already, and no box."""
    stage.write(APP + CRASHED)
    stage.envctl("up")
    here = stage.here()
    own = own_labels(here.identity)
    packing.pack(here.world, here.identity, observe(here.world, here.identity), "killed")
    stage.container("lost").remove()
    (whole,) = here.world.engine.volumes({labels.PROJECT: stage.project, labels.ROLE: "bundle"})
    half = {**own, **bundle_of(whole).labels()}
    stage.docker.volumes.create(f"{stage.full()}__bundle-20200101T000000", labels=half)  # nothing is in it
    here.world.engine.make_box(box_name(here.identity), "envctl.invalid/box:1", {**own, labels.ROLE: "box"}, {})
    assert [] == stage.data("ls", "--removed", "--project", stage.project)["removed"]
    bundle = stage.data("down")["bundle"]
    assert [bundle] == stage.bundles()
    assert "lost: last words" in lines(stage, stage.name)
    assert set() == stage.objects()


def test_a_log_that_was_cut_must_be_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what is left of it, on stderr; of another service's log there is nothing to say."""
    stage.write(APP + CRASHED)
    stage.envctl("up")
    monkeypatch.setattr(packing, "LOG", 80)
    down(stage.here())
    ran = stage.did("logs", "app")
    assert 1 == len({"app | trouble", "app | version-IS"} & set(ran.stdout.splitlines()))
    assert "its log: only its last 0.0 MiB are kept" in ran.stderr
    assert "its log" not in stage.did("logs", "lost").stderr


def test_a_box_alone_must_go_too(stage: Stage) -> None:
    """What a run left that was killed, when nothing else is there any more: `down` removes it, and says so."""
    stage.write(APP)
    here = stage.here()
    with box(here.world.engine, here.identity, own_labels(here.identity), {}):
        pass  # now the image is there
    carried = {**own_labels(here.identity), labels.ROLE: "box"}
    here.world.engine.make_box(box_name(here.identity), "envctl.invalid/box:1", carried, {})
    planned = stage.data("down", "--dry-run")
    assert (True, [f"container {box_name(here.identity)}"]) == (planned["existed"], planned["removed"])
    did = stage.data("down")
    assert (True, planned["removed"], None) == (did["existed"], did["removed"], did["bundle"])
    assert set() == stage.objects()
    assert stage.data("down")["existed"] is False


def test_nothing_must_be_kept_where_nobody_wants_it(stage: Stage) -> None:
    """By the stack file, by the command, or because there was no container."""
    stage.write(f'{APP}[lifetime]\nkeep_logs = "0s"\n')
    stage.up()
    assert stage.data("down")["bundle"] is None
    stage.write(APP)
    stage.up()
    assert stage.data("down", "--no-bundle")["bundle"] is None
    assert stage.data("down")["bundle"] is None
    assert [] == stage.bundles()


def test_bundles_must_go_in_time_and_by_their_budget(stage: Stage) -> None:
    """Those kept long enough, and the oldest while all take too much; a dry run says so and removes none."""
    stage.write(APP)
    names = []
    for _ in range(3):
        stage.up()
        names.append(stage.data("down")["bundle"])
    world = stage.here().world
    now = world.engine.now()
    kept = [bundle_of(v) for v in world.engine.volumes({labels.PROJECT: stage.project})]
    size = max(bundle.size for bundle in kept)
    assert () == expire(world, stage.project, now, None)
    going = expire(world, stage.project, now, size + size // 2, dry_run=True)
    assert names[:2] == [one.bundle for one in going]
    assert names == stage.bundles()
    expire(world, stage.project, now, size + size // 2)
    assert names[2:] == stage.bundles()
    (last,) = expire(world, stage.project, now + timedelta(days=8), None)
    assert "kept until" in last.because
    assert [] == stage.bundles()


def test_what_was_never_filled_must_go_in_its_time(stage: Stage) -> None:
    """A run was killed while it packed; nothing else is left of the environment, so no other run takes it up."""
    stage.write(APP)
    here = stage.here()
    now = here.world.engine.now()
    for days in (-1, 1):
        bundle = Bundle(f"{stage.full()}__bundle-{days + 1}", here.identity, now, now + timedelta(days=days), "killed")
        stage.docker.volumes.create(bundle.name, labels={**own_labels(here.identity), **bundle.labels()})
    assert 2 == len(stage.data("ls", "--removed", "--project", stage.project)["removed"])
    assert "there is nothing in it" in stage.refused(5, "inspect", stage.name)["error"]["message"]
    dry = stage.data("gc", "--project", stage.project, "--dry-run")
    did = stage.data("gc", "--project", stage.project)
    assert [f"{stage.full()}__bundle-0"] == [one["bundle"] for one in did["bundles"]]
    assert dry["bundles"] == did["bundles"]
    assert [f"{stage.full()}__bundle-2"] == stage.bundles()


def commit(stage: Stage, message: str) -> None:
    git(stage.folder, "add", "envctl.toml", ".gitignore")
    git(stage.folder, "commit", "--quiet", f"--message={message}")


def test_revive_must_bring_back_commit_and_data(stage: Stage) -> None:
    """Of a commit that is not checked out any more, with a dump that no commit holds; another dump is refused."""
    stage.by_branch = True
    git(stage.folder, "init", "--quiet", "--initial-branch=topic")
    stage.write(APP + DATA, **{"catalogue.sql": dump("one"), ".gitignore": "*.sql\n*.toml\n!envctl.toml\n"})
    commit(stage, "first")
    stage.name = name = stage.up()["name"]
    stage.did("down")
    stage.write(APP.replace("version-IS", "version-WAS") + DATA)
    commit(stage, "second")

    (stage.folder / "catalogue.sql").write_text(dump("two"))
    error = stage.refused(9, "revive", name)["error"]
    assert "another" in error["details"][0]
    assert set() == stage.objects()
    (stage.folder / "catalogue.sql").write_text(dump("one"))
    came = stage.data("revive", name)
    assert (name, "refs/heads/topic", "running") == (came["name"], came["branch"], came["state"])
    assert "app: version-IS" in lines(stage, stage.name)
    database = stage.data("env", "--env", name)["DB_DATABASE"]
    psql = ("psql", "-U", "postgres", "-d", database, "-tAc", "SELECT name FROM items")
    assert (0, "one\n") == stage.inside("db", *psql, name=name)
    worktree = stage.folder / ".git" / "envctl" / f"{stage.project}_{name}"
    assert (worktree / "envctl.toml").is_file()
    stage.did("down", "--env", name)
    assert not worktree.exists()
    assert (stage.folder / "catalogue.sql").is_file()
