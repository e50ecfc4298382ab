"""Files with secrets go where nobody else can look, or nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.world.places import lock_folder, private_folder, runtime_folder

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_the_system_says_where_files_in_memory_go(tmp_path: Path) -> None:
    """$XDG_RUNTIME_DIR comes first."""
    assert tmp_path / "envctl" == runtime_folder({"XDG_RUNTIME_DIR": str(tmp_path)})


def test_without_a_word_of_the_system_the_folder_is_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/shm, which is in memory on every Linux; an empty variable none, a missing folder is not made."""
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    for environ in ({"XDG_RUNTIME_DIR": ""}, {}, {"XDG_RUNTIME_DIR": "/run/user/4711/gone"}):
        assert Path("/dev/shm/envctl-4711") == runtime_folder(environ)


def test_locks_lie_where_all_users_look() -> None:
    """No home and no setting of a session changes it, only the variable that is for it."""
    session = {"XDG_RUNTIME_DIR": "/run/user/7", "HOME": "/home/alice", "TMPDIR": "/home/alice/tmp"}
    assert Path("/dev/shm/envctl-locks") == lock_folder(session)
    assert Path("/var/lock/envctl") == lock_folder({**session, "ENVCTL_LOCK_DIR": "/var/lock/envctl"})


def test_a_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    """Whatever the caller's umask says."""
    before = os.umask(0)
    try:
        assert "0o700" == mode(private_folder(tmp_path / "a" / "b"))
    finally:
        os.umask(before)


def test_a_folder_of_ours_is_closed_if_it_was_open(tmp_path: Path) -> None:
    """One that is there already is taken, and others are shut out."""
    (tmp_path / "ours").mkdir(mode=0o755)
    assert "0o700" == mode(private_folder(tmp_path / "ours"))


def refused(path: Path) -> EnvctlError:
    with pytest.raises(EnvctlError) as caught:
        private_folder(path)
    assert Exit.NOT_OURS == caught.value.code
    assert str(path) in caught.value.message
    return caught.value


@as_root
def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    """As one planted in a folder that all may write to; nothing in it is changed."""
    planted = tmp_path / "planted"
    planted.mkdir(mode=0o777)
    planted.chmod(0o777)
    os.chown(planted, 4711, 4711)
    assert "belongs to somebody else" in refused(planted).message
    assert "0o777" == mode(planted)


def test_a_link_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    """Wherever it leads: it may lead elsewhere tomorrow. Where it leads nothing is changed."""
    (tmp_path / "target").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(tmp_path / "target")
    refused(tmp_path / "link")
    assert "0o755" == mode(tmp_path / "target")


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    """Nothing is made where it points."""
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    refused(tmp_path / "link")
    assert not (tmp_path / "gone").exists()


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    """It stays as it is."""
    (tmp_path / "file").write_text("precious")
    refused(tmp_path / "file")
    assert "precious" == (tmp_path / "file").read_text()


def test_a_folder_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    """Such as below a file."""
    (tmp_path / "file").write_text("")
    assert "Not a directory" in refused(tmp_path / "file" / "below").message
