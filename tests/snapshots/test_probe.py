"""What is read of the probe's words, and that the probe says them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from envctl.measure import Cost
from envctl.snapshots import probe

PLAIN = "plain touch 10.00 10.25"


def test_seconds_are_those_between_two_looks_at_a_clock() -> None:
    """The first write counts for a whole GiB, less what it costs in a file that shares nothing."""
    lines = ("67108864 bytes copied", PLAIN, "overlay clone 20.5 20.75", "overlay touch 30.00 30.50")
    assert Cost("overlay", clone=0.25, touch=4.0) == probe.read("overlay", lines)


def test_what_is_as_quick_as_in_any_file_costs_nothing() -> None:
    """A write that takes as long as a plain one, or seems quicker, is free."""
    assert 0.0 == probe.read("reflink", (PLAIN, "reflink clone 1 2", "reflink touch 3 3.252")).touch
    assert 0.0 == probe.read("reflink", (PLAIN, "reflink clone 1 2", "reflink touch 3 3.1")).touch


def test_a_clock_that_was_set_back_measures_nothing() -> None:
    """No time is less than none."""
    assert 0.0 == probe.read("copy", ("copy clone 20 10", "copy touch 3 2")).clone


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), "it was not tried"),
        (("overlay clone 1 2",), "it was not tried"),
        (("overlay why",), "it failed without a word"),
        (("overlay why mount: no such device",), "mount: no such device"),
        (("overlay clone 1 2", "overlay why what was copied differs", "overlay touch 3 4"), "what was copied differs"),
        (
            ("overlay why cp: failed to clone '/to/0/x' from '/from/0/x': Operation not supported",),
            "files cannot share what they hold (Operation not supported)",
        ),
        (("copy clone 1 2", "copy touch 3 4"), "it was not tried"),
    ],
)
def test_what_cannot_be_done_says_why(lines: tuple[str, ...], why: str) -> None:
    """In the program's own words where it had any; what was said of another way says nothing of this one."""
    assert Cost("overlay", why=why) == probe.read("overlay", lines)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A small original."""
    (tmp_path / "base").mkdir()
    assert run("fill", str(tmp_path / "base"), "2", "5")
    return tmp_path / "base"


def run(*words: str) -> list[str]:
    argv = ["sh", "-c", probe.PROBE, "envctl", *probe.words(words)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert 0 == ran.returncode, ran.stderr
    return ran.stdout.splitlines()


def test_a_copy_is_made_and_written_to(base: Path) -> None:
    """By the script that clones are made with; the probe knows how long everything took."""
    layout = ("copy", str(base), str(base.parent / "to"))
    lines = [*run(*probe.clone(layout)), *run(*probe.touch("copy", layout[2], str(base)))]
    assert probe.read("copy", lines).able
    assert 0 < probe.took(lines) < 60
    assert (base / "4").read_bytes() == (base.parent / "to" / "4").read_bytes()
    assert (base / "large").read_bytes() != (base.parent / "to" / "large").read_bytes()


def test_what_is_no_copy_of_its_own_is_found_out(base: Path) -> None:
    """What is another file, or the same one under another name, is no way to copy."""
    other, same = base.parent / "other", base.parent / "same"
    other.mkdir()
    (other / "large").write_bytes(bytes(1 << 20))
    same.symlink_to(base)
    found = [run(*probe.touch("overlay", str(folder), str(base))) for folder in (other, same)]
    assert ["what was copied differs", "what is written to a copy changes the original"] == [
        probe.read("overlay", ["overlay clone 1 2", *lines]).why for lines in found
    ]


def test_what_cannot_be_copied_ends_the_way_not_the_probe(base: Path) -> None:
    """It says why, and the others are tried."""
    lines = run(
        *probe.clone(("nonsense", str(base), "/to")), *probe.clone(("copy", str(base), str(base.parent / "to")))
    )
    assert "envctl: nonsense is no way to copy" == probe.read("nonsense", lines).why
    assert any(line.startswith("copy clone ") for line in lines)


def test_what_others_left_long_ago_goes(tmp_path: Path) -> None:
    """What is younger stays: somebody may work on it."""
    (tmp_path / "young").mkdir()
    run(*probe.stale(str(tmp_path), 10))
    assert [tmp_path / "young"] == list(tmp_path.iterdir())
    old = tmp_path / "young"
    subprocess.run(["touch", "-d", "1 hour ago", str(old)], check=True)
    run(*probe.stale(str(tmp_path), 10))
    assert [] == list(tmp_path.iterdir())
    run(*probe.remove(str(tmp_path)))
    assert not tmp_path.exists()
