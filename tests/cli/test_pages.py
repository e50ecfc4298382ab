"""Command lines that the pages show are command lines that envctl accepts."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.made_up import Envctl, Ops

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/[!r]*/*.md"))]  # those of the reference are written from the code
BLOCK = re.compile(r"^```(?:sh|console|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?:^|[$&] |run: )envctl ([a-z].*?)(?= && | +#|$)", re.MULTILINE)


def shown(page: Path) -> list[str]:
    """What stands after `envctl` in the page's blocks."""
    return [line for block in BLOCK.findall(page.read_text("utf-8")) for line in CALL.findall(block)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_shown_commands_are_accepted(envctl: Envctl, ops: Ops, page: Path) -> None:
    """Each of them, with its options."""
    for line in shown(page):
        ran = envctl(*shlex.split(line))
        assert 0 == ran.status, f"envctl {line}\n{ran.err}"


def test_commands_are_found_wherever_they_stand(tmp_path: Path) -> None:
    """Behind a prompt, behind another command, before a comment, in a job."""
    page = tmp_path / "page.md"
    page.write_text(
        "```sh\ngit switch a && envctl up\nenvctl ls   # all\n$ envctl down\n  - run: envctl seed db\n```\n"
    )
    assert ["up", "ls", "down", "seed db"] == shown(page)
