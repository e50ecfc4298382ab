"""What the kernel says of loop devices, told from folders made like its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from envctl.world.loops import backing_file


def block(tmp_path: Path, said: str) -> Path:
    """A folder such as /sys/block, with one loop device that has a file."""
    folder = tmp_path / "block"
    (folder / "loop7" / "loop").mkdir(parents=True)
    (folder / "loop7" / "loop" / "backing_file").write_text(said)
    (folder / "vda").mkdir()
    return folder


@pytest.mark.parametrize(
    ("device", "expected"),
    [("loop7", "/pool/ab.xfs"), ("vda", None), ("loop8", None)],
)
def test_the_file_behind_a_link(tmp_path: Path, device: str, expected: str | None) -> None:
    """It is that of the device the link leads to; a disk has none, nor has a loop device that was let go."""
    (tmp_path / device).touch()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / device)
    assert expected == backing_file(link, block(tmp_path, "/pool/ab.xfs\n"))


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    """After a restart there is no link, or no device behind it: no file either."""
    folder = block(tmp_path, "/pool/ab.xfs\n")
    (tmp_path / "link").symlink_to(tmp_path / "loop9")
    assert [None, None] == [backing_file(tmp_path / name, folder) for name in ("link", "absent")]


def test_a_file_that_was_removed_is_another_one(tmp_path: Path) -> None:
    """The kernel says so behind its name, which then is not the pool's any more."""
    (tmp_path / "loop7").touch()
    found = backing_file(tmp_path / "loop7", block(tmp_path, "/pool/ab.xfs (deleted)\n"))
    assert found is not None
    assert not found.endswith("/ab.xfs")
