"""Two Docker Engines: the real one and the one made of values. Tests make containers on both in the same words."""

from __future__ import annotations

import io
import json
import secrets
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import pytest

from envctl import labels
from envctl.job import Job, Mounted, Output, script
from envctl.observed import Container
from envctl.world.engine import Engine
from tests.fakes.engine import FakeEngine

SMALL = ("envctl.invalid/debian:trixie-slim", "debian:trixie-slim", "busybox:latest")


@dataclass(frozen=True)
class Acts:
    """What a container does: prints lines (`stdout`, `stderr`), then ends with a status, or stays."""

    ends: int | None = None
    prints: tuple[tuple[str, str], ...] = ()


STAYS, ENDS = Acts(), Acts(ends=0)


class Room(ABC):
    """A daemon with names of this test's own on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.project = f"envctl-test-{secrets.token_hex(4)}"
        self.labels = {labels.PROJECT: self.project, labels.ENVIRONMENT: "room"}
        self.name = f"{self.project}_room"

    @abstractmethod
    def container(
        self,
        name: str,
        acts: Acts = STAYS,
        *,
        own: Mapping[str, str] | None = None,
        volumes: Sequence[str] = (),
        network: str | None = None,
        image: str | None = None,
        started: bool = True,
    ) -> str:
        """A container of this test's labels (or `own`) that has done what it does; its ID."""

    @abstractmethod
    def image(self, own: Mapping[str, str]) -> str:
        """An image that carries labels and runs nothing; its ID."""

    @abstractmethod
    def job(self, acts: Acts, mounts: Mapping[str, Mounted], *words: str) -> Job:
        """A job for a helper that prints lines, then ends."""

    def named_image(self) -> str:
        """An image that runs nothing, by its name."""
        made = self.image({})
        return next(
            name for name in (f"{self.name}-{number}:1" for number in range(9)) if made == self.engine.image(name)
        )

    @abstractmethod
    def forget(self, image: str) -> None:
        """Remove an image though there are containers of it."""

    @abstractmethod
    def volume(self, name: str, own: Mapping[str, str]) -> None:
        """A volume that somebody else made."""

    @abstractmethod
    def subnet(self, length: int = 28) -> str:
        """One that is free, the same each time it is asked."""

    def inspected(self, container: str) -> Container:
        """A container that must be there."""
        found = self.engine.inspect(container)
        assert found is not None
        return found

    @abstractmethod
    def clear(self) -> None:
        """Leave nothing behind."""


class FakeRoom(Room):
    """On the engine made of values."""

    def __init__(self) -> None:
        self.fake = FakeEngine(labelled={})
        super().__init__(cast(Engine, self.fake))

    def container(
        self,
        name: str,
        acts: Acts = STAYS,
        *,
        own: Mapping[str, str] | None = None,
        volumes: Sequence[str] = (),
        network: str | None = None,
        image: str | None = None,
        started: bool = True,
    ) -> str:
        state = "created" if not started else "running" if acts.ends is None else "exited"
        seen: dict[str, Any] = {"started_at": self.fake.time.isoformat()} if started else {}
        seen |= {"exit_code": acts.ends} if state == "exited" else {}
        networks = () if network is None else (network,)
        labelled = self.labels if own is None else own
        made = self.fake.run(name, labelled, state=state, image=image or "", volumes=volumes, networks=networks, **seen)
        for stream, text in acts.prints if started else ():
            self.fake.printed.setdefault((made, stream), []).append(b"2026-03-01T12:00:00Z " + text.encode())
        return made

    def job(self, acts: Acts, mounts: Mapping[str, Mounted], *words: str) -> Job:
        self.fake.does = lambda _: Output(acts.ends or 0, tuple(text for _, text in acts.prints))
        return script(self.named_image(), "", *words, mounts=mounts)

    def image(self, own: Mapping[str, str]) -> str:
        made = f"sha256:{secrets.token_hex(8)}"
        self.fake.images = {**self.fake.images, f"{self.name}-{len(self.fake.images)}:1": made}
        self.fake.labelled = {**self.fake.labelled, made: dict(own)}
        return made

    def forget(self, image: str) -> None:
        self.fake.labelled = {**self.fake.labelled, image: None}

    def volume(self, name: str, own: Mapping[str, str]) -> None:
        self.fake.add_volume(name, own)

    def subnet(self, length: int = 28) -> str:
        return f"10.212.7.0/{length}"

    def clear(self) -> None:
        """It goes with the test."""


class RealRoom(Room):
    """On the machine's."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._third = secrets.randbelow(250)
        self._images: list[str] = []

    def container(
        self,
        name: str,
        acts: Acts = STAYS,
        *,
        own: Mapping[str, str] | None = None,
        volumes: Sequence[str] = (),
        network: str | None = None,
        image: str | None = None,
        started: bool = True,
    ) -> str:
        client = self.engine.client
        stays = "trap exit TERM; sleep 600 & wait" if acts.ends is None else f"exit {acts.ends}"
        host = client.create_host_config(
            binds=[f"{volume}:/kept-{number}" for number, volume in enumerate(volumes)], network_mode=network
        )
        made = client.create_container(
            image or small_image(self.engine),
            ["sh", "-c", "; ".join([*_says(acts), stays])],
            name=name,
            labels=dict(self.labels if own is None else own),
            host_config=host,
        )
        if started:
            client.start(made["Id"])
        if started and acts.ends is not None:
            client.wait(made["Id"])
        return str(made["Id"])

    def job(self, acts: Acts, mounts: Mapping[str, Mounted], *words: str) -> Job:
        text = "; ".join([*_says(acts), f"exit {acts.ends or 0}"])
        return script(small_image(self.engine), text, *words, mounts=mounts)

    def image(self, own: Mapping[str, str]) -> str:
        empty = io.BytesIO()
        tarfile.open(fileobj=empty, mode="w").close()
        name = f"{self.name}-{len(self._images)}"
        said = [f"LABEL {key}={json.dumps(value)}" for key, value in own.items()]
        self.engine.client.import_image_from_data(empty.getvalue(), repository=name, tag="1", changes=said)
        self._images.append(f"{name}:1")
        found = self.engine.image(f"{name}:1")
        assert found is not None
        return found

    def forget(self, image: str) -> None:
        self.engine.client.remove_image(image, force=True)

    def volume(self, name: str, own: Mapping[str, str]) -> None:
        self.engine.client.create_volume(name, labels=dict(own))

    def subnet(self, length: int = 28) -> str:
        return f"10.212.{self._third}.0/{length}"  # beside envctl's own range

    def clear(self) -> None:
        client = self.engine.client
        for container in self.engine.containers(self.labels, prefix=self.name):
            client.remove_container(container.id, v=True, force=True)
        for network in self.engine.networks():
            if network.name.startswith(self.name):
                client.remove_network(network.id)
        for volume in client.volumes()["Volumes"] or []:
            if volume["Name"].startswith(self.name):
                client.remove_volume(volume["Name"])
        for image in self._images:
            with suppress(Exception):  # the test has removed it
                client.remove_image(image, force=True)


def _says(acts: Acts) -> list[str]:
    return [f"echo '{text}'{' >&2' if stream == 'stderr' else ''}" for stream, text in acts.prints]


def small_image(engine: Engine) -> str:
    """A small image with a shell, pulled where it can be and has to."""
    for candidate in SMALL:
        if engine.image(candidate) is not None:
            return candidate
    if (reason := engine.pull(SMALL[-1], lambda _: None)) is not None:
        pytest.fail(f"no image with a shell can be had: {reason}; `make setup` makes one")
    return SMALL[-1]
