"""Ctrl-C at odd moments: while envctl loads, while it ends, and again."""

from __future__ import annotations

import subprocess
import sys

import pytest

INTERRUPTED = 130

# Runs envctl, which gets Ctrl-C in the moment at which it begins to load a module.
LOADING = """
import os, signal, sys
from importlib.abc import MetaPathFinder
module = sys.argv.pop(1)
class Interrupt(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == module:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
from envctl.__main__ import main
main()
"""

# Runs envctl with a made-up `down` that gets Ctrl-C, and again at a place while it ends.
ENDING = """
import atexit, os, signal, sys
from types import ModuleType
from envctl.__main__ import main
from envctl.cli import boundary, output

place = sys.argv.pop()

def interrupt(*_):
    os.kill(os.getpid(), signal.SIGINT)

class Named:
    def __set_name__(self, owner, name):
        interrupt()

def down(here, **_options):
    if place == "class":
        type("Made", (), {"at": Named()})
    try:
        interrupt()
    finally:
        if place == "work":
            interrupt()

for name, function in {"setting": lambda *_: None, "down": down}.items():
    module = ModuleType(f"envctl.ops.{name}")
    setattr(module, "here" if name == "setting" else name, function)
    sys.modules[module.__name__] = module
match place:
    case "boundary":
        output.wipe_echo = interrupt
    case "report":
        output.say = interrupt
    case "exit":
        atexit.register(interrupt)
main()
"""


def run(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a script to its end."""
    return subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "module",
    ["envctl.cli", "envctl.cli.boundary", "typer", "envctl.cli.app", "envctl.cli.up", "envctl.ops.setting"],
)
def test_ctrl_c_while_envctl_loads(module: str) -> None:
    """Status 130 and no traceback, whatever is being loaded."""
    done = run(LOADING, module, "status")
    assert (INTERRUPTED, "") == (done.returncode, done.stdout)
    assert "Traceback" not in done.stderr


def test_ctrl_c_while_a_class_is_made() -> None:
    """Which Python may take for a fault of the class."""
    done = run(ENDING, "down", "class")
    assert (INTERRUPTED, "") == (done.returncode, done.stdout)
    assert "interrupted" in done.stderr
    assert "failed" not in done.stderr


@pytest.mark.parametrize("place", ["work", "boundary", "report", "exit"])
def test_a_second_ctrl_c(place: str) -> None:
    """Status 130 and no traceback, however far the end has come."""
    done = run(ENDING, "down", place)
    assert (INTERRUPTED, "") == (done.returncode, done.stdout)
    assert "Traceback" not in done.stderr
    assert ("interrupted" in done.stderr) == (place in ("work", "exit"))
