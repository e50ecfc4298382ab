"""Where images named as on Docker Hub are taken from: user configuration < stack file < ENVCTL_REGISTRY."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.stack.source import decode, parse, read_bytes

VARIABLE = "ENVCTL_REGISTRY"
_PREFIX = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")


@dataclass(frozen=True)
class Registry:
    """The prefix of image names, and who said so."""

    prefix: str | None
    origin: str


NO_REGISTRY = Registry(None, "default")


def complaint(prefix: str) -> tuple[str, str] | None:
    """What is wrong with a registry's name, and what to write."""
    example = "a host with an optional port and path, such as mirror.example.com:5000/hub"
    if "://" in prefix:
        return "a registry is named without https://", example
    if prefix.endswith("/"):
        return "a registry is named without a slash at its end", example
    return None if _PREFIX.fullmatch(prefix) else ("is not the name of a registry", example)


def user_file(environ: Mapping[str, str]) -> Path | None:
    """The user's configuration file; None where there is no home."""
    base, home = environ.get("XDG_CONFIG_HOME", ""), environ.get("HOME", "")
    if Path(base).is_absolute():
        return Path(base) / "envctl" / "config.toml"
    return Path(home) / ".config" / "envctl" / "config.toml" if home else None


def configured(path: Path) -> str | None:
    """`registry` of the user's configuration file, whose other keys are not ours to judge."""
    if not path.exists():
        return None
    value = parse(path, decode(path, read_bytes(path))).get("registry")
    if value is None:
        return None
    wrong = complaint(value) if isinstance(value, str) else ("must be text", 'registry = "mirror.example.com"')
    if wrong:
        raise EnvctlError(Exit.STACK_FILE, f"{path}: registry: {wrong[0]}", hint=f"write {wrong[1]}")
    return str(value)


def choose(environ: Mapping[str, str], stack: Registry = NO_REGISTRY) -> Registry:
    """The last of the three that says anything. A variable that is empty says nothing."""
    said = environ.get(VARIABLE, "")
    if said:
        wrong = complaint(said)
        if wrong:
            raise EnvctlError(Exit.USAGE, f"{VARIABLE}={said[:100]}: {wrong[0]}", hint=f"write {wrong[1]}")
        return Registry(said, VARIABLE)
    if stack.prefix:
        return stack
    path = user_file(environ)
    prefix = configured(path) if path else None
    return Registry(prefix, f"user configuration ({path})") if prefix else NO_REGISTRY
