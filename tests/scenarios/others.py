"""What others have on the daemon that envctl works on: made beside it, looked at, and taken away afterwards."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envctl import labels
from tests.scenarios.stage import Stage

if TYPE_CHECKING:
    from docker.models.containers import Container

SLEEP = ["sleep", "infinity"]
BASES = ("envctl.invalid/python:3.13-slim", "python:3.13-slim")


@dataclass
class Others:
    """Objects made beside envctl, each as `inspect` shows it, and gone after the test."""

    stage: Stage
    base: str
    images: list[str] = field(default_factory=list)
    _made: list[Any] = field(default_factory=list)

    def container(
        self, name: str | None = None, image: str = "", own: dict[str, str] | None = None, **more: Any
    ) -> Container:
        """A container that runs."""
        run = self.stage.docker.containers.run
        made = run(image or self.base, SLEEP, detach=True, init=True, name=name, labels=own or {}, **more)
        self._made.append(made)
        return made

    def volume(self, name: str, own: dict[str, str] | None = None) -> None:
        """A volume."""
        self._made.append(self.stage.docker.volumes.create(name, labels=own or {}))

    def network(self, name: str, own: dict[str, str] | None = None) -> None:
        """A network."""
        self._made.append(self.stage.docker.networks.create(name, labels=own or {}))

    def image(self, own: dict[str, str]) -> str:
        """An image that carries labels."""
        said = " ".join(f"{key}={json.dumps(value)}" for key, value in own.items())
        dockerfile = io.BytesIO(f"FROM {self.base}\nLABEL {said}\n".encode())
        image, _ = self.stage.docker.images.build(fileobj=dockerfile, rm=True, forcerm=True)
        self.images.append(str(image.id))
        return str(image.id)

    def found(self, *made: Any) -> None:
        """Things that somebody made in a way of their own, which go with the rest."""
        self._made += made

    def seen(self) -> list[dict[str, Any]]:
        """Everything as the daemon has it now; what is gone makes the test fail."""
        for one in self._made:
            one.reload()
        return [json.loads(json.dumps(one.attrs)) for one in self._made]

    def go(self) -> None:
        """Take them away: containers first, which use the others."""
        for one in sorted(self._made, key=lambda made: type(made).__name__ != "Container"):
            with suppress(Exception):  # its test says why it is gone
                one.remove(**({"v": True, "force": True} if type(one).__name__ == "Container" else {}))
        self._made.clear()

    def clear(self) -> None:
        """And their images."""
        self.go()
        for image in self.images:
            self.stage.docker.images.remove(image, force=True)


@contextmanager
def beside(stage: Stage, bases: tuple[str, ...] = BASES) -> Iterator[Others]:
    """Somebody else on the stage's daemon, whose containers are of the first of these images that is there."""
    from docker.errors import ImageNotFound

    for base in bases[:-1]:
        with suppress(ImageNotFound):
            stage.docker.images.get(base)
            break
    else:
        base = bases[-1]
    made = Others(stage, base)
    try:
        yield made
    finally:
        made.clear()


def own(stage: Stage, **more: str) -> dict[str, str]:
    """The labels by which an environment is known."""
    return {labels.PROJECT: stage.project, labels.ENVIRONMENT: stage.name, **more}


def as_one(stage: Stage) -> dict[str, str]:
    """All labels that a container of the service has from envctl."""
    return own(stage, **{labels.SERVICE: "one", labels.ROLE: "service", labels.DIGEST: "0" * 32})


def compose(folder: Path, project: str, *words: str, files: bool = True) -> None:
    """Plain Compose, as anybody calls it."""
    file = ("--file", "compose.yaml") if files else ()
    argv = ["docker", "compose", *file, "--project-name", project, *words]
    subprocess.run(argv, cwd=folder, check=True, capture_output=True)
