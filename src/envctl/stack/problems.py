"""What is wrong in a stack file: where, what, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.stack.lines import Key, Lines

SHOWN = 50  # more are counted, not listed
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_GUESSED = 80


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong at a key of the stack file."""

    path: str
    line: int | None
    message: str
    hint: str = ""
    guess: str = ""

    def show(self, file: str) -> str:
        """`envctl.toml:12: services.api.port: 99999 is not a port (1–65535)`."""
        where = f"{file}:{self.line}" if self.line else file
        shown = ": ".join(part for part in (where, self.path, self.message) if part)
        shown += f"; did you mean {self.guess}?" if self.guess else ""
        return f"{shown} ({self.hint})" if self.hint else shown


def dotted(key: Key) -> str:
    """The key as people write it: `services.api.needs[1]`, names with dots in quotes."""
    shown = ""
    for part in key:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += ("." if shown else "") + (part if _BARE.fullmatch(part) else f'"{part[:80]}"')
    return shown


def guessed(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or nothing."""
    if len(word) > _LONGEST_GUESSED:
        return ""
    folded = {name.lower().replace("_", "-"): name for name in known}
    close = get_close_matches(word.lower().replace("_", "-"), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


class Notes:
    """Collects the problems of one file."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._found: list[Problem] = []

    def add(self, key: Key, message: str, *, hint: str = "", guess: str = "") -> None:
        """Note a problem at a key."""
        self._found.append(Problem(dotted(key), self._lines.find(key), message, hint, guess))

    def guess(self, word: str, known: Iterable[str]) -> str:
        """The known word that was probably meant. A guess takes its time, so none beyond what is shown."""
        return guessed(word, known) if len(self) < SHOWN else ""

    def __len__(self) -> int:
        return len(self._found)

    def problems(self) -> tuple[Problem, ...]:
        """All of them, each once, in the order of the file."""
        return tuple(sorted(dict.fromkeys(self._found), key=lambda problem: problem.line or 0))


def refused(path: Path, problems: Sequence[Problem]) -> EnvctlError:
    """All problems of a file as one error."""
    lines = [problem.show(path.name) for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        lines.append(f"… and {len(problems) - SHOWN} more")
    count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    return EnvctlError(
        Exit.STACK_FILE,
        f"{path} has {count}",
        details=tuple(lines),
        unchanged="Nothing was started or changed.",
        hint="correct the file and run the same command again; `envctl schema` prints what it may hold",
    )
