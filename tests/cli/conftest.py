"""The front against made-up ops: what is printed and returned, without a stack, git or Docker."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from envctl.cli.boundary import enter
from tests.cli.made_up import ANSWERS, Envctl, Ops, Ran


@pytest.fixture
def ops(monkeypatch: pytest.MonkeyPatch) -> Ops:
    """Made-up ops in place of the real ones, which are not even loaded."""
    made_up = Ops()
    modules: dict[str, dict[str, Any]] = {
        "setting": {"here": made_up.set_here, "anywhere": made_up.set_here},
        "target": {"target": made_up.set_target},
    }
    for op in ANSWERS:
        module, _, name = op.rpartition(".")
        modules.setdefault(module, {})[name] = _op(made_up, op)
    for module, names in modules.items():
        fake = ModuleType(f"envctl.ops.{module}")
        vars(fake).update(names)
        monkeypatch.setitem(sys.modules, fake.__name__, fake)
    return made_up


def _op(made_up: Ops, op: str) -> Callable[..., Any]:
    return lambda *args, **named: made_up.answer(op, args, named)


@pytest.fixture
def envctl(ops: Ops, capsys: pytest.CaptureFixture[str]) -> Envctl:
    """Run a command line in this process."""

    def run(*words: str) -> Ran:
        capsys.readouterr()
        status = enter(words)
        said = capsys.readouterr()
        return Ran(status, said.out, said.err)

    return run
