"""The script that copies, in folders of this machine: what its words may say, and what it refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from envctl.snapshots import COPIED, SCRIPT, awaiting


def run(*words: str | Path, programs: Path | None = None) -> subprocess.CompletedProcess[str]:
    """With the programs of a folder before all others."""
    argv = ["sh", "-c", SCRIPT, "envctl", *map(str, words)]
    path = os.environ["PATH"] if programs is None else f"{programs}:{os.environ['PATH']}"
    return subprocess.run(argv, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path})


def program(folder: Path, name: str, text: str) -> None:
    """A program that does what it is told here, in a folder of its own."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


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


def filled(folder: Path, *names: str) -> list[Path]:
    """Folders with a file that says which, one of them hidden."""
    for name in names:
        (folder / name / "deep").mkdir(parents=True)
        (folder / name / "deep" / "file").write_text(name)
        (folder / name / f".{name}").write_text(name)
    return [folder / name for name in names]


def test_what_was_there_is_aside_until_all_is_copied(tmp_path: Path) -> None:
    """Only after that is said is it removed, which takes time."""
    a, b, to, further = filled(tmp_path, "a", "b", "to", "further")
    for name in ("rm", "cp"):
        program(tmp_path / "programs", name, f'echo "{name}" "$@"\nexec {shutil.which(name)} "$@"')
    ran = run("copy", a, to, "copy", b, further, programs=tmp_path / "programs")
    assert (0, "") == (ran.returncode, ran.stderr)
    began, _, after = ran.stdout.partition(f"{COPIED}\n")
    copied, removed = (
        [f"cp -a {a}/. {to}/", f"cp -a {b}/. {further}/"],
        [f"rm -rf {one}~" for one in (to, further)],
    )
    assert copied == [line for line in began.splitlines() if line.startswith("cp")]
    assert removed == after.splitlines()


def awaited(*words: str | Path, said: str, programs: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The script that waits for a word, and what it is told."""
    argv = ["sh", "-c", awaiting("begin"), "envctl", *map(str, words)]
    path = os.pathsep.join([*([str(programs)] if programs else []), os.environ["PATH"]])
    environ = {**os.environ, "PATH": path}
    return subprocess.run(argv, input=said, env=environ, capture_output=True, text=True, check=False)


def test_a_copy_is_made_before_the_word_and_only_moved_after_it(tmp_path: Path) -> None:
    """Until then what is there stays as it is."""
    source, to = filled(tmp_path, "a", "to")
    program(tmp_path / "programs", "cp", f'exec {shutil.which("cp")} "$@"\n')
    program(tmp_path / "programs", "mv", f'cat "{to}/deep/file" "{to}~new/deep/file"\nexec {shutil.which("mv")} "$@"')
    ran = awaited("copy", source, to, said="begin\n", programs=tmp_path / "programs")
    assert (0, "") == (ran.returncode, ran.stderr.replace(f"cat: {to}/deep/file: No such file or directory\n", ""))
    assert ran.stdout.startswith("toa")
    assert ran.stdout.endswith(f"{COPIED}\n")
    assert tree(source) == tree(to)
    assert {"a", "to", "programs"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("said", ["", "another\n"])
def test_without_the_word_what_is_there_stays(tmp_path: Path, said: str) -> None:
    """The next that copies removes what was made aside, and never believes it."""
    source, to = filled(tmp_path, "a", "to")
    before = tree(to)
    assert 75 == awaited("copy", source, to, said=said).returncode
    assert before == tree(to)
    (tmp_path / "to~new" / "deep" / "file").write_text("half")
    assert 0 == run("copy", source, to).returncode
    assert tree(source) == tree(to)
    assert {"a", "to"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("how", ["copy", "overlay"])
def test_nothing_that_was_put_aside_stays(tmp_path: Path, how: str) -> None:
    """Of this run, nor of one that died before it was done: half of what was there may be aside still."""
    source, to = filled(tmp_path, "a", "to")
    upper = to / "upper" if how == "overlay" else to
    for left in (upper, upper.with_name(f"{upper.name}~")):
        (left / "left").mkdir(parents=True)
        (left / "left" / ".file").write_text("left")
    ran = run(how, source, to)
    assert (0, "") == (ran.returncode, ran.stderr)
    assert [] == list(tmp_path.rglob("*~"))
    assert ({} if how == "overlay" else tree(source)) == tree(upper)
    assert [COPIED] == ran.stdout.splitlines()


def test_what_a_run_left_aside_is_not_removed_before_all_is_copied(tmp_path: Path) -> None:
    """That takes time, and may be what the run before is at."""
    source, to = filled(tmp_path, "a", "to")
    for left in ("to~", "to~~"):
        (tmp_path / left).mkdir()
    program(tmp_path / "programs", "cp", f'ls -d "{to}"~*; exec {shutil.which("cp")} "$@"')
    ran = run("copy", source, to, programs=tmp_path / "programs")
    assert (0, [f"{to}~", f"{to}~~", f"{to}~~~", COPIED]) == (ran.returncode, ran.stdout.splitlines())
    assert {"a", "to", "programs"} == {path.name for path in tmp_path.iterdir()}


def test_a_run_that_died_at_any_step_is_made_good(tmp_path: Path) -> None:
    """The next one ends where an undisturbed one ends, whatever the first had come to."""
    source, to = filled(tmp_path, "a", "to")
    programs = tmp_path / "programs"
    for number, name in enumerate(("rm", "mkdir", "mv", "cp"), 1):
        program(programs, name, f'kill -9 $PPID; exec {shutil.which(name)} "$@"')
        (to / str(number)).mkdir()
        assert -9 == run("copy", source, to, programs=programs).returncode
        (programs / name).unlink()
        assert 0 == run("copy", source, to).returncode
        assert tree(source) == tree(to)
        assert [] == list(tmp_path.rglob("*~"))


def test_a_folder_that_cannot_be_moved_is_emptied_where_it_is(tmp_path: Path) -> None:
    """As a volume's root is, on which something is mounted: it stays, and what was in it does not."""
    source, to = filled(tmp_path, "a", "to")
    (to / "-rf").mkdir()
    (to / "two\nlines").write_text("x")
    before = to.stat().st_ino
    program(tmp_path / "programs", "mv", "echo 'mv: Device or resource busy' >&2; exit 1")
    ran = run("copy", source, to, programs=tmp_path / "programs")
    assert (0, "") == (ran.returncode, ran.stderr)
    assert before == to.stat().st_ino
    assert tree(source) == tree(to)
    assert {"deep", ".a"} == {path.name for path in to.iterdir()}
    assert [] == list(tmp_path.rglob("*~"))
