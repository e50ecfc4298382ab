"""The doctor: whatever a check meets becomes a finding, and each finding is the right one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.machine import Daemon, Machine
from envctl.observed import Network
from envctl.ops import doctor as story
from envctl.ops.checks import CHECKS, docker, folders, machine, project
from envctl.ops.doctor import examine
from envctl.ops.patient import Patient, Seen
from envctl.planning.slots import PREFIX, RANGE
from envctl.reports.doctor import Finding
from envctl.stack import Stack, load
from envctl.world import World, real_world
from envctl.world.engine import Engine
from tests.ops.fake import STACK, FakeEngine

GIB = 1 << 30
DAEMON = Daemon("26.1.5", "1.45", 8 * GIB, "/var/lib/docker", "6.1", "2026-01-01T00:00:00Z")
MACHINE = Machine(4 * GIB, 8 * GIB, 50 * GIB, "/var/lib/docker", 1024)
Check = Callable[[Patient], Finding]


def patient(
    folder: Path,
    *,
    engine: FakeEngine | None = None,
    stack: Stack | EnvctlError | None = None,
    ahead: float = 0.0,
    path: str = "",
    pools: tuple[str, ...] = (),
    **left: Any,
) -> Patient:
    """A machine on which all is well, but for what is said."""
    seen: Future[Seen] = Future()
    seen.set_result(Seen(replace(DAEMON, pools=pools), replace(MACHINE, **left), ahead))
    return Patient(world(folder, engine, path), {}, stack, seen)


def world(folder: Path, engine: FakeEngine | None = None, path: str = "") -> World:
    real = real_world(lambda event: None, {"PATH": path, "XDG_RUNTIME_DIR": str(folder)})
    return World(cast(Engine, engine or FakeEngine()), real.shell, real.locks, real.runtime, real.tell)


def without_docker(folder: Path) -> Patient:
    seen: Future[Seen] = Future()
    seen.set_exception(EnvctlError(Exit.DOCKER, "no Docker Engine answers at x", hint="Start Docker."))
    return Patient(world(folder), {}, None, seen)


def stack(folder: Path, limits: str = "") -> Stack:
    (folder / "envctl.toml").write_text(STACK + limits)
    return load(folder / "envctl.toml", environ={"XDG_CONFIG_HOME": str(folder)})


def verdict(check: Check, who: Patient) -> tuple[str, int]:
    found = check(who)
    assert found.found
    assert found.remedy or found.verdict in ("ok", "unknown")
    return found.verdict, found.exit


def test_whatever_a_check_meets_is_a_finding(tmp_path: Path) -> None:
    """Its own failure, one that another command would have, no daemon, no end: nothing keeps the others from ending."""
    forever = threading.Event()

    def well(_: Patient) -> Finding:
        return Finding("well", "ok", "fine")

    def no_daemon(who: Patient) -> Finding:
        return Finding("x", "ok", who.seen.daemon.version)

    def refused(_: Patient) -> Finding:
        raise EnvctlError(Exit.USAGE, "ENVCTL_REGISTRY=x: is no registry", hint="write another")

    def broken(_: Patient) -> Finding:
        raise ValueError("hunter2")

    def endless(_: Patient) -> Finding:
        forever.wait()
        return Finding("x", "ok", "at last")

    found = examine(without_docker(tmp_path), [well, no_daemon, refused, endless, broken], 0.3).findings
    forever.set()
    assert [
        ("well", "ok", 0),
        ("no daemon", "unknown", 0),
        ("refused", "failed", 2),
        ("endless", "failed", 4),
        ("broken", "failed", 1),
    ] == [(f.check, f.verdict, f.exit) for f in found]
    assert "hunter2" not in str(found)


def test_a_program_that_never_answers_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a finding, and no process of ours is left."""
    monkeypatch.setattr(story, "_PATIENCE", 1.0)
    monkeypatch.chdir(tmp_path)
    program(tmp_path, "docker", f"echo $$ >> {tmp_path}/started; exec sleep 100")
    there = world(tmp_path, path=f"{tmp_path}:{os.environ['PATH']}")
    found = {f.check: f.verdict for f in story.doctor(there, {"ENVCTL_REGISTRY": "127.0.0.1:9"}).findings}
    assert ("failed", "failed", "failed") == tuple(found[name] for name in ("docker command", "compose", "buildx"))
    started = (tmp_path / "started").read_text().split()
    assert 3 == len(started)
    assert [] == [number for number in started if Path("/proc", number).exists()]


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ({}, ("ok", 0)),
        ({"disk": 2 * GIB}, ("warning", 0)),
        ({"disk": 1000}, ("failed", 7)),
        ({"disk": None}, ("unknown", 0)),
    ],
)
def test_disk(tmp_path: Path, left: dict[str, Any], expected: tuple[str, int]) -> None:
    """Too little fails where `up` would; little is a warning; elsewhere it is unknown."""
    assert expected == verdict(machine.disk, patient(tmp_path, **left))


@pytest.mark.parametrize(
    ("left", "limits", "expected"),
    [
        ({}, "", "ok"),
        ({}, '[limits]\nmemory = "4GiB"\n', "ok"),
        ({}, '[limits]\nmemory = "5GiB"\n', "warning"),
        ({"memory": 1 << 20}, "", "warning"),
        ({"memory": None}, "", "unknown"),
    ],
)
def test_memory(tmp_path: Path, left: dict[str, Any], limits: str, expected: str) -> None:
    """What the stack's limits ask for; an environment that runs already needs none, so it is no failure."""
    assert expected == verdict(machine.memory, patient(tmp_path, stack=stack(tmp_path, limits), **left))[0]


@pytest.mark.parametrize(("taken", "expected"), [(0, ("ok", 0)), (480, ("warning", 0)), (512, ("failed", 7))])
def test_subnets(tmp_path: Path, taken: int, expected: tuple[str, int]) -> None:
    """Few left are a warning."""
    nets = tuple(Network(str(s), str(s), {}, (str(s),)) for s in list(RANGE.subnets(new_prefix=PREFIX))[:taken])
    assert expected == verdict(machine.subnets, patient(tmp_path, engine=FakeEngine(nets=nets)))


@pytest.mark.parametrize(("pools", "expected"), [((), "ok"), (("172.80.0.0/16",), "ok"), (("10.0.0.0/8",), "warning")])
def test_address_pools(tmp_path: Path, pools: tuple[str, ...], expected: str) -> None:
    """Those that overlap our range are told."""
    assert expected == verdict(machine.address_pools, patient(tmp_path, pools=pools))[0]


@pytest.mark.parametrize(("free", "expected"), [(True, "ok"), (False, "failed")])
def test_ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: bool, expected: str) -> None:
    """None left is a failure."""
    monkeypatch.setattr(machine, "is_free", lambda port: free)
    monkeypatch.setattr(machine, "_EPHEMERAL", tmp_path / "absent")
    assert expected == verdict(machine.ports, patient(tmp_path))[0]


@pytest.mark.parametrize(("said", "expected"), [("32768\t60999\n", "ok"), ("1024\t65535\n", "warning")])
def test_ports_that_the_system_gives_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, expected: str
) -> None:
    """As where its range was widened."""
    (tmp_path / "range").write_text(said)
    monkeypatch.setattr(machine, "_EPHEMERAL", tmp_path / "range")
    monkeypatch.setattr(machine, "is_free", lambda port: True)
    assert expected == verdict(machine.ports, patient(tmp_path))[0]


@pytest.mark.parametrize(
    ("ahead", "said"), [(0.5, "ours"), (-3600.0, "3600 s behind ours"), (7200.0, "7200 s ahead of ours")]
)
def test_clock(tmp_path: Path, ahead: float, said: str) -> None:
    """A daemon in a virtual machine that slept is behind."""
    assert docker.clock(patient(tmp_path, ahead=ahead)).found.endswith(said)


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_the_docker_command_and_its_plugins(tmp_path: Path) -> None:
    """Each is missed by itself; buildx only by who builds."""
    nowhere = patient(tmp_path, path=str(tmp_path))
    assert [("failed", 4)] * 2 == [verdict(check, nowhere) for check in (docker.docker_command, docker.compose)]
    assert ("warning", 0) == verdict(docker.buildx, nowhere)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").write_text("FROM scratch\n")
    builds = stack(tmp_path, '[services.site]\nbuild = "web"\n')
    assert ("failed", 4) == verdict(docker.buildx, patient(tmp_path, path=str(tmp_path), stack=builds))
    program(tmp_path, "docker", "echo 2.25.0")
    there = patient(tmp_path, path=str(tmp_path))
    assert ("ok", 0) == verdict(docker.docker_command, there)
    assert "too old" in docker.compose(there).found
    program(tmp_path, "docker", "echo 2.26.1")
    assert [("ok", 0)] * 2 == [verdict(check, there) for check in (docker.compose, docker.buildx)]


def test_no_engine(tmp_path: Path) -> None:
    """What every command would say."""
    found = docker.engine(without_docker(tmp_path))
    assert ("failed", 4, "no Docker Engine answers at x", "Start Docker.") == (
        found.verdict,
        found.exit,
        found.found,
        found.remedy,
    )


def test_folders(tmp_path: Path) -> None:
    """One on a disk is a warning, one that cannot be a folder fails, one in memory is fine; none is made."""
    assert "warning" == verdict(folders.runtime_folder, patient(tmp_path))[0]
    (tmp_path / "envctl").write_text("in the way")
    assert ("failed", 11) == verdict(folders.runtime_folder, patient(tmp_path))
    if Path("/dev/shm").is_dir():
        absent = Path("/dev/shm/envctl-test-absent")
        assert ("ok", 0) == verdict(folders.runtime_folder, patient(absent))
        assert not absent.exists()


def test_a_stack_file(tmp_path: Path) -> None:
    """None is no failure, a wrong one is, with every problem."""
    assert "unknown" == verdict(project.stack_file, patient(tmp_path))[0]
    assert ("ok", 0) == verdict(project.stack_file, patient(tmp_path, stack=stack(tmp_path)))
    wrong = EnvctlError(Exit.STACK_FILE, "it has a problem", details=("envctl.toml:3: x",), hint="mend it")
    found = project.stack_file(patient(tmp_path, stack=wrong))
    assert ("failed", 3, "it has a problem\nenvctl.toml:3: x") == (found.verdict, found.exit, found.found)


def test_git(tmp_path: Path) -> None:
    """Without it, and without a repository, an environment can still be named."""
    assert "warning" == verdict(project.git, patient(tmp_path, path=str(tmp_path)))[0]
    assert "warning" == verdict(project.git, patient(tmp_path, path=os.environ["PATH"], stack=stack(tmp_path)))[0]


def test_a_branch_that_is_said(tmp_path: Path) -> None:
    """$ENVCTL_BRANCH is as good as git's, and one that cannot be a branch is warned of."""
    found = patient(tmp_path, path=os.environ["PATH"], stack=stack(tmp_path))
    for said, expected in (("feature/a", ("ok", "feature/a")), ("a b", ("warning", "ENVCTL_BRANCH is 'a b'"))):
        there = replace(found, world=replace(found.world, environ={"ENVCTL_BRANCH": said}))
        finding = project.git(there)
        assert expected == (finding.verdict, finding.found[: len(expected[1])])


class Answer(BaseHTTPRequestHandler):
    """A registry that wants a log-in, or is broken."""

    status = 401

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/v2/" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("status", "expected"), [(200, "ok"), (401, "ok"), (503, "warning")])
def test_a_registry(tmp_path: Path, status: int, expected: str) -> None:
    """It answers, also where it wants to know who asks."""
    handler = type("Handler", (Answer,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        named = {"ENVCTL_REGISTRY": f"127.0.0.1:{server.server_port}/hub"}
        assert expected == verdict(project.registry, replace(patient(tmp_path), environ=named))[0]
        server.shutdown()


def test_a_registry_whose_images_are_here_need_not_answer(tmp_path: Path) -> None:
    """As in a closed network; without images it is a warning."""
    named = {"ENVCTL_REGISTRY": "127.0.0.1:9"}
    assert "warning" == verdict(project.registry, replace(patient(tmp_path), environ=named))[0]
    full = FakeEngine(tagged=("127.0.0.1:9/postgres:17", "other:1"))
    found = project.registry(replace(patient(tmp_path, engine=full), environ=named))
    assert ("ok", True) == (found.verdict, found.found.startswith("1 images"))


def test_leftovers(tmp_path: Path) -> None:
    """A network without containers is what a killed `up` leaves."""
    own = {labels.PROJECT: "shop", labels.ENVIRONMENT: "main", labels.ROLE: "network"}
    assert "ok" == verdict(project.leftovers, patient(tmp_path))[0]
    left = FakeEngine(nets=(Network("n", "shop_main", own, ("10.213.0.0/25",)),))
    found = project.leftovers(patient(tmp_path, engine=left))
    assert ("warning", "without a container: shop / main") == (found.verdict, found.found)


def test_the_doctor_works_where_there_is_nothing(tmp_path: Path) -> None:
    """No Docker, no git, no stack file, no home: every check is told, and the status is Docker's."""
    ours = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
    environ = {**ours, "PATH": str(tmp_path), "DOCKER_HOST": "unix:///nonexistent/docker.sock"}
    ran = subprocess.run(
        [sys.executable, "-m", "envctl", "doctor", "--json"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        check=False,
    )
    document = json.loads(ran.stdout)
    assert (4, False, 4, b"") == (ran.returncode, document["ok"], document["error"]["exit"], ran.stderr)
    found = {finding["check"]: finding["verdict"] for finding in document["data"]["findings"]}
    assert [check.__name__.replace("_", " ") for check in CHECKS] == list(found)
    assert {"docker command", "engine", "compose"} == {name for name, verdict in found.items() if verdict == "failed"}
    assert {"clock", "memory", "disk", "subnets", "address pools", "leftovers"} <= {
        name for name, verdict in found.items() if verdict == "unknown"
    }
