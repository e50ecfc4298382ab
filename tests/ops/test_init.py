"""What `init` writes."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.cli.init import Ci, Template
from envctl.errors import EnvctlError
from envctl.events import nobody
from envctl.ops.init import drawn, init
from envctl.ops.setting import anywhere
from envctl.planning.names import project_name
from envctl.stack import load, missing_files
from envctl.stack.model import PROJECT

TEMPLATES = Path(__file__).parents[2] / "templates"


def test_every_template_is_offered() -> None:
    """The command's choices are the folders of templates/, and of templates/ci."""
    assert {folder.name for folder in TEMPLATES.iterdir()} - {"ci"} == set(Template)
    assert {folder.name for folder in (TEMPLATES / "ci").iterdir()} == set(Ci)


@pytest.mark.parametrize("template", Template)
def test_a_template_is_a_sound_stack(template: str, tmp_path: Path) -> None:
    """Its stack file is valid as it stands and as it is written, and every file that it names is there."""
    assert template == load(TEMPLATES / template / "envctl.toml").project
    begun = init(anywhere(nobody), tmp_path / "My Shop", template)
    stack = load(tmp_path / "My Shop" / "envctl.toml")
    assert ("my-shop", "my-shop") == (begun.project, stack.project)
    assert () == tuple(missing_files(stack, ()))
    assert "envctl.toml" == begun.files[0]
    assert all((tmp_path / "My Shop" / path).is_file() for path in begun.files)


def test_nothing_but_the_name_differs_from_the_template() -> None:
    """What is written is what is tested in templates/, the project's name aside."""
    files = drawn("api", "notes")
    stack = files.pop(PurePosixPath("envctl.toml"))
    assert b'name = "notes"' in stack
    assert (TEMPLATES / "api/envctl.toml").read_bytes() == stack.replace(b'"notes"', b'"api"')
    assert {path: (TEMPLATES / "api" / path).read_bytes() for path in files} == files


def test_twice_changes_nothing(tmp_path: Path) -> None:
    """A second `init` lists every file and leaves each as it is, also what was changed meanwhile."""
    begun = init(anywhere(nobody), tmp_path, "api")
    (tmp_path / "envctl.toml").write_text("mine")
    with pytest.raises(EnvctlError) as caught:
        init(anywhere(nobody), tmp_path, "full")
    assert {"envctl.toml", "api/main.py"} <= set(caught.value.details)
    assert "mine" == (tmp_path / "envctl.toml").read_text()
    assert set(begun.files) == {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}


@given(st.text())
def test_any_folder_s_name_gives_a_project_s_name(folder: str) -> None:
    """Whatever the folder is called, the stack file that names its project is valid."""
    assert re.fullmatch(PROJECT, project_name(folder))


@pytest.mark.parametrize(
    ("folder", "project"),
    [("shop", "shop"), ("My Shop!", "my-shop"), ("2nd-try", "nd-try"), ("日本", "project"), ("", "project")],
)
def test_a_project_is_called_after_its_folder(folder: str, project: str) -> None:
    """Folded, as far as the rule for names goes."""
    assert project == project_name(folder)
