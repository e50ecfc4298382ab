"""Reads a team's own Compose project, by asking Compose itself."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from envctl.composition import Composition
from envctl.errors import EnvctlError, Exit
from envctl.runtimes.compose import tools
from envctl.runtimes.compose.isolation import Refusal, refusals
from envctl.runtimes.compose.wrap import plain, variables, wrap
from envctl.world import World
from envctl.world.shell import Finished

_COMPOSE = ("docker", "compose", "--ansi", "never")
_UNCHANGED = "Nothing was started or changed."
_WARNING = 'level=warning msg="'
_BELOW_IS_THE_VALUE = "You may need to escape any $"
_LINE = re.compile(r"yaml: line (\d+): (.*)")
_UNSET = "variable is not set"


def read(
    world: World, files: Sequence[Path], profiles: Sequence[str], name: str, public: Collection[str] = ()
) -> Composition:
    """The project as Compose understands it when it is called `name`; people open the services that are `public`.

    It sees the `.env` beside the first file, and nothing of the caller's shell. Raises EnvctlError(STACK_FILE) with
    what Compose says where it is wrong, and with every key that cannot be isolated.
    """
    document, warnings = document_of(world, files, profiles, name)
    if found := refusals(document):
        raise _cannot_isolate(files, found)
    return wrap(document, public, _values(world, files, variables(document)), warnings)


def name_of(world: World, files: Sequence[Path], profiles: Sequence[str]) -> str:
    """What Compose itself would call the project. Raises EnvctlError(STACK_FILE)."""
    document, _ = document_of(world, files, profiles, None)
    return str(document["name"])


def document_of(
    world: World, files: Sequence[Path], profiles: Sequence[str], name: str | None
) -> tuple[dict[str, Any], list[str]]:
    """The whole project in its long form, and what Compose warns of."""
    answer = _config(world, files, profiles, name)
    if answer.status != 0:
        tools.require(world, builds=False)
        raise _wrong(world, files, profiles, name, answer)
    said = answer.stderr.decode("utf-8", "replace").splitlines()
    warnings = [line.partition(_WARNING)[2].rstrip('"').replace('\\"', '"') for line in said if _UNSET in line]
    return plain(json.loads(answer.stdout)), list(dict.fromkeys(warnings))


def _cannot_isolate(files: Sequence[Path], found: Sequence[Refusal]) -> EnvctlError:
    """Every key that stands in the way, and what to do about it."""
    where = _names(files)
    return EnvctlError(
        Exit.STACK_FILE,
        f"{where} cannot run as one of several environments",
        details=tuple(f"{where}: {each.at}: {each.message} ({each.hint})" for each in found),
        unchanged=_UNCHANGED,
        hint='A second file may replace what a first one says: compose = ["compose.yaml", "compose.envctl.yaml"], '
        "and `key: !reset null` takes a key away.",
    )


def _config(world: World, files: Sequence[Path], profiles: Sequence[str], name: str | None) -> Finished:
    argv = (
        *_COMPOSE,
        *(("--project-name", name) if name else ()),
        *(word for file in files for word in ("--file", str(file))),
        *(word for profile in profiles for word in ("--profile", profile)),
        "config", "--format", "json",
    )  # fmt: skip
    return world.shell.run(argv, cwd=files[0].parent)


def _wrong(
    world: World, files: Sequence[Path], profiles: Sequence[str], name: str | None, answer: Finished
) -> EnvctlError:
    """Compose does not say which of several files it speaks of: it is the one with which it goes wrong."""
    parts = (files[: count + 1] for count in range(len(files)))
    upto = next((part for part in parts if _config(world, part, profiles, name).status != 0), files)
    said = answer.stderr.decode("utf-8", "replace").splitlines()
    return EnvctlError(
        Exit.STACK_FILE,
        f"Compose cannot read {upto[-1]}",
        details=tuple(_placed(upto[-1], _without_values(line.strip() for line in said if _WARNING not in line))),
        unchanged=_UNCHANGED,
        hint="Correct it, then run the same command again. Its variables come from the `.env` beside the first file, "
        "and not from your shell.",
    )


def _placed(file: Path, lines: Iterable[str]) -> Iterator[str]:
    """Compose tells the line without the file."""
    for line in lines:
        found = _LINE.fullmatch(line)
        yield f"{file.name}:{found[1]}: {found[2]}" if found else line


def _without_values(lines: Iterable[str]) -> Iterator[str]:
    """Below what is wrong with the `$` of a value Compose shows the value, which may be a secret."""
    for line in lines:
        if line:
            yield line
        if line.startswith(_BELOW_IS_THE_VALUE):
            return


def _values(world: World, files: Sequence[Path], names: Sequence[str]) -> dict[str, str]:
    """The values of these variables as Compose takes them for this project. It tells them as those of a service."""
    if not names:
        return {}
    asking = {"services": {"asked": {"image": "none", "environment": list(names)}}}
    folder = files[0].parent
    argv = (*_COMPOSE, "--project-directory", str(folder), "--file", "-", "config", "--format", "json")
    answer = world.shell.run(argv, stdin=[json.dumps(asking).encode()], cwd=folder)
    told = plain(json.loads(answer.stdout))["services"]["asked"]["environment"] if answer.status == 0 else {}
    return {name: value for name, value in told.items() if value is not None}


def _names(files: Sequence[Path]) -> str:
    return ", ".join(file.name for file in files)
