"""The script that copies, in folders of this machine: what its words may say, and what it refuses."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from envctl.snapshots import SCRIPT


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    argv = ["sh", "-c", SCRIPT, "envctl", *map(str, words)]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def tree(folder: Path) -> dict[str, str]:
    """Its files and what is in them."""
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_what_was_there_goes_and_several_are_copied(tmp_path: Path) -> None:
    """Hidden files too; folders that are not there are made; the originals stay."""
    for name in "ab":
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "file").write_text(name)
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / ".old").write_text("old")
    assert 0 == run("copy", tmp_path / "a", tmp_path / "to", "copy", tmp_path / "b", tmp_path / "x" / "y").returncode
    assert {"deep/file": "a"} == tree(tmp_path / "to") == tree(tmp_path / "a")
    assert {"deep/file": "b"} == tree(tmp_path / "x" / "y")


def test_a_folder_is_removed(tmp_path: Path) -> None:
    """And only that one; once more is no error."""
    (tmp_path / "gone" / "deep").mkdir(parents=True)
    (tmp_path / "stays").mkdir()
    for _ in range(2):
        assert 0 == run("remove", "-", tmp_path / "gone").returncode
    assert ["stays"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("odd", ["-rf", "$(touch code)", "`touch code`", "a b", "'; touch code; '", "two\nlines", "*"])
def test_a_path_is_never_read_as_code(tmp_path: Path, odd: str) -> None:
    """Nor as an option, nor as a pattern."""
    source, target = tmp_path / odd, tmp_path / "to" / odd
    source.mkdir()
    (source / odd).write_text("in it")
    assert 0 == run("copy", source, target).returncode
    assert {odd: "in it"} == tree(target)
    assert {odd, "to"} == {path.name for path in tmp_path.iterdir()}
    assert not Path("code").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("copy", "/from"),
        ("copy", "-rf", "/to"),
        ("copy", "from", "/to"),
        ("copy", "/from", "to"),
        ("copy", "/from", "-rf"),
        ("copy", "-", "/to"),
        ("copy", "", "/to"),
        ("remove", "-", ""),
        ("remove", "-", "to"),
        ("touch code", "/from", "/to"),
        ("-rf", "/from", "/to"),
    ],
)
def test_what_is_no_copy_is_refused(words: tuple[str, ...]) -> None:
    """With a status of its own, and before anything is touched."""
    ran = run(*words)
    assert 64 == ran.returncode
    assert ran.stderr.startswith("envctl: ")


def test_a_copy_that_fails_stops_the_rest(tmp_path: Path) -> None:
    """Its status tells, and what comes after it is left alone."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "file").write_text("b")
    assert 0 != run("copy", tmp_path / "none", tmp_path / "to", "copy", tmp_path / "b", tmp_path / "later").returncode
    assert not (tmp_path / "later").exists()
