"""What can stand where the cursor is. The shells' completion scripts ask it; Typer is not loaded.

An answer is lines: first what kind of words they are (`values`, `files`, `folders`, `places`), then a candidate each.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple  # dataclasses take longer to load than all the rest

KNOWN = Path(__file__).with_name("completions.json")  # written from the commands by `reference`; a test compares
_SAFE = re.compile(r"[a-z0-9][a-z0-9-]*")  # names that no shell reads anything into
_PARTED = ("=", ":")  # where bash cuts words


class Candidates(NamedTuple):
    """What can stand there, each with what it is, and whether files or folders can."""

    kind: str = "values"
    words: Mapping[str, str] = MappingProxyType({})


class Line(NamedTuple):
    """A command line up to the cursor: the words before it, and the one it is at."""

    before: tuple[str, ...]
    current: str
    typed: str  # what of the current word the shell replaces

    @classmethod
    def of(cls, shell: str, argv: Sequence[str]) -> Line:
        """From what a script passes on: the place of the word at the cursor, and the words."""
        place, words = int(argv[0]), list(argv[1:])
        before, current = words[1:place], words[place] if place < len(words) else ""
        if shell != "bash":
            return cls(tuple(before), current, current)
        joined = _joined([*before, current])
        return cls(tuple(joined[:-1]), joined[-1], "" if current in _PARTED else current)


def _joined(words: list[str]) -> list[str]:
    """`--env`, `=`, `x` are one word to everybody but bash."""
    whole: list[str] = []
    glue = False
    for word in words:
        parted = word in _PARTED and bool(whole)
        if glue or parted:
            whole[-1] += word
        else:
            whole.append(word)
        glue = parted
    return whole


def answer(shell: str, argv: Sequence[str]) -> int:
    """Print the answer. Whatever goes wrong, there is nothing to complete: a shell's line is no place for errors."""
    try:
        line = Line.of(shell, argv)
        found = candidates(line, json.loads(KNOWN.read_text("utf-8")), Asked(os.environ, Path.cwd()))
        text = "\n".join((found.kind, *rendered(shell, line, found.words)))
        sys.stdout.buffer.write(f"{text}\n".encode("utf-8", "replace"))
        sys.stdout.flush()
    except Exception:
        return 1
    return 0


def rendered(shell: str, line: Line, words: Mapping[str, str]) -> list[str]:
    """Candidates as the shell's script takes them: bash the part that it replaces, the others with descriptions."""
    if shell == "bash":
        kept = len(line.current) - len(line.typed)
        return [word[kept:] for word in words]
    if shell == "zsh":
        return [":".join(filter(None, (word.replace(":", "\\:"), what))) for word, what in words.items()]
    return ["\t".join(filter(None, (word, what))) for word, what in words.items()]


def candidates(line: Line, known: Mapping[str, Any], asked: Asked) -> Candidates:
    """What can stand at the cursor."""
    groups = known["groups"]
    if not line.before or (len(line.before) == 1 and line.before[0] in groups):
        return Candidates(words=_beginning(line.current, _words(line.before, line.current, known)))
    length = 1 + (line.before[0] in groups)
    name, rest = " ".join(line.before[:length]), list(line.before[length:])
    command = known["commands"].get(name)
    return Candidates() if command is None else _of_command(command, rest, line.current, asked.about(rest))


def _words(before: tuple[str, ...], current: str, known: Mapping[str, Any]) -> dict[str, str]:
    """The words of commands that can follow these, or the options."""
    if current.startswith("-"):
        return {"--help": "Show the commands"} if before else dict(known["options"])
    found: dict[str, str] = {}
    for name, command in known["commands"].items():
        words = name.split()
        if tuple(words[: len(before)]) == before:
            word = words[len(before)]
            ends = len(words) == len(before) + 1
            found.setdefault(word, command["help"] if ends else known["groups"][word])
    return found


def _of_command(command: Mapping[str, Any], words: list[str], current: str, asked: Asked) -> Candidates:
    """What can stand after a command's name and these words."""
    valued = {flag: option["value"] for flag, option in command["options"].items() if option["value"]}
    given = _arguments(words, valued, passes_on=command["passes_on"])
    if given is None:
        return Candidates("files")
    flag, equals, value = current.partition("=")
    if equals and flag in valued:
        found = asked.values(valued[flag], value)
        return Candidates(found.kind, {f"{flag}={word}": what for word, what in found.words.items()})
    if words and words[-1] in valued:
        return asked.values(valued[words[-1]], current)
    if current.startswith("-"):
        offered = {flag: option["help"] for flag, option in command["options"].items() if flag not in words}
        return Candidates(words=_beginning(current, offered))
    return _argument(command, given, current, asked)


def _argument(command: Mapping[str, Any], given: list[str], current: str, asked: Asked) -> Candidates:
    """What can stand as the next argument: none twice, and no more than the command takes."""
    kinds = command["arguments"]
    if len(given) >= len(kinds) and not command["repeats"]:
        return Candidates()
    found = asked.values(kinds[min(len(given), len(kinds) - 1)], current)
    return Candidates(found.kind, {word: what for word, what in found.words.items() if word not in given})


def _arguments(words: Sequence[str], valued: Mapping[str, Any], *, passes_on: bool) -> list[str] | None:
    """The words that are neither options nor their values; None where nothing is ours any more."""
    found: list[str] = []
    before = ""
    for word in words:
        if word == "--":
            return None
        if before not in valued and not word.startswith("-"):
            found.append(word)
            if passes_on and len(found) > 1:
                return None
        before = word
    return found


def _beginning(current: str, words: Mapping[str, str]) -> dict[str, str]:
    return {word: what for word, what in words.items() if word.startswith(current)}


class Asked(NamedTuple):
    """What only the stack file, git and the daemon know, asked when it is needed."""

    environ: Mapping[str, str]
    folder: Path
    file: str | None = None

    def about(self, words: Sequence[str]) -> Asked:
        """The same, of the stack file that the words name."""
        after = [value for flag, value in pairwise(words) if flag == "--file"]
        after += [word.removeprefix("--file=") for word in words if word.startswith("--file=")]
        return Asked(self.environ, self.folder, after[-1] if after else None)

    def values(self, kind: Any, current: str) -> Candidates:
        """The candidates of a kind; a list is the candidates themselves."""
        if isinstance(kind, list):
            return Candidates(words=_beginning(current, dict.fromkeys(kind, "")))
        if kind in ("files", "folders"):
            return Candidates(kind)
        if kind == "environments":
            return Candidates(words=self._environments(current))
        names = self._projects() if kind == "projects" else self._services() if kind in ("services", "places") else {}
        if kind == "places":
            services = {f"{name}:": what for name, what in names.items()}
            return Candidates("values" if ":" in current else "places", _beginning(current, services))
        return Candidates(words=_beginning(current, names))

    def _environments(self, current: str) -> dict[str, str]:
        """Those of the daemon and of the branches here; what begins like a branch's own name finds it too."""
        from envctl import labels
        from envctl.planning.names import environment_name
        from envctl.world.glance import branches

        project = self._project()
        refs = {environment_name(ref): ref for ref in branches(self.folder)}
        for own in self._containers():
            if project in (None, own.get(labels.PROJECT)):
                refs.setdefault(own.get(labels.ENVIRONMENT, ""), own.get(labels.BRANCH, ""))
        short = {name: ref.removeprefix("refs/heads/") for name, ref in refs.items()}
        fits = {n: b for n, b in short.items() if n.startswith(current) or b.startswith(current)}
        return {name: _plain(branch) for name, branch in sorted(fits.items()) if _SAFE.fullmatch(name)}

    def _projects(self) -> dict[str, str]:
        from envctl import labels

        names = {own.get(labels.PROJECT, "") for own in self._containers()}
        return {name: "" for name in sorted(names) if _SAFE.fullmatch(name)}

    def _services(self) -> dict[str, str]:
        """Those of the stack file, and those that run in one of its project's environments."""
        from envctl import labels
        from envctl.world.glance import stack_document

        tables = _table(stack_document(self.folder, self.file), "services")
        found = {name: str(own.get("kind", "app")) for name, own in tables.items() if isinstance(own, dict)}
        project = self._project()
        for own in self._containers() if project else ():
            if own.get(labels.PROJECT) == project:
                found.setdefault(own.get(labels.SERVICE, ""), own.get(labels.KIND, ""))
        return {name: _plain(kind) for name, kind in sorted(found.items()) if _SAFE.fullmatch(name)}

    def _project(self) -> str | None:
        from envctl.world.glance import stack_document

        name = _table(stack_document(self.folder, self.file), "project").get("name")
        return name if isinstance(name, str) else None

    def _containers(self) -> list[dict[str, str]]:
        from envctl.world.glance import containers

        return containers(self.environ)


def _table(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = document.get(key)
    return found if isinstance(found, dict) else {}


def _plain(text: str) -> str:
    """A description on one line, in nothing but letters that are drawn."""
    return "".join(c if c.isprintable() else "�" for c in text)[:80]
