"""What this machine's kernel says of its loop devices."""

from __future__ import annotations

from pathlib import Path

_BLOCK = Path("/sys/block")


def backing_file(link: Path, block: Path = _BLOCK) -> str | None:
    """The file behind the loop device that a link leads to, as the kernel names it; None where there is none."""
    try:
        device = link.resolve(strict=True).name
        return (block / device / "loop" / "backing_file").read_text("utf-8", "replace").rstrip("\n")
    except OSError:
        return None
