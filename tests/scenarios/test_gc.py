"""What nobody needs goes, and whatever somebody needs, or may need, stays."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from envctl import labels
from envctl.decision import Reason, Rules
from envctl.lease import Lease, lease_of
from envctl.ops.execute import execute
from envctl.ops.gc.reclaim import gc, partly
from envctl.ops.gc.survey import looked_at, survey
from envctl.ops.leases import in_use
from envctl.ops.lifetime import extend, pin, unpin
from envctl.ops.logs import logs
from envctl.ops.run import run
from envctl.reports.gc import Fate, Reclaimed
from envctl.world.connections import Connections
from tests.scenarios.later import later
from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import LONGEST, Stage, git

pytestmark = pytest.mark.docker

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STACK = f"""
[services.app]
image = "redis:8"
volumes.kept = "/kept"
{IDLE}
"""
CACHE = """
[services.cache]
kind = "redis"
"""
PARTLY_DONE, NOT_FOUND, USAGE = 10, 5, 2


def lease(stage: Stage, name: str | None = None) -> Lease:
    """The lease of an environment as any client of the daemon reads it."""
    mine = stage.here().world.engine.volumes({labels.PROJECT: stage.project, labels.ENVIRONMENT: name or stage.name})
    found = lease_of(mine)
    assert isinstance(found, Lease)
    return found


def reclaimed(stage: Stage, rules: Rules = Rules(), by: timedelta = timedelta(), **more: Any) -> Reclaimed:  # noqa: B008
    """What gc does with the stage's project so much later."""
    return gc(later(stage, by), stage.project, rules, **more)


def only(report: Reclaimed) -> Fate:
    """The fate of the one environment there is."""
    (fate,) = report.environments
    return fate


def told(fate: Fate) -> tuple[str, str]:
    """What became of it, and the word for why."""
    return fate.verdict, fate.reason


def named(stage: Stage, *names: str) -> None:
    """Bring up environments of these names, at the same time."""
    finish(stage, *([*stage.program, "up", "--env", name, "--quiet"] for name in names))


def finish(stage: Stage, *lines: list[str]) -> None:
    """Run command lines at the same time; all of them must succeed."""
    with ExitStack() as stack:
        processes = [stack.enter_context(stage.running_program(line)) for line in lines]
        said = [process.communicate(timeout=LONGEST) for process in processes]
    assert [0] * len(lines) == [process.returncode for process in processes], said


@pytest.fixture
def one(stage: Stage) -> Stage:
    """One small environment."""
    stage.write(STACK)
    stage.up()
    return stage


def test_a_lease_says_who_made_it_from_what_and_until_when(stage: Stage) -> None:
    """Expiry, branch, commit, who and where it was made, last use: with the daemon."""
    stage.by_branch = True
    stage.write('[lifetime]\nttl = "5h"\nidle = "4h"\nkeep_logs = "3d"\n' + STACK)
    git(stage.folder, "init", "-q", "-b", "feature/a")
    git(stage.folder, "add", ".")
    git(stage.folder, "commit", "-qm", "one")
    stage.name = stage.up()["name"]
    found = lease(stage)
    assert (5 * 3600.0, 4 * 3600.0, 3 * 86400.0) == (found.terms.ttl, found.terms.idle, found.terms.keep_logs)
    assert 5 * HOUR == found.expires - found.used
    assert found.begun <= found.made <= stage.here().world.engine.now()  # type: ignore[operator]
    assert "@" in found.by
    assert 40 == len(found.commit)
    assert "refs/heads/feature/a" == next(
        v.attrs["Labels"][labels.BRANCH] for v in stage.docker.volumes.list(filters=stage.mine())
    )


def test_up_with_a_ttl_lives_so_long_and_remembers_it(stage: Stage) -> None:
    """The next `up`, which knows nothing of it, keeps it."""
    stage.write(STACK)
    stage.did("up", "--ttl", "90m")
    assert timedelta(minutes=90) == lease(stage).expires - lease(stage).used
    stage.did("up")
    assert (5400.0, True) == (lease(stage).terms.ttl, lease(stage).asked)


def test_a_second_process_with_an_empty_home_must_see_and_clean_what_the_first_made(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """From nowhere: without the checkout, without the stack file, by name."""
    stage.write(STACK)
    named(stage, "one", "two")
    home = tmp_path_factory.mktemp("home")
    elsewhere: dict[str, Any] = {"env": {"HOME": str(home)}, "cwd": Path("/")}
    rows = stage.data("ls", "--project", stage.project, **elsewhere)["environments"]
    assert ["one", "two"] == [row["name"] for row in rows]
    stage.name = f"{stage.project}/two"
    assert stage.data("pin", **elsewhere)["pinned"]
    stage.by_branch = True
    report = stage.data("gc", "--project", stage.project, "--max", "0", **elsewhere)
    assert {"one": "removed", "two": "keep"} == {fate["name"]: fate["verdict"] for fate in report["environments"]}
    assert {f"{stage.project}_two"} == {n.name for n in stage.docker.networks.list(filters=stage.mine())}
    assert [] == list(home.iterdir())


def test_what_is_over_goes_and_leaves_nothing_but_its_bundle(one: Stage) -> None:
    """A moment before it stays."""
    assert ("keep", "alive") == told(only(reclaimed(one, by=71 * HOUR)))
    fate = only(reclaimed(one, by=73 * HOUR))
    assert ("removed", "expired") == told(fate)
    assert (set(), [fate.bundle]) == (one.objects(), one.bundles())


def test_a_dry_run_prints_the_same_decisions_and_changes_nothing(one: Stage) -> None:
    """Word for word."""
    before = one.objects()
    would = only(reclaimed(one, by=73 * HOUR, dry_run=True))
    assert before == one.objects()
    did = only(reclaimed(one, by=73 * HOUR))
    assert (would.reason, "remove", "removed") == (did.reason, would.verdict, did.verdict)


@pytest.mark.parametrize("how", ["up", "exec", "run", "logs -f", "seed", "restart", "cp", "resume"])
def test_using_it_renews_it(stage: Stage, how: str) -> None:
    """Each way to use it, an hour later, is a last use then, and it lives as long from then on."""
    dump = (
        "--\n-- PostgreSQL database dump\n--\nCREATE TABLE t (n int);\n--\n-- PostgreSQL database dump complete\n--\n"
    )
    data = '[services.db]\nkind = "postgres"\ndata = "d"\n[data.d]\nfrom = "dump"\npath = "d.sql"\n'
    stage.write(STACK + (data if how == "seed" else ""), **({"d.sql": dump} if how == "seed" else {}))
    stage.up()
    before = lease(stage)
    here = replace(stage.here(), world=later(stage, HOUR))
    match how:
        case "up":
            from envctl.ops.up import up

            up(here)
        case "exec":
            assert 0 == execute(here, "app", ["true"], tty=False, stdin=False)
        case "run":
            assert 0 == run(here, ["true"])
        case "logs -f":
            lines = logs(here, (), follow=True)
            stage.container("app").stop()
            assert [] == list(lines)
        case "seed":
            from envctl.ops.seed import seed

            seed(here)
        case "restart":
            from envctl.ops.restart import restart

            restart(here)
        case "cp":
            from envctl.ops.copy import copy

            copy(here, "app:/etc/hostname", str(stage.folder / "hostname"))
        case "resume":
            from envctl.ops.pause import resume

            stage.container("app").pause()
            resume(here)
    after = lease(stage)
    assert HOUR <= after.used - before.used < HOUR + timedelta(minutes=3)
    assert after.used + 72 * HOUR == after.expires


def test_looking_at_it_is_no_use(one: Stage) -> None:
    """Neither ls nor status nor gc makes anything live longer."""
    before = lease(one)
    one.did("ls")
    one.did("status")
    reclaimed(one, by=HOUR)
    assert before == lease(one)


def test_what_is_pinned_stays_until_it_is_unpinned(one: Stage) -> None:
    """Whatever is asked for."""
    hard = Rules(older_than=0, idle=0, merged=True, most=0, disk_target=0)
    identity = one.here().identity
    pin(one.here().world, identity)
    assert ("keep", "pinned") == told(only(reclaimed(one, hard, 9999 * HOUR)))
    unpin(one.here().world, identity)
    assert ("keep", "alive") == told(only(reclaimed(one)))
    assert ("removed", "idle") == told(only(reclaimed(one, hard)))


def test_what_is_extended_lives_longer(one: Stage) -> None:
    """By what was asked for, or by its ttl."""
    extend(one.here().world, one.here().identity, 30 * 86400.0)
    assert ("keep", "alive") == told(only(reclaimed(one, by=29 * DAY)))
    one.did("extend", "--for", "40d")
    assert ("keep", "alive") == told(only(reclaimed(one, by=39 * DAY)))
    assert ("remove", "expired") == told(only(reclaimed(one, by=41 * DAY, dry_run=True)))


def test_many_changes_of_one_lease_at_once_are_all_in_it(one: Stage) -> None:
    """Nobody overwrites a pin with a use, and one lease is left."""
    words = (["pin"], ["extend", "--for", "50d"], ["exec", "app", "true"], ["extend"], ["exec", "app", "true"])
    finish(one, *(one.words(*command) for command in words))
    found = lease(one)
    assert found.pinned
    assert 49 * DAY < found.expires - found.used
    assert 1 == sum("__lease-" in thing for thing in one.objects())


def test_an_open_exec_is_a_use(one: Stage) -> None:
    """As long as it lasts; a health check is none."""
    shell = one.docker.api.exec_create(str(one.container("app").id), ["sh", "-c", "echo in; read x"], stdin=True)
    stream: Any = one.docker.api.exec_start(shell["Id"], socket=True)
    stream._sock.recv(64)
    fate = only(reclaimed(one, Rules(most=0)))
    assert ("keep", "in-use") == told(fate)
    assert fate.because.startswith("in use now: sh runs in app; else it would go: over 0")
    stream._sock.sendall(b"\n")
    while stream._sock.recv(64):
        pass
    assert ("removed", "over-number") == told(only(reclaimed(one, Rules(most=0))))


@pytest.fixture
def cached(stage: Stage) -> Iterator[Stage]:
    """An environment with a server, which also has a health check that runs all the time."""
    stage.write(CACHE)
    stage.up()
    yield stage


def test_an_open_connection_is_a_use(cached: Stage) -> None:
    """From this machine to a published port; seen from here, and from inside where it cannot be."""
    port = int(cached.container("cache").labels[labels.PORT])
    world = cached.here().world
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"PING\r\n")
        assert client.recv(16)
        assert ("keep", "in-use") == told(only(reclaimed(cached, Rules(most=0))))
        (standing,), _ = survey(world, cached.project)
        inside = looked_at(world, standing, Connections()).uses
        assert inside is not None
        assert ("a connection to cache",) == inside.seen
    (standing,), _ = survey(world, cached.project)
    inside = looked_at(world, standing, Connections()).uses
    assert inside is not None
    assert ((), "") == (inside.seen, inside.unknown)
    assert ("removed", "over-number") == told(only(reclaimed(cached, Rules(most=0))))


def test_what_cannot_be_looked_into_stays(stage: Stage) -> None:
    """An image without `cat` on a daemon whose network we do not share: unknown means alive."""
    stage.write(CACHE)
    stage.up()
    stage.inside("cache", "sh", "-c", "rm $(command -v cat)")
    world = stage.here().world
    (standing,), _ = survey(world, stage.project)
    seen = looked_at(world, standing, Connections()).uses
    assert seen is not None
    assert "the connections of cache cannot be seen from here" == seen.unknown


def published(stage: Stage, branch: str, remote: Path) -> str:
    """An environment of a branch that was pushed to a bare repository; its name."""
    stage.by_branch = True
    stage.write(STACK)
    git(remote.parent, "init", "-q", "--bare", str(remote))
    git(stage.folder, "init", "-q", "-b", "main")
    git(stage.folder, "add", "envctl.toml")
    git(stage.folder, "commit", "-qm", "one")
    git(stage.folder, "remote", "add", "origin", str(remote))
    git(stage.folder, "push", "-q", "origin", "main")
    git(stage.folder, "switch", "-qc", branch)
    git(stage.folder, "push", "-q", "origin", branch)
    stage.name = stage.up()["name"]
    return stage.name


def test_a_branch_that_is_deleted_on_the_remote_takes_its_environment_along(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Not before; compared by the full ref, so that branches which are called alike count for nothing."""
    remote = tmp_path_factory.mktemp("remote") / "shop.git"
    published(stage, "feature/a", remote)
    assert ("keep", "alive") == told(only(reclaimed(stage)))
    git(stage.folder, "push", "-q", "origin", "HEAD:refs/heads/feature-a", "HEAD:refs/heads/Feature/A")
    git(stage.folder, "push", "-q", "origin", "HEAD:refs/tags/feature/a")
    git(stage.folder, "push", "-q", "origin", ":refs/heads/feature/a")
    assert ("removed", "branch-gone") == told(only(reclaimed(stage)))


def test_a_remote_that_does_not_answer_condemns_nobody(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Unknown, kept; and it says so."""
    remote = tmp_path_factory.mktemp("remote") / "shop.git"
    published(stage, "feature/a", remote)
    remote.rename(remote.with_name("moved.git"))
    fate = only(reclaimed(stage))
    assert ("keep", "branch-unknown") == told(fate)
    assert "whether its branch is still there is unknown" in fate.because


def test_a_branch_that_was_never_pushed_is_not_gone(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The remote answers and does not have it: it never did. Neither is one of a repository without a remote."""
    remote = tmp_path_factory.mktemp("remote") / "shop.git"
    published(stage, "feature/a", remote)
    git(stage.folder, "switch", "-qc", "mine")
    mine = stage.up()["name"]
    git(stage.folder, "remote", "remove", "origin")
    git(stage.folder, "switch", "-qc", "alone")
    alone = stage.up()["name"]
    fates = {fate.name: fate for fate in reclaimed(stage, dry_run=True).environments}
    assert ("keep", "alive") == told(fates[mine])
    assert ("keep", "alive") == told(fates[alone])


def test_a_run_that_died_leaves_nothing_for_ever(stage: Stage) -> None:
    """Killed while it waited: kept for an hour, in which the same command would go on, and gone after that."""
    stage.write(f'[services.app]\nimage = "redis:8"\n{IDLE}\nhealth = {{ command = ["false"], timeout = "120s" }}\n')
    with stage.running("up") as process:
        assert process.stderr is not None
        next(line for line in process.stderr if "waiting to become healthy" in line)
        assert ("keep", "alive") == told(only(reclaimed(stage)))
        process.kill()
    with stage.here().world.locks.hold(stage.full(), "test"):  # what it started has ended too
        pass
    assert ("keep", "alive") == told(only(reclaimed(stage)))
    assert ("removed", "half-made") == told(only(reclaimed(stage, by=2 * HOUR)))


def test_a_run_that_failed_is_no_run_that_died(stage: Stage) -> None:
    """What it left is for somebody to look at, until its lease is over."""
    stage.write(f'[services.app]\nimage = "redis:8"\n{IDLE}\nhealth = {{ command = ["false"], timeout = "1s" }}\n')
    stage.refused(8, "up")
    assert ("keep", "alive") == told(only(reclaimed(stage, by=2 * HOUR)))


def test_orphans_go_once_they_are_old(one: Stage) -> None:
    """A volume and a network without containers and without a lease."""
    one.container("app").remove(force=True)
    for volume in one.docker.volumes.list(filters=one.mine()):
        if "__" in str(volume.name):
            volume.remove()
    assert {f"volume {one.full()}_kept", f"network {one.full()}"} == one.objects()
    assert ("keep", "young") == told(only(reclaimed(one)))
    assert ("removed", "orphaned") == told(only(reclaimed(one, by=2 * HOUR)))
    assert set() == one.objects()


def test_what_runs_without_a_lease_stays(one: Stage) -> None:
    """Somebody pruned its volumes; `extend` gives it a new lease."""
    for volume in one.docker.volumes.list(filters=one.mine()):
        if "__lease" in str(volume.name):
            volume.remove()
    assert ("keep", "lease-unknown") == told(only(reclaimed(one, Rules(older_than=0), 999 * HOUR)))
    one.did("extend")
    assert ("keep", "alive") == told(only(reclaimed(one)))


def test_a_damaged_lease_keeps_its_environment(one: Stage) -> None:
    """Nobody guesses what it said; `extend` writes one that can be read."""
    own = {**lease(one).labels(), labels.PROJECT: one.project, labels.ENVIRONMENT: one.name, labels.EXPIRES: "banana"}
    one.docker.volumes.create(f"{one.full()}__lease-77", labels=own)
    fate = only(reclaimed(one, Rules(older_than=0, most=0), 999 * HOUR))
    assert ("keep", "lease-unknown") == told(fate)
    assert "is no time; `envctl extend` mends it" in fate.because
    one.did("up")
    assert lease(one).number > 77
    assert 1 == sum("__lease-" in thing for thing in one.objects())


@pytest.mark.parametrize("ahead", [100 * DAY, -100 * DAY, timedelta(minutes=10)])
def test_our_clock_must_not_matter(one: Stage, ahead: timedelta) -> None:
    """A gc whose own clock jumped ahead or back keeps what goes by time; what it writes goes by the daemon's."""
    world = later(one, timedelta(), ahead)
    fate = only(gc(world, one.project, Rules(older_than=0, idle=0)))
    assert ("keep", "clock-unknown") == told(fate)
    before = lease(one)
    extend(world, one.here().identity)
    assert timedelta() <= lease(one).used - before.used < timedelta(minutes=5)


def test_a_daemon_whose_clock_jumped_ahead_condemns_nobody(one: Stage) -> None:
    """Ours jumped along, being the same machine: a container cannot have run longer than its machine is up."""
    world = later(one, 9999 * DAY)
    honest = one.here().world.engine.daemon()
    world.engine.daemon = lambda: honest  # type: ignore[method-assign]  # on this machine
    fate = only(gc(world, one.project, Rules()))
    assert ("keep", "clock-unknown") == told(fate)
    assert "the clock has jumped ahead by" in fate.because


def test_a_clock_that_jumped_back_condemns_nobody(one: Stage) -> None:
    """What was used in the future is not idle; and the next use mends its lease."""
    extend(later(one, 30 * DAY), one.here().identity)
    assert ("keep", "clock-unknown") == told(only(reclaimed(one, Rules(older_than=0))))
    one.did("exec", "app", "true")
    assert timedelta(hours=72) == lease(one).expires - lease(one).used
    assert ("remove", "older-than") == told(only(reclaimed(one, Rules(older_than=0), dry_run=True)))


def test_the_least_used_go_first(stage: Stage) -> None:
    """Over the number allowed."""
    stage.write(STACK)
    named(stage, "one", "two", "three")
    for hours, name in enumerate(("two", "three", "one"), start=1):
        extend(later(stage, hours * HOUR), replace(stage.here().identity, name=name))
    report = reclaimed(stage, Rules(most=1), 4 * HOUR)
    assert {"two": "removed", "three": "removed", "one": "keep"} == {f.name: f.verdict for f in report.environments}


def test_the_disk_target_goes_by_what_is_really_there(stage: Stage) -> None:
    """20 MiB in each; one may stay."""
    stage.write(STACK)
    named(stage, "one", "two")
    for name in ("one", "two"):
        status, said = stage.inside("app", "sh", "-c", "head -c 20971520 /dev/zero > /kept/much; sync", name=name)
        assert 0 == status, said
    extend(later(stage, HOUR), replace(stage.here().identity, name="one"))
    report = reclaimed(stage, Rules(disk_target=30 << 20), 2 * HOUR)
    assert {"two": ("removed", "over-disk-target"), "one": ("keep", "alive")} == {
        f.name: told(f) for f in report.environments
    }


def test_one_that_cannot_go_must_keep_none_of_the_others(stage: Stage) -> None:
    """A container of others uses its volume: status 10, it is listed, and the rest is gone."""
    stage.write(STACK)
    named(stage, "one", "two")
    image = stage.container("app", "one").image
    held = {f"{stage.full('one')}_kept": {"bind": "/x", "mode": "rw"}}
    other = stage.docker.containers.create(str(image.id), ["true"], volumes=held)  # type: ignore[union-attr]
    try:
        stage.by_branch = True
        ran = stage.envctl("gc", "--json", "--project", stage.project, "--max", "0")
        assert PARTLY_DONE == ran.status
        verdicts = {fate["name"]: fate["verdict"] for fate in ran.data["environments"]}
        assert {"one": "failed", "two": "removed"} == verdicts
        assert "could not go: a container of others uses it" in ran.error["details"][0]
        plain = stage.envctl("gc", "--project", stage.project, "--max", "0")
        assert PARTLY_DONE == plain.status
        assert "failed" in plain.stdout
    finally:
        other.remove()
    stage.did("gc", "--project", stage.project, "--max", "0")
    assert set() == stage.objects()


def test_nothing_to_do_is_no_failure(stage: Stage) -> None:
    """Status 0, also where there is nothing at all."""
    stage.by_branch = True
    report = stage.data("gc", "--project", stage.project)
    assert ([], [], False) == (report["environments"], report["bundles"], report["dry_run"])


def test_what_another_envctl_works_on_stays(one: Stage) -> None:
    """It is in use, by whoever holds its lock; gc waits for nobody."""
    with one.here().world.locks.hold(one.full(), "seed"):
        fate = only(reclaimed(one, Rules(most=0)))
    assert ("keep", Reason.IN_USE.value) == told(fate)
    assert '"envctl seed" of' in fate.because


def test_up_racing_gc_racing_down_leaves_all_of_it_or_nothing(stage: Stage) -> None:
    """Whoever comes first: everybody succeeds, nothing is left half, and the next `up` finds little or all to do."""
    stage.write(STACK)
    sweep = [*stage.program, "gc", "--max", "0", "--quiet"]
    for _ in range(3):
        finish(
            stage, stage.words("up"), sweep, stage.words("down"), stage.words("up"), sweep, stage.words("down"), sweep
        )
        there = stage.objects()
        running = {f"container {stage.full()}_app", f"network {stage.full()}", f"volume {stage.full()}_kept"}
        assert not there or running < there
        stage.did("up")
        assert [] == stage.data("plan")["steps"]
        assert 5 == len(stage.objects())


def test_what_is_used_between_two_looks_stays(one: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody used it after it was decided upon and before it was locked."""
    from envctl.ops.gc import reclaim as story

    decide = story.decide

    def and_used(*given: Any) -> Any:
        decisions = decide(*given)
        extend(later(one, 99 * HOUR), one.here().identity)
        return decisions

    monkeypatch.setattr(story, "decide", and_used)
    assert ("keep", "used-since") == told(only(reclaimed(one, by=73 * HOUR)))
    assert one.container("app").status == "running"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--older-than", "banana"], "'banana' is not a duration"),
        (["--idle", "5 parsecs"], "'5 parsecs' is not a duration"),
        (["--disk-target", "much"], "'much' is not a size"),
        (["--max", "-1"], "-1"),
        (["--all-projects"], "--project and --all-projects exclude each other"),
    ],
)
def test_bad_options_are_refused(one: Stage, words: list[str], said: str) -> None:
    """Before anything is looked at."""
    one.by_branch = True
    error = one.refused(USAGE, "gc", "--project", one.project, *words)["error"]
    assert said in error["message"]
    assert f"container {one.full()}_app" in one.objects()


def test_an_added_reason_needs_to_be_told_whose(stage: Stage) -> None:
    """Where there is no stack file `gc --max 0` might mean everybody's: it must be said."""
    stage.by_branch = True
    error = stage.refused(USAGE, "gc", "--max", "0", "--dry-run", cwd=Path("/"))["error"]
    assert "it must be said whose environments are meant" in error["message"]
    stage.did("gc", "--dry-run", cwd=Path("/"))


@pytest.mark.parametrize("command", ["pin", "unpin", "extend"])
def test_an_unknown_environment_is_told(one: Stage, command: str) -> None:
    """With the one that was meant."""
    one.name = "onne"
    error = one.refused(NOT_FOUND, command)["error"]
    assert "there is no environment onne" == error["message"]
    assert error["hint"].startswith("Did you mean one? ")
    one.name = "one"


def test_a_use_that_lasts_is_renewed_meanwhile(one: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a session in a shell may last for days."""
    import envctl.ops.leases as writer

    monkeypatch.setattr(writer, "_AGAIN", 0.01)
    before = lease(one).number
    world = later(one, HOUR)
    with in_use(world, one.here().identity):
        while lease(one).number == before:
            os.sched_yield()
    assert HOUR <= lease(one).used - lease(one).begun


def test_partly_is_no_error_where_all_went() -> None:
    """A report without failures."""
    assert partly(Reclaimed("shop", False, ())) is None
