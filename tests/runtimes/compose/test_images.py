"""What an image is built from decides its name; where its bases come from does not."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.runtimes.compose import images
from envctl.runtimes.compose.images import content_digest
from envctl.workload import Build
from envctl.world import World, real_world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Something to build."""
    context = tmp_path / "api"
    (context / "src").mkdir(parents=True)
    (context / "Dockerfile").write_text("FROM python:3.13\nCOPY . /\n")
    (context / "src" / "main.py").write_text("print(1)\n")
    (context / "run").write_text("#!/bin/sh\n")
    (context / "link").symlink_to("src/main.py")
    return context


def build_of(folder: Path) -> Build:
    return Build(folder, folder / "Dockerfile")


def touch(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (0, 0), follow_symlinks=False)


def relink(folder: Path) -> None:
    (folder / "link").unlink()
    (folder / "link").symlink_to("run")


def replace_link(folder: Path) -> None:
    (folder / "link").unlink()
    (folder / "link").write_text("src/main.py")


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda f: (f / "src" / "main.py").write_text("print(2)\n"),
    "a new file": lambda f: (f / "new").write_text(""),
    "a new empty folder": lambda f: (f / "new").mkdir(),
    "a file that is gone": lambda f: (f / "run").unlink(),
    "another name": lambda f: (f / "run").rename(f / "start"),
    "a program's bit": lambda f: (f / "run").chmod(0o755),
    "where a link leads": relink,
    "a link that becomes a file": replace_link,
    "the Dockerfile": lambda f: (f / "Dockerfile").write_text("FROM python:3.14\n"),
    "what is ignored": lambda f: (f / ".dockerignore").write_text("src\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_what_is_built_is_another_image(folder: Path, change: str) -> None:
    """Whatever the builder would see."""
    before = content_digest(build_of(folder))
    CHANGES[change](folder)
    assert before != content_digest(build_of(folder))


@pytest.mark.parametrize(
    "other",
    [{"target": "test"}, {"args": {"MODE": "dev"}}, {"args": {"MODE": "caf\udce9"}}],
    ids=["target", "args", "bytes"],
)
def test_other_settings_are_another_image(folder: Path, other: dict[str, str]) -> None:
    """The same files built in another way."""
    build = build_of(folder)
    assert content_digest(build) != content_digest(replace(build, **other))  # type: ignore[arg-type]


def test_files_that_swap_content_are_another_image(folder: Path) -> None:
    """Where one file ends and the next begins counts."""
    (folder / "a").write_bytes(b"\0b\0")
    (folder / "b").write_bytes(b"")
    before = content_digest(build_of(folder))
    (folder / "a").write_bytes(b"")
    (folder / "b").write_bytes(b"\0b\0")
    assert before != content_digest(build_of(folder))


@pytest.mark.parametrize("change", [touch, lambda f: (f / "run").chmod(0o600), lambda f: (f / "src").chmod(0o755)])
def test_what_no_build_depends_on_changes_nothing(folder: Path, change: Callable[[Path], None]) -> None:
    """A fresh clone of the same commit has other times and another umask, and is the same image."""
    before = content_digest(build_of(folder))
    change(folder)
    assert before == content_digest(build_of(folder))


def test_the_same_content_elsewhere_is_the_same_image(folder: Path) -> None:
    """Two work trees of one branch share it."""
    before = content_digest(build_of(folder))
    assert before == content_digest(build_of(folder.rename(folder.with_name("elsewhere"))))


@pytest.mark.parametrize(
    ("ignore", "name"),
    [
        ("*.pyc", "main.pyc"),
        ("**/node_modules", "src/node_modules/x"),
        ("# comment\n\n/build/\n", "build/x"),
        ("*\n!src", "x"),
    ],
)
def test_what_is_ignored_changes_nothing(folder: Path, ignore: str, name: str) -> None:
    """Caches and build results may come and go."""
    (folder / ".dockerignore").write_text(ignore)
    before = content_digest(build_of(folder))
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("anything")
    assert before == content_digest(build_of(folder))


def test_a_dockerfiles_own_ignore_file_counts_instead(folder: Path) -> None:
    """As the builder has it."""
    (folder / ".dockerignore").write_text("*\n")
    (folder / "Dockerfile.dockerignore").write_text("run\n")
    before = content_digest(build_of(folder))
    (folder / "run").write_text("other")
    assert before == content_digest(build_of(folder))
    (folder / "src" / "main.py").write_text("other")
    assert before != content_digest(build_of(folder))


def test_links_that_lead_nowhere_or_in_circles_and_pipes_are_no_obstacle(folder: Path) -> None:
    """None is followed, and none is read."""
    (folder / "nowhere").symlink_to("gone")
    (folder / "circle").symlink_to(".")
    os.mkfifo(folder / "pipe")
    assert content_digest(build_of(folder)) == content_digest(build_of(folder))


def test_what_cannot_be_read_is_named(folder: Path) -> None:
    """Before anything is started."""
    (folder / "Dockerfile").unlink()
    with pytest.raises(EnvctlError, match="Dockerfile cannot be read") as caught:
        content_digest(build_of(folder))
    assert Exit.STACK_FILE == caught.value.code


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def world(tmp_path: Path, told: list[Event]) -> World:
    return real_world(told.append, {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)})


@pytest.fixture
def registry(world: World) -> Iterator[str]:
    """A prefix of this test's own, under which an image with a shell is had twice."""
    source = next(
        (c for c in ("envctl.invalid/debian:trixie-slim", "debian:trixie-slim") if world.engine.image(c)), None
    )
    if source is None:
        pytest.fail("there is no Debian image; `make setup` makes one")
    prefix = f"test-{secrets.token_hex(4)}.invalid"
    for name in ("base", "tools"):
        world.engine.client.tag(source, f"{prefix}/envctl-test-{name}", "1")
    yield prefix
    for name in ("base", "tools"):
        world.engine.client.remove_image(f"{prefix}/envctl-test-{name}:1", noprune=True)


DOCKERFILE = """# syntax=docker/dockerfile:1
ARG VERSION=1
ARG BASE=docker.io/envctl-test-base:${VERSION}
FROM envctl-test-tools:1 AS tools
FROM $BASE
COPY --from=tools /etc/os-release /tools
COPY --from=envctl-test-tools:1 /etc/os-release /more-tools
RUN --mount=type=bind,from=envctl-test-tools:1,target=/mnt test -e /mnt/etc/os-release
COPY <<EOF /kept
FROM nowhere
EOF
COPY . /context
RUN test -e /context/seen && ! test -e /context/ignored
"""


@pytest.mark.docker
def test_bases_come_from_a_registry_with_the_dockerfile_unchanged(
    world: World, registry: str, told: list[Event], tmp_path: Path
) -> None:
    """From wherever a Dockerfile asks for them; its syntax, where that cannot be had, is the builder's own."""
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(DOCKERFILE)
    (context / "Dockerfile.dockerignore").write_text("ignored\n")
    for name in ("seen", "ignored"):
        (context / name).write_text("")
    image = f"envctl-test-{secrets.token_hex(4)}:1"
    images.build(world, "image api", image, build_of(context), registry)
    try:
        assert world.engine.image(image) is not None
        assert DOCKERFILE == (context / "Dockerfile").read_text()
        said = any("docker/dockerfile:1 cannot be had" in event.what for event in told)
        assert said == (world.engine.image("docker/dockerfile:1") is None)
    finally:
        world.engine.client.remove_image(image, noprune=True)


@pytest.mark.docker
def test_a_build_that_fails_shows_its_last_lines(world: World, registry: str, tmp_path: Path) -> None:
    """What the failing command said is among them."""
    (tmp_path / "Dockerfile").write_text("FROM envctl-test-base:1\nRUN echo no luck today; exit 3\n")
    with pytest.raises(EnvctlError, match="image api: the image could not be built") as caught:
        images.build(world, "image api", "envctl-test-never:1", build_of(tmp_path), registry)
    assert Exit.DOCKER == caught.value.code
    assert any("no luck today" in line for line in caught.value.details)


def test_an_image_that_cannot_be_had_names_every_place_it_was_looked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The registry first: a mirror is named in order to be used."""
    monkeypatch.setattr(type(world.engine), "pull", lambda engine, reference, progress: "no such host")
    with pytest.raises(EnvctlError, match="the image redis:8 cannot be had") as caught:
        images.pull(world, "image cache", ("redis:8", "mirror.example/redis:8"))
    assert Exit.NOT_FOUND == caught.value.code
    assert ("mirror.example/redis:8: no such host", "redis:8: no such host") == caught.value.details
