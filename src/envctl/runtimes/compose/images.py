"""Images: pulled from where they are had, or built."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from envctl import labels
from envctl.blueprint import references
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.workload import Build
from envctl.world import World

_FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_COPY_FROM = re.compile(r"^\s*(?:COPY|ADD|RUN)\s.*?(?:--from=|\bfrom=)([^\s,]+)", re.IGNORECASE)
_ARG = re.compile(r"^\s*ARG\s+(\w+)=(\S+)", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
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
        refusals.append(f"{reference}: {reason}")
    raise EnvctlError(
        Exit.NOT_FOUND,
        f"the image {own} cannot be had",
        details=tuple(refusals),
        unchanged="No container was started.",
        hint="Check its name and version, `docker login` where it is private, or name a mirror in ENVCTL_REGISTRY.",
    )


def bases(build: Build) -> tuple[str, ...]:
    """The images that a Dockerfile starts from or copies from, as they are written there, arguments filled in."""
    arguments: dict[str, str] = {}
    stages: set[str] = {"scratch"}
    found: dict[str, None] = {}
    for line in _joined(build.dockerfile.read_text("utf-8", "replace")):
        if match := _ARG.match(line):
            arguments[match[1]] = build.args.get(match[1], match[2].strip("\"'"))
        elif match := _FROM.match(line) or _COPY_FROM.match(line):
            image = _VARIABLE.sub(lambda m: arguments.get(m[1] or m[3]) or m[2] or "", match[1])
            if image and image.lower() not in stages and not image.isdigit() and "@" not in image:
                found[image] = None
            if match.re is _FROM and match[2]:
                stages.add(match[2].lower())
    return tuple(found)


def replacements(world: World, build: Build, registry: str | None) -> dict[str, str]:
    """For each base image that is not there under its own name: where the registry has it, pulled if need be."""
    if registry is None:
        return {}
    found: dict[str, str] = {}
    for base in bases(build):
        own, *mirrored = references(base, registry)
        if world.engine.image(own) is not None:
            continue
        for reference in mirrored:
            if world.engine.image(reference) is not None or world.engine.pull(reference, _silently) is None:
                found[base] = reference
                break
    return found


def build(world: World, subject: str, image: str, build: Build, replaced: dict[str, str]) -> None:
    """Build an image. `replaced` maps base images to where they were had. Raises EnvctlError when it fails."""
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
    if any("is not a docker command" in text or "unknown command" in text for text in lines):
        raise EnvctlError(Exit.DOCKER, "docker buildx is not installed", hint="Install the buildx plugin of Docker.")
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
    """What a build is made of, as a hash: its settings, its Dockerfile, and every file that is not ignored."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((build.target, sorted(build.args.items()))).encode())
    digest.update(build.dockerfile.read_bytes())
    for path in sorted(_sent(build)):
        digest.update(f"\0{path}\0{_mode(build.context / path)}\0".encode("utf-8", "surrogateescape"))
        _add(digest, build.context / path)
    return digest.hexdigest()


def _sent(build: Build) -> set[str]:
    """The files that Docker is sent, `.dockerignore` heeded."""
    from docker.utils.build import exclude_paths

    own = build.dockerfile.with_name(f"{build.dockerfile.name}.dockerignore")
    ignore = own if own.is_file() else build.context / ".dockerignore"
    patterns = []
    if ignore.is_file():
        lines = (line.strip() for line in ignore.read_text("utf-8", "replace").splitlines())
        patterns = [line for line in lines if line and not line.startswith("#")]
    return set(exclude_paths(str(build.context), patterns, dockerfile=None))


def _mode(path: Path) -> str:
    return "link" if path.is_symlink() else "x" if os.access(path, os.X_OK) else "-"


def _add(digest: hashlib.blake2b, path: Path) -> None:
    if path.is_symlink():
        digest.update(os.fsencode(path.readlink()))
    elif path.is_file():
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)


def _joined(dockerfile: str) -> Iterator[str]:
    """Lines with their continuations, without comments."""
    whole = ""
    for line in dockerfile.splitlines():
        if line.lstrip().startswith("#"):
            continue
        whole += line.rstrip()
        if whole.endswith("\\"):
            whole = whole[:-1] + " "
        else:
            yield whole
            whole = ""
    if whole:
        yield whole
