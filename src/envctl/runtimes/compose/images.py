"""Images: pulled from where they are had, or built."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from envctl import labels
from envctl.blueprint import references
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.runtimes.compose.dockerfile import bases, syntax, without_syntax
from envctl.workload import Build
from envctl.world import World
from envctl.world.machine import full_disk

_TAIL = 25  # lines of a failed build that are worth showing


def pull(world: World, subject: str, candidates: Iterable[str]) -> str:
    """Pull the first reference that can be had and return it. Raises EnvctlError(NOT_FOUND) when none can.

    The registry's names come before the image's own: a mirror is named in order to be used.
    """
    own, *mirrored = candidates
    refusals = []
    for reference in (*mirrored, own):
        reason = world.engine.pull(reference, lambda what: world.tell(Event(subject, what)))
        if reason is None:
            return reference
        if full := full_disk(f"{reference} could not be pulled", reason):
            raise full
        refusals.append(f"{reference}: {reason}")
    raise EnvctlError(
        Exit.NOT_FOUND,
        f"the image {own} cannot be had",
        details=tuple(refusals),
        unchanged="No container was started.",
        hint="Check its name and version, `docker login` where it is private, or name a mirror in ENVCTL_REGISTRY.",
    )


def build(world: World, subject: str, image: str, build: Build, registry: str | None) -> None:
    """Build an image. What it starts from comes from the registry where it is not there under its own name.

    Raises EnvctlError when it fails.
    """
    text = build.dockerfile.read_text("utf-8", "replace")
    replaced = {base: had for base in bases(text, build.args) if (had := from_registry(world, base, registry))}
    frontend = syntax(text) if registry else None
    instead = from_registry(world, frontend, registry) if frontend else None
    if frontend and not instead and not to_be_had(world, frontend):
        world.tell(Event(subject, f"{frontend} cannot be had: the Dockerfile is read by the builder's own syntax"))
        with _own_syntax(build, text) as dockerfile:
            _build(world, subject, image, replace(build, dockerfile=dockerfile), replaced)
        return
    args = {**build.args, "BUILDKIT_SYNTAX": instead} if instead else build.args
    _build(world, subject, image, replace(build, args=args), replaced)


def from_registry(world: World, image: str, registry: str | None) -> str | None:
    """Where the registry has an image that is not there under its own name, pulled if need be."""
    own, *mirrored = references(image, registry)
    if not mirrored or world.engine.image(own) is not None:
        return None
    return next((reference for reference in mirrored if to_be_had(world, reference)), None)


def to_be_had(world: World, reference: str) -> bool:
    """Whether an image is there, or can be pulled."""
    return world.engine.image(reference) is not None or world.engine.pull(reference, _silently) is None


@contextmanager
def _own_syntax(build: Build, text: str) -> Iterator[Path]:
    """The Dockerfile without the line that names a frontend, outside the folder that is built."""
    ignore = _ignore_file(build)
    with TemporaryDirectory(prefix="envctl-") as folder:
        dockerfile = Path(folder, "Dockerfile")
        dockerfile.write_text(without_syntax(text), "utf-8")
        if ignore.is_file():
            Path(folder, "Dockerfile.dockerignore").write_bytes(ignore.read_bytes())
        yield dockerfile


def _build(world: World, subject: str, image: str, build: Build, replaced: Mapping[str, str]) -> None:
    lines: list[str] = []

    def line(text: str) -> None:
        lines.append(text)
        if (step := re.match(r"#\d+ \[(?:\S+ )?(\d+/\d+)\] (.*)", text)) is not None:
            world.tell(Event(subject, f"building {step[1]} {step[2][:60]}"))

    argv = (
        "docker", "buildx", "build", "--progress", "plain", "--load",
        "--tag", image,
        "--file", str(build.dockerfile),
        "--label", f"{labels.PREFIX}built={image}",
        *(("--target", build.target) if build.target else ()),
        *(word for name, value in build.args.items() for word in ("--build-arg", f"{name}={value}")),
        *(word for name, had in replaced.items() for word in ("--build-context", f"{name}=docker-image://{had}")),
        str(build.context),
    )  # fmt: skip
    finished = world.shell.run(argv, line=line)
    if finished.status == 0:
        return
    if full := full_disk(f"{subject} could not be built", "\n".join(lines[-_TAIL:])):
        raise full
    raise EnvctlError(
        Exit.DOCKER,
        f"{subject}: the image could not be built from {build.context}",
        details=tuple(lines[-_TAIL:]),
        unchanged="No container was started.",
        hint="Mend what the lines above say, then run `envctl up` again.",
    )


def _silently(_: str) -> None:
    pass


def content_digest(build: Build) -> str:
    """What a build is made of, as a hash: its settings, its Dockerfile, and every file that is not ignored.

    Raises EnvctlError when something of it cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((build.target, sorted(build.args.items()))).encode("utf-8", "surrogateescape"))
    try:
        digest.update(hashlib.blake2b(build.dockerfile.read_bytes()).digest())
        hash_folder(digest, build)
    except OSError as error:
        raise unreadable(error, build.context) from error
    return digest.hexdigest()


def hash_folder(digest: hashlib.blake2b, build: Build) -> None:
    """Add every file of the folder that is not ignored. Raises OSError."""
    for path in sorted(_sent(build)):
        digest.update(f"\0{path}\0".encode("utf-8", "surrogateescape") + _of_file(build.context / path))


def unreadable(error: OSError, context: Path | None) -> EnvctlError:
    """A file of a build cannot be read."""
    return EnvctlError(
        Exit.STACK_FILE,
        f"{error.filename or context} cannot be read, and the build of {context} needs it",
        details=(str(error.strerror),),
        unchanged="Nothing was started.",
        hint="Make it readable, or list it in .dockerignore.",
    )


def _ignore_file(build: Build) -> Path:
    own = build.dockerfile.with_name(f"{build.dockerfile.name}.dockerignore")
    return own if own.is_file() else build.context / ".dockerignore"


def _sent(build: Build) -> set[str]:
    """The files that Docker is sent, `.dockerignore` heeded."""
    from docker.utils.build import exclude_paths

    ignore = _ignore_file(build)
    patterns = []
    if ignore.is_file():
        lines = (line.strip() for line in ignore.read_text("utf-8", "replace").splitlines())
        patterns = [line for line in lines if line and not line.startswith("#")]
    return set(exclude_paths(str(build.context), patterns, dockerfile=None))


def _of_file(path: Path) -> bytes:
    """A hash of what an image gets of a file: what it is, whether it can be run, what is in it."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return hashlib.blake2b(b"link" + os.fsencode(path.readlink())).digest()
    digest = hashlib.blake2b(f"{stat.S_IFMT(mode):o} {bool(mode & stat.S_IXUSR)}".encode())
    if stat.S_ISREG(mode):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.digest()
