"""What one section alone cannot see: needs, references, data and volumes must fit together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from envctl.services import Service
from envctl.services.app import App
from envctl.services.kafka import Kafka
from envctl.services.postgres import Postgres
from envctl.services.redis import Redis
from envctl.services.references import FILE, SECRETS, Reference, references
from envctl.stack.lines import Key
from envctl.stack.problems import Notes
from envctl.stack.secrets import NAMES
from envctl.text import text
from envctl.workload import PORTS, Address

WRITABLE = r"[A-Za-z_][A-Za-z0-9_]*"  # by a shell
_ANYWHERE = Address("localhost", text("0"))


@dataclass(frozen=True)
class Scope:
    """The services of a file: those that are valid, those of which enough is valid to be looked at, all names."""

    valid: Mapping[str, Service]
    services: Mapping[str, Service]
    names: frozenset[str]


def check_needs(scope: Scope, notes: Notes) -> None:
    """Every need exists, once, and none waits for itself."""
    for name, service in scope.services.items():
        for index, need in enumerate(service.needs):
            at: Key = ("services", name, "needs", index)
            if need not in scope.names:
                hint = f"services are: {', '.join(sorted(scope.names))}"
                message = f"there is no service {need[:80]!r}"
                notes.add(at, message, guess=notes.guess(need, scope.names), hint=hint)
            elif need in service.needs[:index]:
                notes.add(at, f"{need} is there already", hint="name it once")
    for cycle in cycles({name: service.needs for name, service in scope.services.items()}):
        notes.add(("services", cycle[0], "needs"), f"a cycle that could never start: {' → '.join(cycle)}")


def cycles(needs: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """One cycle for each knot of needs: `("api", "web", "api")`."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in needs:
        trail: list[str] = []
        pending = [(start, 0)]
        while pending:
            name, depth = pending.pop()
            del trail[depth:]
            if name in trail:
                found.append((*trail[trail.index(name) :], name))
                done.update(trail)
                break
            if name in done:
                continue
            trail.append(name)
            deeper = [need for need in needs.get(name, ()) if need in needs]
            if not deeper:
                done.add(name)
            pending.extend((need, depth + 1) for need in reversed(deeper))
        done.update(trail)
    return found


def attributes(name: str, service: Service, project: str) -> tuple[str, ...]:
    """What can be referred to."""
    return tuple(service.settings(name, project, _ANYWHERE))


def check_references(scope: Scope, project: str, notes: Notes) -> None:
    """Every `${service.attribute}` has an answer, and none stands where it would not be answered."""
    for name, service in scope.services.items():
        for at, value in service.texts():
            for reference in references(value):
                _check_reference(("services", name, *at), reference, scope, project, notes)
        for key in ("command", "before"):
            for index, word in enumerate(getattr(service, key, None) or ()):
                if any(reference.service in {*scope.names, SECRETS} for reference in references(word)):
                    hint = f'refer to it in env and write "$NAME" in a shell: {key} = ["sh", "-c", "…"]'
                    notes.add(("services", name, key, index), "references are answered in env only", hint=hint)


def _check_reference(at: Key, reference: Reference, scope: Scope, project: str, notes: Notes) -> None:
    literal = f"write ${reference} if the text itself is meant"
    if reference.secret is not None:
        check_secret_name(at, reference.secret, notes)
        return
    target = reference.service
    if target not in scope.names:
        hint = f"services are: {', '.join(sorted(scope.names))}; {literal}"
        message = f"{reference}: there is no service {target!r}"
        notes.add(at, message, guess=notes.guess(target, scope.names), hint=hint)
    elif target in scope.valid:
        known = attributes(target, scope.valid[target], project)
        if not known:
            notes.add(at, f"{reference}: {target} has no port, so it cannot be reached", hint="give it a port")
        elif reference.attribute not in known:
            message = f"{reference}: {target} has no attribute {reference.attribute!r}"
            hint = f"it has: {', '.join(known)}; {literal}"
            notes.add(at, message, guess=notes.guess(reference.attribute, known), hint=hint)


def check_secrets(scope: Scope, notes: Notes) -> None:
    """Every secret that is listed can be one; a variable that holds one can be written by a shell."""
    for name, service in scope.services.items():
        if not isinstance(service, App):
            continue
        for index, secret in enumerate(service.secrets):
            check_secret_name(("services", name, "secrets", index), secret, notes)
        for variable, value in () if service.plain_env else service.env.items():
            if not re.fullmatch(WRITABLE, variable) and any(
                _hides(reference, scope) for reference in references(value)
            ):
                message = "a variable with a password or secret has a name of letters, digits and _ only"
                notes.add(("services", name, "env", variable), message, hint="or plain_env = true for the service")


def _hides(reference: Reference, scope: Scope) -> bool:
    """Whether it stands for something that nobody may see."""
    if reference.secret is not None:
        return not reference.attribute.endswith(f".{FILE}")
    service = scope.valid.get(reference.service)
    told = service.settings(reference.service, "project", _ANYWHERE) if service else {}
    return reference.attribute in told and any(told[reference.attribute].confidential())


def check_data(scope: Scope, data: frozenset[str], notes: Notes) -> None:
    """Every `data = "…"` names a section."""
    for name, service in scope.services.items():
        wanted = service.data if isinstance(service, Postgres | Kafka | Redis) else None
        if wanted is not None and wanted not in data:
            hint = f"data sections are: {', '.join(sorted(data))}" if data else "add the section"
            message = f"there is no [data.{wanted[:80]}]"
            notes.add(("services", name, "data"), message, guess=notes.guess(wanted, data), hint=hint)


def check_volumes(scope: Scope, notes: Notes) -> None:
    """No app mounts the volume in which another service keeps its data."""
    owners = {volume: name for name, service in scope.services.items() for volume in service.volumes_of(name)}
    for name, service in scope.services.items():
        for volume in service.volumes if isinstance(service, App) else ():
            if volume in owners:
                message = f"{owners[volume]} keeps its data in the volume of this name"
                notes.add(("services", name, "volumes", volume), message, hint="choose another name")


def check_ports(scope: Scope, notes: Notes) -> None:
    """An environment has a port of the host for every service that listens on one."""
    listening = [name for name, service in scope.services.items() if service.listens is not None]
    if len(listening) > PORTS:
        message = f"{len(listening)} services have a port, and an environment has {PORTS} of the host's"
        notes.add(("services", listening[PORTS]), message, hint="leave the port out where only needs use the service")


def check_name(at: Key, name: str, pattern: str, what: str, notes: Notes) -> bool:
    """One alphabet for names."""
    if re.fullmatch(pattern, name):
        return True
    notes.add(at, f"{name[:80]!r} is not {what}")
    return False


def check_secret_name(at: Key, name: str, notes: Notes) -> bool:
    """What can be a variable, too."""
    what = "a secret's name (letters, digits and _, not starting with a digit, at most 64)"
    return check_name(at, name, NAMES, what, notes)


def check_names(names: frozenset[str], pattern: str, suffix: str, notes: Notes) -> None:
    """Services' names become host names, and one ending is taken."""
    what = "a service's name (a–z, 0–9 and -, starting with a letter, at most 40)"
    for name in sorted(names):
        at: Key = ("services", name)
        if not check_name(at, name, pattern, what, notes):
            continue
        if name == SECRETS:
            notes.add(at, f"${{{SECRETS}.NAME}} stands for a secret, so no service is called so")
        elif name.endswith("-"):
            notes.add(at, "a host name cannot end with -")
        elif name.endswith(suffix):
            notes.add(at, f"names that end with {suffix} belong to one-shots", hint="choose another name")
