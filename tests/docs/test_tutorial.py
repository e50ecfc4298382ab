"""The tutorial is true: every command in it runs, one after the other, and what it shows comes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scenarios.stage import Stage

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "shop.md"
MARK = "-- tutorial --"


@dataclass(frozen=True)
class Command:
    """A command line and what the page shows below it; `…` stands for any lines."""

    line: str
    shown: tuple[str, ...]


def commands(page: str) -> Iterator[Command]:
    """What `console` blocks have after each `$`."""
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *shown = part.rstrip("\n").split("\n")
            yield Command(line, tuple(shown))


def gist(line: str) -> str:
    """A line without what differs from run to run: ports, ages, hashes, the width of columns."""
    return re.sub(r"\d+( min| s| h)?", "#", re.sub(r"-[0-9a-f]{8}\b", "-#", " ".join(line.split())))


def differs(shown: tuple[str, ...], printed: list[str]) -> str | None:
    """The first line that was promised and did not come in its turn."""
    rest = iter([gist(line) for line in printed])
    return next((line for line in shown if line != "…" and gist(line) not in rest), None)


def test_shown_lines_are_compared_loosely_but_in_order() -> None:
    """Numbers may differ, words and order may not."""
    printed = ["shop / main-f921bd05: running", "", "web   http://127.0.0.1:29465"]
    assert differs(("shop / main-00000000: running", "…", "web http://127.0.0.1:1"), printed) is None
    assert "api" == differs(("api",), printed)
    assert "shop / main-f921bd05: running" == differs(("web http://127.0.0.1:1", printed[0]), printed)


@pytest.mark.docker
def test_every_command_of_the_tutorial(stage: Stage) -> None:
    """In one shell, from a copy of the example whose project is nobody else's."""
    clone, home = stage.folder / "clone", stage.folder / "home"
    home.mkdir()
    shutil.copytree(ROOT / "examples", clone / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    file = clone / "examples" / "shop" / "envctl.toml"
    file.write_text(file.read_text("utf-8").replace('name = "shop"', f'name = "{stage.project}"'), "utf-8")
    told = list(commands(TUTORIAL.read_text("utf-8").replace("shop / ", f"{stage.project} / ")))
    script = "\n".join(f"{_own(c.line, stage)} || exit 1\necho '{MARK}'" for c in told)
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path("~/.config").expanduser())
    somebody = {"GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com"}
    environ = {
        **stage.environ,
        **somebody,
        **{name.replace("AUTHOR", "COMMITTER"): value for name, value in somebody.items()},
        "HOME": str(home),
        "XDG_CONFIG_HOME": config,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(["bash", "-c", script], cwd=clone, env=environ, capture_output=True, text=True, check=False)
    printed = done.stdout.split(f"{MARK}\n")
    assert 0 == done.returncode, f"{told[len(printed) - 1].line}\n{printed[-1]}\n{done.stderr}"
    for command, output in zip(told, printed, strict=False):
        shown = tuple(line.replace(" shop ", f" {stage.project} ") for line in command.shown)
        assert differs(shown, output.splitlines()) is None, f"{command.line}\n{output}"


def _own(line: str, stage: Stage) -> str:
    """The database is called after the project, too."""
    return line.replace("--project shop", f"--project {stage.project}").replace(" shop -c", f" {stage.project} -c")
