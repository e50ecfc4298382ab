"""The passwords and secrets that containers were given, to take them out of what is kept of an environment."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from urllib.parse import quote, quote_plus

from envctl.observed import Container
from envctl.secrets.files import read
from envctl.text import MASK, TELLING
from envctl.workload import HIDDEN_FILE
from envctl.world import World
from envctl.world.parallel import together
from envctl.world.places import folder_of

_FOLDER = "/run/secrets"
_SHORTEST = 4  # bytes: what is shorter stands in every text by chance
_SHORTEST_LINE = 8  # bytes of one line of a longer secret
_ASSIGNMENT = re.compile(r"^export [^\s=]+='((?:[^']|'\\'')*)'$", re.MULTILINE)
_IN_URL = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")
_LINE_ENDS = re.compile(rb"[\r\n]+|\\[nrt]")  # also as keys in one line have them, and programs print them
_NO_SECRET = re.compile(r"(?:true|false|null|none|yes|no|\d{1,5}|[\w.-]*:\d+)", re.IGNORECASE)  # also a port


def known_secrets(world: World, full: str, containers: Collection[Container]) -> tuple[bytes, ...]:
    """Every value that must not be in a text about these containers, the longest first."""
    mounted = together(world.shell, [partial(_mounted, world, c) for c in containers])
    files = [*(file for found in mounted for file in found), *_on_this_machine(world, full)]
    values = {value for name, content in files for value in _values(name, content)}
    values |= {value for container in containers for value in _told(container.environment)}
    return tuple(sorted({form for value in values for form in _forms(value)}, key=lambda form: (-len(form), form)))


def scrub(text: bytes, known: Iterable[bytes]) -> bytes:
    """The text with each of these values masked."""
    for value in known:
        if value in text:
            text = text.replace(value, MASK.encode())
    return text


def _mounted(world: World, container: Container) -> list[tuple[str, bytes]]:
    return list(world.engine.files(container.id, _FOLDER).items())


def _on_this_machine(world: World, full: str) -> Iterator[tuple[str, bytes]]:
    """What lies in memory for services whose container is gone already."""
    for path in folder_of(world.runtime, full).glob("*/*"):
        if (content := read(path)) is not None:
            yield path.name, content


def _values(name: str, content: bytes) -> Iterator[bytes]:
    """What a file holds: one secret, or the variables that nobody may see."""
    if name != HIDDEN_FILE.rpartition("/")[2]:
        yield content
        return
    for quoted in _ASSIGNMENT.findall(content.decode("utf-8", "surrogateescape")):
        value = quoted.replace("'\\''", "'")
        for part in (value, *_IN_URL.findall(value)):
            if not _NO_SECRET.fullmatch(part):
                yield part.encode("utf-8", "surrogateescape")


def _told(environment: Mapping[str, str]) -> Iterator[bytes]:
    """What a container was given in plain sight, as a wrapped project may: by its name, or as a URL's password."""
    for name, value in environment.items():
        secret = [*([value] if TELLING.search(name) else []), *_IN_URL.findall(value)]
        yield from (part.encode("utf-8", "surrogateescape") for part in secret if not _NO_SECRET.fullmatch(part))


def _forms(value: bytes) -> Iterator[bytes]:
    """How a value may stand in a text: as it is, line by line, as a part of a URL or of JSON."""
    lines = [line.strip() for line in _LINE_ENDS.split(value)]
    whole = [part for part in (value, value.strip()) if len(part) >= _SHORTEST]
    for part in (*whole, *(line for line in lines if len(line) >= _SHORTEST_LINE)):
        yield part
        yield quote(part, safe="").encode()
        yield quote_plus(part).encode()
        text = part.decode("utf-8", "replace")
        for plain in (True, False):
            yield json.dumps(text, ensure_ascii=plain)[1:-1].encode("utf-8", "replace")
