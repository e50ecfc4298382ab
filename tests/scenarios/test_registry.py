"""Where `make setup` takes the service images from: a registry that answers, or the machine itself."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.images.boxes import docker, image_of

pytestmark = pytest.mark.docker

ROOT = Path(__file__).parents[2]
LOCAL = "envctl.invalid"
REAL = ("redis:8", "caddy:2")  # pushed as they are; of the large ones only the names are pushed
NAMES = (*REAL, "postgres:17", "python:3.13-slim", "apache/kafka:4.1.1")
CONFIGURATION = """
version: 0.1
log: {{accesslog: {{disabled: true}}, level: error}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def has(image: str) -> bool:
    """Does the daemon have the image under this very name?"""
    return docker("image", "inspect", image, check=False).returncode == 0


@dataclass(frozen=True)
class Machine:
    """A user's configuration folder, and the set-up of images run with it."""

    home: Path

    def set_up(self, registry: str = "") -> list[str]:
        """The lines that `scripts/images` says."""
        env = {**os.environ, "XDG_CONFIG_HOME": str(self.home), "ENVCTL_SETUP_LOG": str(self.home / "setup.log")}
        env.pop("ENVCTL_REGISTRY", None)
        if registry:
            env["ENVCTL_REGISTRY"] = registry
        ran = subprocess.run(
            [ROOT / "scripts/images"], env=env, capture_output=True, text=True, timeout=300, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout.splitlines()

    @property
    def configuration(self) -> str:
        """The user's configuration file, empty if there is none."""
        file = self.home / "envctl/config.toml"
        return file.read_text() if file.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine nobody has configured."""
    return Machine(tmp_path)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real registry on loopback, with nothing in it: its address."""
    program = shutil.which("docker-registry", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        reason = "docker-registry is not here: scripts/test-tools fetches it on Debian-like systems"
        if os.environ.get("ENVCTL_REQUIRE_DOCKER"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder, port = tmp_path_factory.mktemp("registry"), free_port()
    configuration = folder / "config.yml"
    configuration.write_text(CONFIGURATION.format(folder=folder / "images", port=port))
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([program, "serve", configuration], stdout=log, stderr=log)
    try:
        answers(f"http://127.0.0.1:{port}/v2/")
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def answers(url: str) -> None:
    """Wait until somebody answers there."""
    deadline = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, f"nobody answers at {url}"


@pytest.fixture(scope="module")
def registry(empty: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """That registry with an image under every official name, none of which the daemon has under them."""
    made = [f"{empty}/{name}" for name in NAMES]
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    for image, name in zip(made, NAMES, strict=True):
        if name in REAL:
            docker("tag", image_of(name), image)
        else:
            docker("build", "--quiet", "--label", f"made={uuid.uuid4()}", "--tag", image, str(folder))
        docker("push", "--quiet", image)
        docker("image", "rm", image)
    yield empty
    docker("image", "rm", "--force", *made, check=False)


def test_a_registry_that_lacks_the_images_is_not_chosen(machine: Machine, empty: str) -> None:
    """A registry that answers but has no image leads to the stand-ins, and the reason is said."""
    if has(f"{empty}/caddy:2"):
        pytest.fail("the registry is not empty any more")
    lines = machine.set_up(empty)
    assert any(line.startswith(f"images   {empty} does not give caddy:2: ") for line in lines)
    assert lines[-1].startswith(f"images   decision: build (under {LOCAL}/")


def test_a_registry_that_answers_is_pulled_from(machine: Machine, registry: str) -> None:
    """Every image is pulled from a registry that has them, and the machine remembers the registry."""
    lines = machine.set_up(registry)
    assert lines[-1].startswith(f"images   decision: pull (from {registry}")
    assert [] == [name for name in NAMES if not has(f"{registry}/{name}")]
    assert f'registry = "{registry}"\n' == machine.configuration


def test_the_remembered_registry_is_used_the_next_time(machine: Machine, registry: str) -> None:
    """Without the variable the machine's registry counts, and what is there is not pulled again."""
    machine.set_up(registry)
    lines = machine.set_up()
    assert lines[-1].startswith(f"images   decision: pull (from {registry}")
    assert [] == [line for line in lines if "pulling" in line]


def test_a_silent_registry_leads_to_the_stand_ins(machine: Machine) -> None:
    """Where no registry answers the stand-ins are used, and the machine is told to find them."""
    lines = machine.set_up(f"127.0.0.1:{free_port()}")
    assert lines[-1].startswith(f"images   decision: build (under {LOCAL}/")
    assert f'registry = "{LOCAL}"\n' == machine.configuration
    assert [] == [name for name in NAMES if not has(f"{LOCAL}/{name}")]
    assert [] == [line for line in machine.set_up() if " built " in line]


def test_a_registry_the_user_has_set_is_never_overwritten(machine: Machine) -> None:
    """A registry in the user's file stays there with every other key, even where it does not answer."""
    file = machine.home / "envctl/config.toml"
    file.parent.mkdir()
    file.write_text(mine := f'# mine\nregistry = "127.0.0.1:{free_port()}/hub"\ncolour = "green"\n\n[other]\nx = 1\n')
    lines = machine.set_up()
    assert mine == machine.configuration
    assert any("is yours and stays" in line for line in lines)


def test_other_keys_of_the_configuration_stay(machine: Machine) -> None:
    """A key is added above what the file already says."""
    file = machine.home / "envctl/config.toml"
    file.parent.mkdir()
    file.write_text('colour = "green"\n\n[other]\nregistry = "not this one"\n')
    machine.set_up(f"127.0.0.1:{free_port()}")
    assert machine.configuration == f'registry = "{LOCAL}"\ncolour = "green"\n\n[other]\nregistry = "not this one"\n'


def test_a_stack_comes_up_on_images_of_the_registry(machine: Machine, registry: str, tmp_path: Path) -> None:
    """After the set-up a plain `envctl up` takes images, and the bases of builds, from the registry."""
    machine.set_up(registry)
    name = f"reg{uuid.uuid4().hex[:6]}"
    folder = tmp_path / "stack"
    (folder / "web").mkdir(parents=True)
    (folder / "web/Dockerfile").write_text("FROM caddy:2\nRUN echo hello >/srv/hello.txt\n")
    (folder / "envctl.toml").write_text(
        f'[project]\nname = "{name}"\n[services.cache]\nkind = "redis"\n[services.web]\nbuild = "web"\nport = 8080\n'
        'command = ["caddy", "file-server", "--listen", ":8080"]\nhealth = "/hello.txt"\n'
    )
    env = {**os.environ, "XDG_CONFIG_HOME": str(machine.home)}
    env.pop("ENVCTL_REGISTRY", None)
    envctl = [str(Path(sys.executable).with_name("envctl"))]
    try:
        up = [*envctl, "up", "--env", "one"]
        ran = subprocess.run(up, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        images = docker("ps", "--filter", f"name={name}", "--format", "{{.Image}}").stdout.split()
        assert ("redis:8" if has("redis:8") else f"{registry}/redis:8") in images
    finally:
        subprocess.run([*envctl, "down", "--env", "one"], cwd=folder, env=env, check=False, capture_output=True)
