"""What goes wrong is named, with its reason and the next step, and nothing is started or lost without a word."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stacks import DOCKERFILE, IDLE, SITE, WEB
from tests.scenarios.stage import Stage, git

pytestmark = pytest.mark.docker

APP = f'[services.app]\nimage = "python:3.13-slim"\n{IDLE}\n'


def states(envelope: dict[str, Any]) -> dict[str, str]:
    """The state of each service, from the status that a failed `up` carries."""
    return {service["name"]: service["state"] for service in envelope["data"]["services"]}


def moment(rfc3339: str) -> datetime:
    """A time as the daemon writes it, to the microsecond."""
    return datetime.fromisoformat(rfc3339[:26])


def test_a_service_that_exits_must_be_named(stage: Stage) -> None:
    """Its status and its last lines are told; what runs goes on running; mended, `up` goes on from there."""
    says = "echo first; sleep 0.3; echo cannot read /etc/shop.conf >&2; exit 3"
    stage.write(f'{APP}[services.bad]\nimage = "python:3.13-slim"\ncommand = ["sh", "-c", "{says}"]\n')
    envelope = stage.refused(8, "up")
    assert "bad exited with status 3" == envelope["error"]["message"]
    assert ["bad | first", "bad | cannot read /etc/shop.conf"] == envelope["error"]["details"]
    assert re.search("`envctl logs .*bad`", envelope["error"]["hint"])
    assert {"app": "running", "bad": "exited"} == states(envelope)
    app = stage.ids()["app"]

    stage.write(f'{APP}[services.bad]\nimage = "python:3.13-slim"\n{IDLE}\n')
    assert "running" == stage.up()["state"]
    assert app == stage.ids()["app"]


def test_a_service_that_dies_later_must_be_started_again(stage: Stage) -> None:
    """A container that died since the last `up` runs after the next one."""
    stage.write(APP)
    stage.up()
    stage.container("app").kill()
    assert "stopped" == stage.data("status")["state"]
    assert ["start app"] == [step["step"] for step in stage.up()["steps"]]


def test_a_service_that_never_gets_healthy_must_be_named(stage: Stage) -> None:
    """It has the time that it was given and hardly more, and what its health check last said is told."""
    asked = 'port = 8000\nhealth = { path = "/missing", timeout = "8s" }'
    stage.write(f'{APP}[services.page]\nimage = "python:3.13-slim"\n{IDLE}\n{asked}\n')
    envelope = stage.refused(8, "up")
    assert "page did not become healthy" == envelope["error"]["message"]
    assert "page health check | GET http://127.0.0.1:8000/missing: connection refused" in envelope["error"]["details"]
    assert {"app": "running", "page": "running"} == states(envelope)
    assert [None, "unhealthy"] == [service["health"] for service in envelope["data"]["services"]]
    page = stage.container("page").attrs["State"]
    patience = moment(page["Health"]["Log"][-1]["End"]) - moment(page["StartedAt"])
    assert 8.0 - 0.5 <= patience.total_seconds() <= 8.0 + 4.0  # on a loaded machine


def test_all_that_fail_must_be_named(stage: Stage) -> None:
    """Not only who failed first; who was not started or not ready is explained too."""
    program = 'image = "python:3.13-slim"\ncommand = ["sh", "-c", '
    stage.write(
        f"""{APP}
        [services.first]
        {program} "exit 3"]
        [services.second]
        {program} "sleep 0.5; exit 4"]
        [services.slow]
        image = "python:3.13-slim"
        {IDLE}
        health = {{ command = ["false"], timeout = "5m" }}
        [services.waiting]
        image = "python:3.13-slim"
        {IDLE}
        needs = ["shot"]
        [services.shot]
        image = "python:3.13-slim"
        {IDLE}
        before = ["sh", "-c", "exit 5"]
        """
    )
    error = stage.refused(8, "up")["error"]
    for said in ("first exited with status 3", "second exited with status 4", "shot could not run what comes before"):
        assert said in error["message"]
    assert "waiting was not started: it needs shot" in error["details"]
    assert "slow was still getting ready" in error["details"]


def test_a_command_that_is_not_there_must_be_named(stage: Stage) -> None:
    """A container that the daemon cannot start is told with the daemon's own reason."""
    stage.write('[services.app]\nimage = "python:3.13-slim"\ncommand = ["no-such-program"]\n')
    message = stage.refused(8, "up")["error"]["message"]
    assert message.startswith("app could not be started")
    assert "no-such-program" in message


def test_an_image_that_cannot_be_had_must_start_nothing(stage: Stage) -> None:
    """No such image: every place it was looked for is named, and the environment has no object."""
    stage.write(f'{APP}[services.bad]\nimage = "envctl.invalid/no/such:1"\n')
    error = stage.refused(5, "up")["error"]
    assert "envctl.invalid/no/such:1" in error["message"]
    assert error["details"]
    assert set() == stage.objects()


def test_a_folder_without_dockerfile_must_start_nothing(stage: Stage) -> None:
    """The line of the stack file is named."""
    stage.write(WEB, web__hello="")
    error = stage.refused(3, "up")["error"]
    (problem,) = error["details"]
    assert re.search(r"envctl\.toml:\d+.*web/Dockerfile", problem)
    assert set() == stage.objects()


def test_a_build_that_fails_must_start_nothing(stage: Stage) -> None:
    """The build's last lines are told, and the environment has no object."""
    broken = f"{DOCKERFILE}RUN echo the compiler gave up && exit 7\n"
    stage.write(WEB, **{**SITE, "web__Dockerfile": broken})
    error = stage.refused(4, "up")["error"]
    assert "web" in error["message"]
    assert any("the compiler gave up" in line for line in error["details"])
    assert set() == stage.objects()


def test_a_base_image_that_cannot_be_had_must_be_named(stage: Stage) -> None:
    """A Dockerfile that starts from nowhere fails with that name."""
    stage.write(WEB, web__Dockerfile="FROM envctl.invalid/no/such:1\n")
    error = stage.refused(4, "up")["error"]
    assert "envctl.invalid/no/such:1" in " ".join((error["message"], *error["details"]))
    assert set() == stage.objects()


def test_no_docker_must_be_said(stage: Stage) -> None:
    """Without a daemon every command that needs one says where none answers."""
    stage.write(APP)
    nowhere = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
    for command in (["up"], ["down"], ["status"], ["ls"], ["logs"], ["env"], ["exec", "app", "true"]):
        status = 4
        message = stage.refused(status, *command, env=nowhere)["error"]["message"]
        assert "no Docker Engine answers at unix:///nonexistent/docker.sock" in message


@pytest.mark.parametrize(
    ("plugin", "words"),
    [
        (
            "compose",
            "unknown flag: --short",
        ),  # what the docker command makes of the options of a plugin that is missing
        ("compose", "docker: 'compose' is not a docker command."),
        ("buildx", "docker: unknown command: docker buildx"),
    ],
)
def test_a_missing_plugin_must_be_said(stage: Stage, tmp_path: Path, plugin: str, words: str) -> None:
    """Without Compose, or without buildx where something is to be built, nothing is made and the plugin is named."""
    real = shutil.which("docker")
    wrapper = tmp_path / "bin" / "docker"
    wrapper.parent.mkdir()
    refusal = f'case $1 in {plugin}) echo "{words}" >&2; exit 125;; esac'
    wrapper.write_text(f'#!/bin/sh\n{refusal}\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    stage.write(WEB, **SITE)
    path = f"{wrapper.parent}:{stage.environ['PATH']}"
    error = stage.refused(4, "up", env={"PATH": path})["error"]
    assert plugin in error["message"].lower()
    assert set() == stage.objects()


def test_no_docker_command_must_be_said(stage: Stage, tmp_path: Path) -> None:
    """With a daemon but without the `docker` command nothing is made."""
    for program in ("git", "sh"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    stage.write(APP)
    error = stage.refused(4, "up", env={"PATH": str(tmp_path)})["error"]
    assert "`docker` command" in error["message"]
    assert set() == stage.objects()


def test_outside_git_a_name_must_be_given(stage: Stage) -> None:
    """Not in a repository, or on no branch: the hint names `--env`, and with it everything works."""
    stage.write(APP)
    stage.by_branch = True
    assert "--env" in stage.refused(2, "up")["error"]["hint"]
    git(stage.folder, "init", "--quiet")
    git(stage.folder, "commit", "--quiet", "--allow-empty", "--message=first")
    git(stage.folder, "checkout", "--quiet", "--detach")
    error = stage.refused(2, "up")["error"]
    assert "detached" in error["message"]
    assert "--env" in error["hint"]
    stage.by_branch = False
    assert "running" == stage.up()["state"]


def test_a_failure_must_be_readable(stage: Stage) -> None:
    """Without --json the same is told on stderr, stdout stays empty."""
    stage.write('[services.bad]\nimage = "python:3.13-slim"\ncommand = ["sh", "-c", "echo why; exit 3"]\n')
    ran = stage.envctl("up")
    assert (8, "") == (ran.status, ran.stdout)
    for said in ("bad exited with status 3", "bad | why", "envctl logs", "left running"):
        assert said in ran.stderr
