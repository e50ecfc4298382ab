"""The file → Stack, or every problem it has at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from envctl.identity import ONE_SHOT
from envctl.services import BY_NAME, LimitsSection, Service
from envctl.services.app import App
from envctl.services.fields import kind_of, real
from envctl.stack import checks
from envctl.stack.data import DataSection, check_data_sections, used_secrets
from envctl.stack.data import section as data_section
from envctl.stack.lifetime import LifetimeSection
from envctl.stack.lines import Key
from envctl.stack.model import (
    DATA,
    SERVICE,
    SERVICES,
    EnvironmentLimits,
    ProjectSection,
    Stack,
    Wraps,
)
from envctl.stack.plain import validate, what_is_left
from envctl.stack.problems import Notes, refused
from envctl.stack.registry import NO_REGISTRY, Registry, choose
from envctl.stack.rows import check_rows
from envctl.stack.secrets import FromCaller, SecretSection, section
from envctl.stack.shares import check_limits
from envctl.stack.source import NAME, Source, read, unusable

SECTIONS = ("project", "services", "data", "secrets", "lifetime", "limits")


def find(start: Path) -> Path:
    """The stack file of a folder: in it, or above it up to the top of its git repository."""
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / NAME).exists():
            return folder / NAME
        if (folder / ".git").exists():
            break
    hint = f"write one (envctl.toml.example shows every key), or name it with --file PATH/{NAME}"
    raise unusable(f"there is no {NAME} in {start} or above it", hint)


def load(path: Path, *, environ: Mapping[str, str] | None = None) -> Stack:
    """The stack of a file. `environ` (the process's own if not given) says where else a registry is named."""
    path = path.absolute()
    source = read(path)
    notes = Notes(source.lines)
    stack = _stack(source, environ, notes)
    if stack is None or len(notes):
        raise refused(path, notes.problems())
    return stack


def _stack(source: Source, environ: Mapping[str, str] | None, notes: Notes) -> Stack | None:
    document = source.document
    for key in document:
        if key not in SECTIONS:
            guess = notes.guess(key, SECTIONS)
            notes.add((key,), "unknown section", guess=guess, hint="" if guess else f"known: {', '.join(SECTIONS)}")
    project = validate(ProjectSection, _table(document, "project", notes), ("project",), notes)
    wraps = "compose" in _table(document, "project", Notes(source.lines))
    secrets = _secrets(document, notes)
    scope = checks.Scope({}, {}, frozenset()) if wraps else _services(document, notes)
    data, data_names = _data(document, notes)
    check_data_sections(data, secrets, notes)
    check_rows(scope.services, data, data_names, notes)
    limits = validate(EnvironmentLimits, _table(document, "limits", notes), ("limits",), notes) or LimitsSection()
    lifetime = validate(LifetimeSection, _table(document, "lifetime", notes), ("lifetime",), notes) or LifetimeSection()
    name = project.name if project else "project"
    _check(scope, data_names, limits, name, notes)
    _check_wrapping(document, project, wraps, notes)
    if project is None or len(notes):
        return None
    said = Registry(project.registry, _origin(source, ("project", "registry"))) if project.registry else NO_REGISTRY
    return Stack(
        project=project.name,
        path=source.path,
        root=source.path.parent,
        services=MappingProxyType(dict(scope.valid)),
        data=MappingProxyType(data),
        secrets=MappingProxyType({**_undeclared(scope.valid.values(), data.values()), **secrets}),
        limits=limits.amounts(),
        lifetime=lifetime.terms(),
        chosen=choose(os.environ if environ is None else environ, said),
        lines=source.lines,
        wraps=_wraps(source.path.parent, project) if wraps else None,
    )


def _wraps(root: Path, project: ProjectSection) -> Wraps:
    return Wraps(tuple(real(root / file) for file in project.compose), project.profiles, project.public)


def _check_wrapping(document: Mapping[str, Any], project: ProjectSection | None, wraps: bool, notes: Notes) -> None:
    """A stack is a Compose project or has services of its own, and what belongs to one is not said of the other."""
    if wraps:
        for key in ("services", "data"):
            if key in document:
                hint = "describe it in a Compose file of your own, and name that in `compose` after the first"
                notes.add((key,), "the stack is the Compose project that `compose` names", hint=hint)
    elif project is not None:
        for key in ("profiles", "public"):
            if getattr(project, key):
                hint = 'name its file: compose = "compose.yaml"'
                notes.add(("project", key), "is about a Compose project, and there is none", hint=hint)


def _origin(source: Source, key: Key) -> str:
    return f"{source.path.name}:{source.lines.find(key)}"


def _table(document: Mapping[str, Any], key: str, notes: Notes) -> dict[str, Any]:
    value = document.get(key, {})
    if isinstance(value, dict):
        return value
    notes.add((key,), f"must be a table, not {kind_of(value)}", hint=f"write [{key}]")
    return {}


def _services(document: Mapping[str, Any], notes: Notes) -> checks.Scope:
    tables = _table(document, "services", notes)
    if not tables and isinstance(document.get("services", {}), dict):
        notes.add(("services",), "there is no service", hint="add one: [services.web] with build or image")
    if len(tables) > SERVICES:
        notes.add(("services",), f"{len(tables)} services; at most {SERVICES} are allowed")
        tables = {}
    names = frozenset(tables)
    checks.check_names(names, SERVICE, ONE_SHOT, notes)
    valid, partly = {}, {}
    for name, table in tables.items():
        before = len(notes)
        service = _service(name, table, notes)
        if service:
            partly[name] = service
            if len(notes) == before:
                valid[name] = service
    return checks.Scope(valid, partly, names)


def _service(name: str, table: object, notes: Notes) -> Service | None:
    """The service; when something in it is wrong and noted, what is left of it."""
    at: Key = ("services", name)
    if not isinstance(table, dict):
        notes.add(at, f"must be a table, not {kind_of(table)}", hint=f"write [services.{name}]")
        return None
    kind = table.get("kind", "app")
    if not isinstance(kind, str) or kind not in BY_NAME:
        what = f"there is no kind {kind[:80]!r}" if isinstance(kind, str) else f"must be text, not {kind_of(kind)}"
        guess = notes.guess(kind, BY_NAME) if isinstance(kind, str) else ""
        notes.add((*at, "kind"), what, guess=guess, hint=f"kinds are: {', '.join(BY_NAME)}")
        return None
    return validate(BY_NAME[kind], table, at, notes) or what_is_left(BY_NAME[kind], table)


def _data(document: Mapping[str, Any], notes: Notes) -> tuple[dict[str, DataSection], frozenset[str]]:
    """The valid data sections, and the names of all."""
    tables = _table(document, "data", notes)
    found: dict[str, DataSection] = {}
    for name, table in tables.items():
        what = "a data section's name (a–z, 0–9, - and _, starting with a letter)"
        checks.check_name(("data", name), name, DATA, what, notes)
        if valid := data_section(name, table, notes):
            found[name] = valid
    return found, frozenset(tables)


def _undeclared(services: Iterable[Service], data: Iterable[DataSection]) -> dict[str, SecretSection]:
    """A secret that something uses needs no section: then whoever calls envctl provides it."""
    used = [name for service in services if isinstance(service, App) for name in service.used_secrets]
    return {name: FromCaller() for name in (*used, *used_secrets(data))}


def _secrets(document: Mapping[str, Any], notes: Notes) -> dict[str, SecretSection]:
    """The valid secret sections."""
    tables = _table(document, "secrets", notes)
    found: dict[str, SecretSection] = {}
    for name, table in tables.items():
        if checks.check_secret_name(("secrets", name), name, notes) and (valid := section(name, table, notes)):
            found[name] = valid
    return found


def _check(scope: checks.Scope, data: frozenset[str], limits: LimitsSection, project: str, notes: Notes) -> None:
    for name, service in scope.valid.items():
        for complaint in service.complaints(name, project):
            notes.add(("services", name, *complaint.at), complaint.message, hint=complaint.hint)
    checks.check_needs(scope, notes)
    checks.check_references(scope, project, notes)
    checks.check_secrets(scope, notes)
    checks.check_data(scope, data, notes)
    checks.check_volumes(scope, notes)
    checks.check_ports(scope, notes)
    if len(scope.valid) == len(scope.names):  # shares cannot be told while a service is not valid
        check_limits(scope.valid, limits.amounts(), notes)
