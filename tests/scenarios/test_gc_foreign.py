"""`gc` with every switch beside things of others: they are as they were, and ours go."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from envctl import labels
from envctl.observed import COMPOSE_PROJECT
from envctl.ops.up import up as bring_up
from envctl.planning.names import by_hand
from tests.convergence.daemons import Daemon, impossible
from tests.images.boxes import image_of
from tests.scenarios.contents import called
from tests.scenarios.others import Others, as_one, beside, compose, own
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

IMAGE = "redis:8"
STACK = f"""
[services.one]
image = "{IMAGE}"
volumes.kept = "/kept"
command = ["sh", "-c", "head -c 100000 /dev/zero >/kept/some; trap exit TERM; sleep infinity & wait"]
"""
NAMES = ("one", "two", "three")
SWITCHES = (
    ("--older-than", "0s"),
    ("--idle", "0s"),
    ("--max", "0"),
    ("--disk-target", "0"),
    ("--merged",),
    ("--merged", "--max", "0", "--bundle-budget", "0"),
    (),
)
REMOVING = SWITCHES[:4]


def up(stage: Stage, names: Sequence[str] = NAMES) -> set[str]:
    """Environments of these names; everything the daemon has of them."""
    heres = [replace(stage.here(), identity=by_hand(stage.project, name)) for name in names]
    with ThreadPoolExecutor(len(names)) as threads:
        list(threads.map(bring_up, heres))
    return stage.objects()


def plant(stage: Stage, others: Others) -> None:
    """Containers, volumes and networks that are nobody's of ours, whatever they are called and say."""
    full = stage.full()
    more: dict[str, Any] = {"network_mode": "none"}
    others.container(f"{stage.project}-theirs", **more)
    others.container(own=as_one(stage), **more)  # all labels of one of ours, and its own name
    others.container(f"{full}_nine", **more)  # a name that one of ours could have
    others.container(f"{full}_eight", own=as_one(stage), **more)  # and labels of another
    others.container(f"{full}-1_one", own=as_one(stage), **more)  # only begins like one
    others.container(own={COMPOSE_PROJECT: full, "com.docker.compose.service": "one"}, **more)
    others.container(f"{full}_seven", others.image(as_one(stage) | {labels.SERVICE: "seven"}), **more)
    committed = stage.container("one").commit()
    others.images.append(str(committed.id))
    others.container(f"{full}_six", str(committed.id), **more)
    others.container(f"{stage.full('two')}_one-2", str(committed.id), **more)
    others.volume(f"{stage.project}-theirs")
    others.volume(f"{stage.project}-claims", own(stage, **{labels.ROLE: "data"}))
    others.volume(f"{full}_more")
    others.volume(f"{full}__lease-7")
    others.volume(f"{full}__lease-8", own(stage, **{labels.ROLE: "data"}))
    others.volume(f"{full}__bundle-9")
    others.network(f"{stage.project}-theirs")
    others.network(f"{stage.project}-claims", own(stage, **{labels.ROLE: "network"}))
    others.network(f"{full}_more")
    others.network(stage.full("four"))


def plant_projects(stage: Stage, others: Others) -> None:
    """Two plain Compose projects, one of them called like an environment, and what testcontainers makes."""
    service = {"image": others.base, "command": ["sleep", "infinity"], "init": True, "volumes": ["data:/data"]}
    file = {"services": {"one": service}, "volumes": {"data": {}}}
    (stage.folder / "compose.yaml").write_text(json.dumps(file))
    for project in (f"{stage.project}-plain", stage.full("four")):
        compose(stage.folder, project, "up", "--detach")
        docker = stage.docker
        others.found(
            docker.containers.get(f"{project}-one-1"),
            docker.networks.get(f"{project}_default"),
            docker.volumes.get(f"{project}_data"),
        )


@dataclass(frozen=True)
class Crowd:
    """Everybody else; `claims` are those of their things that carry the project's label."""

    others: Others
    claims: frozenset[str]

    def seen(self) -> list[Any]:
        """All of theirs, as it is now."""
        return self.others.seen()

    def left(self) -> set[str]:
        """What the project's label finds and is not theirs, nor the logs of what was removed."""
        return {thing for thing in self.others.stage.objects() - self.claims if "__bundle-" not in thing}


@pytest.fixture(scope="module")
def crowd(shared_stage: Stage) -> Iterator[Crowd]:
    """Our environments, and everybody else."""
    stage = shared_stage
    stage.write(STACK)
    ours = up(stage)
    with pytest.MonkeyPatch.context() as patched, beside(stage) as others:
        patched.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")  # its reaper is an image of its own
        from testcontainers.core.container import DockerContainer

        plant(stage, others)
        plant_projects(stage, others)
        with DockerContainer(others.base).with_command("sleep infinity") as made:
            others.found(made.get_wrapped_container())
            yield Crowd(others, frozenset(stage.objects() - ours))


def test_gc_must_say_what_it_left_alone(crowd: Crowd) -> None:
    """Whatever carries our labels and is not ours is named, with why."""
    stage = crowd.others.stage
    left = stage.data("gc", "--dry-run", "--project", stage.project)["left"]
    named = {f"{thing['what']} {thing['name']}" for thing in left}
    full = stage.full()
    assert {
        f"container {full}_eight",
        f"container {full}_seven",
        f"container {full}_six",
        f"volume {stage.project}-claims",
        f"volume {full}__lease-8",
        f"network {stage.project}-claims",
    } <= named
    assert all(thing["why"] for thing in left)


def test_gc_must_leave_others_alone_with_every_switch(crowd: Crowd) -> None:
    """Dry it changes nothing at all, over all projects too; then ours go, and theirs are as they were."""
    stage = crowd.others.stage
    before, ours = crowd.seen(), stage.objects()
    for switches in SWITCHES:
        for scope in (("--project", stage.project), ("--all-projects",)):
            would = stage.data("gc", "--dry-run", *switches, *scope)
            mine = [fate for fate in would["environments"] if fate["project"] == stage.project]
            assert sorted(NAMES) == sorted(fate["name"] for fate in mine)
            assert before == crowd.seen()
            assert ours == stage.objects()
    names: Sequence[str] = NAMES
    for number, switches in enumerate(REMOVING):
        did = stage.data("gc", *switches, "--project", stage.project)
        fates = sorted((fate["name"], fate["verdict"]) for fate in did["environments"])
        assert [(name, "removed") for name in sorted(names)] == fates
        assert before == crowd.seen()
        assert set() == crowd.left()
        if number < len(REMOVING) - 1:
            names = [f"again-{number}", f"more-{number}"]  # where theirs are in the way, nothing comes up
            up(stage, names)


def test_gc_must_work_from_anywhere(crowd: Crowd, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without a home, a checkout and a stack file: in a runner that knows the daemon and nothing else."""
    stage, names = crowd.others.stage, ("far", "further")
    up(stage, names)
    before, home = crowd.seen(), tmp_path_factory.mktemp("home")
    elsewhere: dict[str, Any] = {
        "cwd": Path("/"),
        "env": {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_RUNTIME_DIR": str(home)},
    }
    home.chmod(0o700)
    assert 2 == stage.envctl("gc", "--max", "0", **elsewhere).status  # whose is not said
    did = stage.data("gc", "--max", "0", "--project", stage.project, **elsewhere)
    assert ["removed"] * len(names) == [fate["verdict"] for fate in did["environments"]]
    assert before == crowd.seen()
    assert set() == crowd.left()
    for name in names:
        called(stage, name).did("down")  # what lies in the memory of who made them only they can reach
    assert before == crowd.seen()


@pytest.fixture
def alone() -> Iterator[Daemon]:
    """A daemon of our own with the one image, where `gc` may take everything it can get."""
    if reason := impossible():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="envctl-", dir="/var/tmp") as folder:  # not in memory
        found = Daemon(Path(folder))
        try:
            found.start()
            with subprocess.Popen(["docker", "save", image_of(IMAGE)], stdout=subprocess.PIPE) as saved:
                subprocess.run(["docker", "--host", found.host, "load", "--quiet"], stdin=saved.stdout, check=True)
            yield found
        finally:
            found.close()


def test_gc_of_all_projects_must_leave_others_alone(alone: Daemon, tmp_path: Path) -> None:
    """Environments of two projects go; whatever looks like them stays."""
    runtime = Path(tempfile.mkdtemp(prefix="envctl-test-", dir="/dev/shm"))
    stages = [Stage(alone.client(), tmp_path / name, runtime) for name in ("first", "second")]
    ours = set()
    for stage in stages:
        stage.folder.mkdir()
        stage.program = alone.inside(stage.program)
        stage.environ["DOCKER_HOST"] = alone.host
        stage.write(STACK)
        stage.up()
        ours |= stage.objects()
    with beside(stages[0], (image_of(IMAGE),)) as others:
        plant(stages[0], others)
        before = others.seen()
        did = stages[0].data("gc", "--all-projects", "--max", "0", cwd=Path("/"))
        assert ["removed"] * 2 == [fate["verdict"] for fate in did["environments"]]
        assert before == others.seen()
        assert set() == ours & {thing for stage in stages for thing in stage.objects()}
