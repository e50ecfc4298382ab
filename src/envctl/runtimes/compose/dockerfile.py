"""What a Dockerfile asks for before it is built: base images and the syntax it is written in. Pure.

Only as much of the format is read as tells this; whatever is wrong with a Dockerfile the builder says best.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*")
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S*))?\s+")
_STAGE = re.compile(r"(\S+)(?:\s+AS\s+(\S+))?\s*", re.IGNORECASE)
_HEREDOC = re.compile(r"(?<!\S)\d*<<(-?)([\"']?)([A-Za-z_]\w*)\2(?!\S)")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?([-+])([^}]*))?\}|(\w+))")


def bases(dockerfile: str, args: Mapping[str, str]) -> tuple[str, ...]:
    """The images that it starts from, copies from or mounts, as they are written there, arguments filled in.

    Those with a digest are left out: no other image is the same.
    """
    reading = _Reading(args)
    for word, rest in _instructions(dockerfile):
        reading.take(word, rest)
    return tuple(image for image in reading.found if "@" not in image)


def syntax(dockerfile: str) -> str | None:
    """The image of the frontend that shall read it (`# syntax=docker/dockerfile:1`), if it names one."""
    return _directives(dockerfile).get("syntax")


def without_syntax(dockerfile: str) -> str:
    """The same for the builder's own frontend, with as many lines."""
    lines = dockerfile.removeprefix("\ufeff").splitlines(keepends=True)
    kept = [line for line in lines[: len(_directives(dockerfile))] if _named(line) != "syntax"]
    return "".join([*kept, "#\n", *lines[len(kept) + 1 :]])


@dataclass
class _Reading:
    """What was learned up to an instruction."""

    args: Mapping[str, str]
    variables: dict[str, str] = field(default_factory=dict)
    stages: set[str] = field(default_factory=set)
    found: dict[str, None] = field(default_factory=dict)
    begun: bool = False  # in a stage: its ARGs are its own

    def take(self, word: str, rest: str) -> None:
        flags, rest = _flags(rest)
        if word == "ARG" and not self.begun:
            self._arg(rest)
        elif word == "FROM" and (stage := _STAGE.fullmatch(rest)):
            self.begun = True
            self._image(self._filled(stage[1]))
            self.stages.add((stage[2] or "").lower())
        elif word == "COPY":
            self._image(next((value for name, value in flags if name == "from"), ""))
        elif word == "RUN":
            for mount in (value for name, value in flags if name == "mount"):
                self._image(dict(part.partition("=")[::2] for part in mount.split(",")).get("from", ""))

    def _arg(self, rest: str) -> None:
        try:
            words = shlex.split(rest)
        except ValueError:
            words = rest.split()
        for name, _, default in (word.partition("=") for word in words):
            self.variables[name] = self.args.get(name, self._filled(default))

    def _filled(self, value: str) -> str:
        def replace(found: re.Match[str]) -> str:
            known = self.variables.get(found[1] or found[4], "")
            return (found[3] if known else "") if found[2] == "+" else known or found[3] or ""

        return _VARIABLE.sub(replace, value)

    def _image(self, name: str) -> None:
        is_stage = name.lower() in self.stages or name.isdigit() or name == "scratch"
        if name and "$" not in name and not is_stage:
            self.found[name] = None


def _flags(rest: str) -> tuple[list[tuple[str, str]], str]:
    """`--name=value …` before an instruction's own words."""
    flags = []
    while match := _FLAG.match(rest):
        flags.append((match[1], match[2] or ""))
        rest = rest[match.end() :]
    return flags, rest


def _directives(dockerfile: str) -> dict[str, str]:
    """The comments at the very top that tell how the rest is to be read."""
    found: dict[str, str] = {}
    for line in dockerfile.removeprefix("\ufeff").splitlines():
        name = _named(line)
        if name is None or name in found:
            break
        match = _DIRECTIVE.fullmatch(line.strip())
        found[name] = match[2] if match else ""
    return found


def _named(line: str) -> str | None:
    match = _DIRECTIVE.fullmatch(line.strip())
    return match[1].lower() if match else None


def _instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Each instruction and its words, continuations joined, without comments and heredocs."""
    escape = _directives(dockerfile).get("escape", "\\")
    lines = iter(dockerfile.removeprefix("\ufeff").splitlines())
    for line in lines:
        if line.lstrip().startswith("#"):
            continue
        whole = line
        while whole.rstrip().endswith(escape):
            whole = whole.rstrip()[: -len(escape)]
            whole += next((more for more in lines if more.strip() and not more.lstrip().startswith("#")), "")
        match = _INSTRUCTION.fullmatch(whole)
        if match is None:
            continue
        word = match[1].upper()
        if word in {"RUN", "COPY", "ADD"}:
            for dash, _, end in _HEREDOC.findall(match[2]):
                _skip(lines, end, tabs=bool(dash))
        yield word, match[2].strip() + " "


def _skip(lines: Iterator[str], end: str, *, tabs: bool) -> None:
    for line in lines:
        if (line.lstrip("\t") if tabs else line) == end:
            return
