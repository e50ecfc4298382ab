"""What the machine has left, read from where it is told."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from envctl.machine import Daemon
from envctl.world.machine import in_memory, open_files, read_machine, size_of

KIB = 1024


def daemon(memory: int, root: Path, kernel: str = os.uname().release) -> Daemon:
    return Daemon("26.1.5", "1.45", memory, str(root), kernel, "2026-01-01T00:00:00Z")


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A machine of 8000 KiB."""
    (tmp_path / "meminfo").write_text(
        "MemTotal:   8000 kB\nMemFree:  10 kB\nMemAvailable:   5000 kB\nHugePages_Total: 0\n"
    )
    return tmp_path


def test_the_daemons_machine_is_this_one(proc: Path) -> None:
    """Same memory, same kernel: what is free here is free there."""
    machine = read_machine(daemon(8000 * KIB, proc), proc)
    disk = os.statvfs(proc)
    assert (5000 * KIB, 8000 * KIB) == (machine.memory, machine.memory_in_all)
    assert machine.disk is not None
    assert abs(disk.f_bavail * disk.f_frsize - machine.disk) < 1 << 30  # others write at the same time
    assert str(proc) == machine.root


@pytest.mark.parametrize("other", [{"memory": 9000 * KIB}, {"memory": 8000 * KIB, "kernel": "5.10.0-vm"}])
def test_another_machine_is_known_by_what_it_says(proc: Path, other: dict[str, object]) -> None:
    """Neither our memory nor our disk is taken for its."""
    machine = read_machine(daemon(root=proc, **other), proc)  # type: ignore[arg-type]
    assert (None, None, other["memory"]) == (machine.memory, machine.disk, machine.memory_in_all)


def test_a_root_that_is_not_here_has_an_unknown_size(proc: Path) -> None:
    """As from a container that only has the daemon's socket."""
    assert read_machine(daemon(8000 * KIB, proc / "absent"), proc).disk is None


@pytest.mark.parametrize("text", [None, "", "nonsense", "MemTotal: many kB"])
def test_a_system_without_meminfo_is_no_failure(tmp_path: Path, text: str | None) -> None:
    """What cannot be read is unknown."""
    if text is not None:
        (tmp_path / "meminfo").write_text(text)
    assert read_machine(daemon(8000 * KIB, tmp_path), tmp_path).memory is None


@pytest.mark.parametrize(("soft", "hard", "had"), [(64, 512, 512), (64, 100_000, 4096), (300, 300, 300)])
def test_the_limit_of_open_files_is_raised(soft: int, hard: int, had: int) -> None:
    """As far as is sensible, and never beyond what is allowed."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip("this process may not have so many files")
    script = (
        f"import resource as r; r.setrlimit(r.RLIMIT_NOFILE, ({soft}, {hard}))\n"
        "from envctl.world.machine import open_files\n"
        "print(open_files(), r.getrlimit(r.RLIMIT_NOFILE)[0])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert f"{had} {had}" == said.strip()


def test_raising_it_again_changes_nothing() -> None:
    """It has been done."""
    assert open_files() == open_files()


def test_the_size_of_a_dump(tmp_path: Path) -> None:
    """Of a file, of all files of a folder; what is not there has none."""
    (tmp_path / "folder").mkdir()
    for name in ("one", "folder/two"):
        (tmp_path / name).write_bytes(b"x" * 1000)
    assert 1000 == size_of(tmp_path / "one")
    assert 1000 == size_of(tmp_path / "folder")
    assert 0 == size_of(tmp_path / "absent")


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="this system has no /dev/shm")
def test_whether_a_folder_lies_in_memory() -> None:
    """Also one that is not there yet; the disk is none."""
    assert in_memory(Path("/dev/shm/envctl-no/such/folder"))
    assert in_memory(Path("/usr")) is False
