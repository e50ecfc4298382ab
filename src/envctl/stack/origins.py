"""Every value of a stack, and where it comes from. Secrets are not shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from envctl.reports.config import ConfigValue
from envctl.services import Section, Service
from envctl.stack.lifetime import LifetimeSection
from envctl.stack.lines import Key
from envctl.stack.model import EnvironmentLimits, Stack, Wraps
from envctl.stack.problems import dotted
from envctl.stack.workloads import workloads
from envctl.text import MASK, Password
from envctl.workload import Limits, Workload

DEFAULT = "default"
GENERATED = "generated"
_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?$|secret|token|credential|(api|access|private|signing)_?key", re.IGNORECASE
)
_LOGIN = re.compile(r"(?<=://)([^/@:\s]*):[^/@\s]+(?=@)")


def hidden(name: str, value: str) -> str:
    """The value of a variable, as far as it may be shown."""
    return MASK if _SECRET_NAME.search(name) and value else _LOGIN.sub(rf"\1:{MASK}", value)


class _Resolver:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.file = stack.path.name
        self.workloads = {work.service: work for work in workloads(stack)}

    def origin(self, key: Key) -> str:
        line = self.stack.lines.find(key)
        return f"{self.file}:{line}" if line else DEFAULT

    def all(self) -> Iterator[ConfigValue]:
        stack = self.stack
        yield ConfigValue("project.name", stack.project, self.origin(("project", "name")))
        yield ConfigValue("project.registry", stack.registry, stack.chosen.origin)
        if stack.wraps is not None:
            yield from self.wraps(stack.wraps)
        for name, service in stack.services.items():
            yield from self.service(name, service, self.workloads[name])
        for name, data in stack.data.items():
            yield from self.section(("data", name), data)
        for name, secret in stack.secrets.items():
            yield from self.section(("secrets", name), secret)
        for field in LifetimeSection.model_fields:
            if (seconds := getattr(stack.lifetime, field)) is not None:
                yield ConfigValue(f"lifetime.{field}", seconds, self.origin(("lifetime", field)))
        for field in EnvironmentLimits.model_fields:
            value = getattr(stack.limits, field)
            if value is not None:
                yield ConfigValue(f"limits.{field}", value, self.origin(("limits", field)))

    def wraps(self, wraps: Wraps) -> Iterator[ConfigValue]:
        """The Compose project as it is named; what that comes to, `docker compose config` shows."""
        for key, values in (("compose", wraps.files), ("profiles", wraps.profiles), ("public", wraps.public)):
            if values:
                yield ConfigValue(f"project.{key}", [str(value) for value in values], self.origin(("project", key)))

    def service(self, name: str, service: Service, work: Workload) -> Iterator[ConfigValue]:
        at: Key = ("services", name)
        for value in self.section(at, service):
            if not value.key.startswith(f"{dotted((*at, 'limits'))}."):
                yield value
        yield from self.derived(at, service, work)
        yield from self.limits(at, service, work.limits)

    def section(self, at: Key, section: Section) -> Iterator[ConfigValue]:
        for name, field in type(section).model_fields.items():
            key = (*at, field.alias or name)
            value = getattr(section, name)
            if isinstance(value, Section):
                yield from self.section(key, value)
            elif isinstance(value, dict):
                for one, said in value.items():
                    if isinstance(said, Section):
                        yield from self.section((*key, one), said)
                    else:
                        yield self.entry(key, one, said)
            elif value is not None and value != ():
                origin = self.origin(key) if name in section.model_fields_set else DEFAULT
                yield ConfigValue(dotted(key), list(value) if isinstance(value, tuple) else value, origin)

    def entry(self, at: Key, name: str, value: Any) -> ConfigValue:
        """One entry of a table of names; a variable is shown with its references answered."""
        key = (*at, name)
        if at[-1] == "env":
            work = self.workloads[str(at[1])]
            value = hidden(name, str({**work.environment, **work.hidden}[name]))
        elif at[-1] in {"args", "config", "settings"}:
            value = hidden(name, str(value))
        return ConfigValue(dotted(key), value, self.origin(key))

    def derived(self, at: Key, service: Service, work: Workload) -> Iterator[ConfigValue]:
        """What follows from other values."""
        given = service.model_fields_set
        if work.image and "image" not in given:
            origin = self.origin((*at, "version")) if "version" in given else DEFAULT
            yield ConfigValue(dotted((*at, "image")), work.image, origin)
        if work.database and "database" not in given:
            yield ConfigValue(dotted((*at, "database")), work.database.name, self.origin(("project", "name")))
        if any(isinstance(hole, Password) for content in work.files.values() for hole in content.holes()):
            yield ConfigValue(dotted((*at, "password")), MASK, GENERATED)

    def limits(self, at: Key, service: Service, limits: Limits) -> Iterator[ConfigValue]:
        own = service.limits.amounts()
        for field in EnvironmentLimits.model_fields:
            value, key = getattr(limits, field), (*at, "limits", field)
            if value is None:
                continue
            shared = getattr(own, field) is None
            origin = f"{self.origin(('limits', field))}, divided" if shared else self.origin(key)
            yield ConfigValue(dotted(key), value, origin)


def resolved(stack: Stack) -> tuple[ConfigValue, ...]:
    """The stack as it is understood, each value with its origin."""
    return tuple(_Resolver(stack).all())
