"""Stack → what each service needs to run, and what the host reaches it by."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter
from pathlib import Path

from envctl.secret import KEY, Source
from envctl.services import Service
from envctl.services.references import SECRETS
from envctl.stack.data import DataSection
from envctl.stack.model import Stack
from envctl.stack.problems import Problem, dotted, refused
from envctl.stack.rows import Rows
from envctl.stack.shares import shares
from envctl.stack.synthetic import SCHEMA_NEEDS, FromSchema, SyntheticSection
from envctl.text import Named, PublishedPort, Text, text
from envctl.workload import Address, Database, Derived, Recipe, Workload

LOOPBACK = "127.0.0.1"
HOST_SETTINGS = ("url", "host", "port", "user", "password", "database", "brokers")


def order(stack: Stack) -> tuple[str, ...]:
    """The services' names: needs first, then by name."""
    sorter = TopologicalSorter({name: sorted(set(service.needs)) for name, service in stack.services.items()})
    sorter.prepare()
    found: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found += ready
        sorter.done(*ready)
    return tuple(found)


def workloads(stack: Stack) -> tuple[Workload, ...]:
    """Every service: references answered, limits divided, paths absolute; needs first, then by name."""
    limits = shares(stack.services, stack.limits)

    def told(service: str, attribute: str) -> Text:
        if service == SECRETS:
            return _secret(attribute)
        found = stack.services[service]
        inside = Address(service, text(str(found.listens)))
        return found.settings(service, stack.project, inside)[attribute]

    found = tuple(
        replace(work, limits=limits[name], database=_filled(stack, work.database))
        for name in order(stack)
        for work in (stack.services[name].workload(name, stack.project, stack.root, told),)
    )
    return tuple(replace(work, derived=_derived(stack, work, found)) for work in found)


def _secret(attribute: str) -> Text:
    name, _, file = attribute.partition(".")
    return text(f"{Service.SECRETS}/{name}") if file else text(Named(name))


def secret_sources(stack: Stack) -> dict[str, Source]:
    """Where each secret's value comes from, the environment's own key included."""
    declared = {name: section.source(name, stack.root) for name, section in stack.secrets.items()}
    return {**declared, KEY: Source("generated", length=32)}


def _filled(stack: Stack, database: Database | None) -> Database | None:
    if database is None or database.data is None:
        return database
    section = stack.data[database.data]
    assert not isinstance(section, Rows)  # noqa: S101 – checked when the file was read
    return section.fill(database, stack.root)


def _derived(stack: Stack, work: Workload, others: Collection[Workload]) -> Derived | None:
    """What a broker or a cache is filled with: of several databases with that data the first one's rows."""
    if work.derived is None:
        return None
    section = stack.data[work.derived.data]
    assert isinstance(section, Rows)  # noqa: S101 – checked when the file was read
    of = next(w for w in others if w.database is not None and section.of in (w.database.data, w.database.later))
    return section.derived(work.derived, work.kind, of)


def host_settings(stack: Stack) -> dict[str, Text]:
    """NAME_URL, NAME_HOST, NAME_PORT and the rest: what a program on the host reaches the services by."""
    found: dict[str, Text] = {}
    for name, service in stack.services.items():
        if service.listens:
            at = Address(LOOPBACK, text(PublishedPort(name)))
            settings: Mapping[str, Text] = service.settings(name, stack.project, at)
            prefix = re.sub(r"[^A-Z0-9]", "_", name.upper())
            found |= {f"{prefix}_{key.upper()}": settings[key] for key in HOST_SETTINGS if key in settings}
            for port in service.further_ports:
                variable = f"{prefix}_PORT_{port.name.upper().replace('-', '_')}"
                found[variable] = text(PublishedPort(name, port.name))
    return found


def missing_files(stack: Stack, data: Collection[str]) -> list[Problem]:
    """What the disk does not hold, or not for us: Dockerfiles, and the dumps and backups of this data."""
    return [*_missing_builds(stack), *_missing_data(stack, data)]


def refuse_missing_files(stack: Stack, data: Collection[str] = ()) -> None:
    """Raise when a Dockerfile is not there, or what `data` is that is to be loaded: before anything is started."""
    if missing := missing_files(stack, data):
        raise refused(stack.path, missing)


def _missing_builds(stack: Stack) -> Iterator[Problem]:
    for work in workloads(stack):
        if isinstance(work.build, Recipe):
            yield from _missing_of_recipe(stack, work.service, work.build)
            continue
        if work.build is None:
            continue
        key = ("services", work.service, "build")
        folder, dockerfile = work.build.context, work.build.dockerfile
        missing = folder if not _is_there(folder, stat.S_ISDIR) else dockerfile
        if missing is folder or not _is_there(dockerfile, stat.S_ISREG):
            what = "folder" if missing is folder else "file"
            hint = "a build needs a folder with a Dockerfile"
            yield Problem(dotted(key), stack.lines.find(key), f"there is no {what} {missing}", hint)


def _missing_of_recipe(stack: Stack, service: str, recipe: Recipe) -> Iterator[Problem]:
    folders = [folder for folder in (recipe.context, *recipe.folders) if folder and not _is_there(folder, bool)]
    files = [recipe.dockerfile] if recipe.dockerfile and not _is_there(recipe.dockerfile, stat.S_ISREG) else []
    for missing in folders or files:
        key = ("project", "compose")
        said = f"services.{service}.build: there is no {missing}"
        yield Problem(dotted(key), stack.lines.find(key), said, "a build needs a folder with a Dockerfile")


def _missing_data(stack: Stack, wanted: Collection[str]) -> Iterator[Problem]:
    for name in (name for name in stack.data if name in wanted):
        for said, path, needs in _needed(stack.data[name], stack.root):
            if path is not None and not _is_there(path, bool):
                key = ("data", name, said)
                yield Problem(dotted(key), stack.lines.find(key), f"there is no {path}", needs)


def _needed(data: DataSection, root: Path) -> Iterator[tuple[str, Path | None, str]]:
    """The keys that name files, these files, and what to do where they are not there."""
    if isinstance(data, FromSchema):
        yield "schema", data.described(root).file, SCHEMA_NEEDS
    if not isinstance(data, SyntheticSection):
        yield "path", data.at(root), data.needs


def _is_there(path: Path, of_kind: Callable[[int], bool]) -> bool:
    """Is it there, of this kind, as far as we may see? Never raises, unlike Path's own questions."""
    try:
        return of_kind(path.stat().st_mode)
    except OSError:
        return False
