"""What the pages point to is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def pages() -> list[str]:
    """Every page that git knows of, and those that are about to be."""
    argv = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def anchors(page: Path) -> set[str]:
    """What can be jumped to, as GitHub makes it from headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path) -> list[str]:
    """The page's links that lead nowhere. Those to other sites are not followed."""
    found = []
    for link in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if "://" in link or link.startswith("mailto:"):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(page: str) -> None:
    """To a file of the repository, and to a heading of it where one is named."""
    assert [] == broken(ROOT / page)


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    """A missing file and a missing heading; what stands in code is no link."""
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[a](page.md#here) [b](gone.md) [c](#there)\n`[e](f)` [`b`](gone.md)\n```\n[d](code.md)\n```\n"
    )
    assert ["gone.md", "#there", "gone.md"] == broken(page)
