"""Containers of the images under test: the stand-ins here, the official ones where a registry gives them."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from envctl.stack.registry import choose

PATIENCE = 60.0  # seconds; a server that is not ready then is broken
Ran = subprocess.CompletedProcess[str]


def docker(*args: str, check: bool = True, stdin: str | None = None) -> Ran:
    """One docker command; its output is in the error when it fails."""
    ran = subprocess.run(["docker", *args], input=stdin, capture_output=True, text=True, timeout=180, check=False)
    assert not check or ran.returncode == 0, f"docker {' '.join(args)}\n{ran.stdout}{ran.stderr}"
    return ran


def image_of(name: str) -> str:
    """The image as envctl would find it: under its very name, else in the chosen registry."""
    if docker("image", "inspect", name, check=False).returncode == 0:
        return name
    prefix = choose(os.environ).prefix
    return f"{prefix}/{name}" if prefix else name


@dataclass(frozen=True)
class Box:
    """A running container."""

    name: str

    def run(self, *command: str, user: str = "", stdin: str | None = None, check: bool = True) -> Ran:
        """A command in it."""
        options = [*(["--user", user] if user else []), *(["--interactive"] if stdin is not None else [])]
        return docker("exec", *options, self.name, *command, check=check, stdin=stdin)

    def out(self, *command: str, user: str = "", stdin: str | None = None) -> str:
        """What a command in it prints."""
        return self.run(*command, user=user, stdin=stdin).stdout.strip()

    def wait(self, *command: str) -> None:
        """Until the command succeeds in it."""
        deadline = time.monotonic() + PATIENCE
        while (ran := self.run(*command, check=False)).returncode != 0:
            logs = docker("logs", "--tail", "30", self.name, check=False)
            assert time.monotonic() < deadline, f"{ran.stdout}{ran.stderr}\n{logs.stdout}{logs.stderr}"

    def stop(self) -> int:
        """Stop it as Docker does by itself; its exit status."""
        docker("stop", "--timeout", "20", self.name)
        return int(docker("inspect", "--format", "{{.State.ExitCode}}", self.name).stdout)


@dataclass(frozen=True)
class Boxes:
    """Makes containers, networks and volumes that are gone after the test."""

    folder: Path
    made: list[tuple[str, ...]]

    def name(self, what: str) -> str:
        """A name nobody else has."""
        return f"envctl-image-test-{what}-{uuid.uuid4().hex[:8]}"

    def create(self, image: str, *command: str, options: tuple[str, ...] = ()) -> Box:
        """A container that has not started."""
        name = self.name("box")
        self.made.append(("rm", "--force", "--volumes", name))
        docker("create", "--name", name, *options, image_of(image), *command)
        return Box(name)

    def start(self, image: str, *command: str, options: tuple[str, ...] = ()) -> Box:
        """A container that runs."""
        box = self.create(image, *command, options=options)
        docker("start", box.name)
        return box

    def volume(self) -> str:
        """A volume of its own."""
        name = self.name("volume")
        self.made.append(("volume", "rm", "--force", name))
        docker("volume", "create", name)
        return name

    def network(self) -> str:
        """A network of its own, on which containers know each other's names."""
        name = self.name("network")
        self.made.append(("network", "rm", name))
        docker("network", "create", name)
        return name

    def put(self, box: Box, path: str, content: str) -> None:
        """A file into a container, started or not."""
        source = self.folder / uuid.uuid4().hex
        source.write_text(content)
        source.chmod(0o644)
        docker("cp", str(source), f"{box.name}:{path}")
