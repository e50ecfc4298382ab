"""Files that are written whole or not at all, and never over anything."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.world.files import write_new

FILES = {PurePosixPath(path): path.encode() for path in ("envctl.toml", "api/main.py", "api/site/index.html")}


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder; what is no file has no content."""
    found = ((p, p.relative_to(folder).as_posix()) for p in sorted(folder.rglob("*")))
    return {name: None if p.is_symlink() or p.is_dir() else p.read_bytes() for p, name in found}


def refused(folder: Path) -> EnvctlError:
    """What is said, after seeing that nothing was touched."""
    before = tree(folder)
    with pytest.raises(EnvctlError) as caught:
        write_new(folder, FILES)
    assert before == tree(folder)
    return caught.value


def test_every_file_is_written_and_folders_made(tmp_path: Path) -> None:
    """The folder itself too, where it is not there."""
    write_new(tmp_path / "new" / "one", FILES)
    found = tree(tmp_path / "new" / "one")
    assert FILES == {PurePosixPath(path): content for path, content in found.items() if content is not None}


def test_what_stands_beside_is_left_alone(tmp_path: Path) -> None:
    """A folder that is there is used, and what else is in it stays."""
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "mine.py").write_bytes(b"mine")
    write_new(tmp_path, FILES)
    assert {"api/mine.py": b"mine", "api/main.py": b"api/main.py"}.items() <= tree(tmp_path).items()


def test_everything_in_the_way_is_listed(tmp_path: Path) -> None:
    """Files, folders in a file's place, and links that lead nowhere; nothing is written."""
    (tmp_path / "envctl.toml").mkdir()
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "main.py").symlink_to("nowhere")
    error = refused(tmp_path)
    assert (Exit.NOT_OURS, ("api/main.py", "envctl.toml")) == (error.code, error.details)


def test_a_file_in_a_folder_s_place_is_in_the_way(tmp_path: Path) -> None:
    """It is named once, not each file that was to go below it."""
    (tmp_path / "api").write_bytes(b"mine")
    assert ("api",) == refused(tmp_path).details


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link in a folder's place would lead our files out of the folder."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "api").symlink_to(tmp_path / "elsewhere")
    assert ("api",) == refused(tmp_path / "here").details
    assert [] == list((tmp_path / "elsewhere").iterdir())


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """When one file cannot be written, those before it go, and the folders made for them."""
    (tmp_path / "mine").write_bytes(b"mine")
    files = {**FILES, PurePosixPath("x" * 300): b""}  # longer than any file's name may be
    with pytest.raises(EnvctlError) as caught:
        write_new(tmp_path, files)
    assert {"mine": b"mine"} == tree(tmp_path)
    assert "File name too long" in caught.value.message


def test_a_file_in_the_folder_s_own_place_is_said(tmp_path: Path) -> None:
    """A DIR that is a file is refused, and stays as it is."""
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(EnvctlError) as caught:
        write_new(tmp_path / "file", FILES)
    assert Exit.USAGE == caught.value.code
    assert b"mine" == (tmp_path / "file").read_bytes()
