"""The reference pages say what the code says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envctl.cli.app import COMMANDS
from envctl.cli.completing import KNOWN
from envctl.cli.reference import MEANING, checks, commands, completions, exit_statuses, files, labels
from envctl.errors import Exit

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


PAGES = [
    ("commands.md", commands),
    ("exit-statuses.md", exit_statuses),
    ("doctor.md", checks),
    ("labels.md", labels),
    ("files.md", files),
]


@pytest.mark.parametrize(("page", "written"), PAGES)
def test_the_pages_are_fresh(page: str, written: object) -> None:
    """The committed page is what the code writes: `python -m envctl.cli.reference docs/reference`."""
    assert callable(written)
    assert written() == (REFERENCE / page).read_text(encoding="utf-8")


def test_what_completion_knows_is_fresh() -> None:
    """Every command, option and argument there is: `python -m envctl.cli.reference docs/reference` writes it."""
    assert completions() == json.loads(KNOWN.read_text(encoding="utf-8"))


def test_every_exit_status_has_a_meaning() -> None:
    """No status without an explanation, no explanation of a status that is gone."""
    assert set(Exit) == set(MEANING)


def test_every_command_has_a_section() -> None:
    """The page has one section a command, in the order of `--help`."""
    sections = [line.removeprefix("## ") for line in commands().splitlines() if line.startswith("## ")]
    assert list(COMMANDS) == sections
