"""What `init --ci` writes, and where it writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from envctl.cli.init import Ci
from envctl.errors import EnvctlError, Exit
from envctl.events import nobody
from envctl.ops.init_ci import init_ci
from envctl.ops.setting import anywhere
from envctl.reports.begun import Begun
from tests.scenarios.stage import git

ROOT = Path(__file__).parents[2]
STACK = '[project]\nname = "shop"\n[services.app]\nimage = "none"\n'
GITHUB = {
    ".github/actions/envctl/action.yml",
    ".github/workflows/envctl.yml",
    ".github/workflows/envctl-gc.yml",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One that has a stack file."""
    (tmp_path / "envctl.toml").write_text(STACK)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    return tmp_path


def write(folder: Path, service: str) -> Begun:
    return init_ci(anywhere(nobody), folder, service)


def below(folder: Path) -> dict[str, str]:
    """Every file, and what is in it."""
    found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


@pytest.mark.parametrize("service", Ci)
def test_the_files_are_there_with_the_project_s_name(repository: Path, service: str) -> None:
    """Beside the stack file, each as it was said, and what gc is for is the stack's project."""
    begun = write(repository, service)
    files = below(repository)
    assert ("shop", None, True) == (begun.project, begun.template, begun.in_git)
    assert {"envctl.toml", *begun.files} == set(files)
    assert 1 == sum(text.count('"shop"') for path, text in files.items() if path != "envctl.toml")
    assert not any("my-project" in text for text in files.values())


def test_github_gets_its_action_too(repository: Path) -> None:
    """Two workflows and the action that they use, so that nothing has to be fetched from elsewhere."""
    assert GITHUB == set(write(repository, "github").files)


def test_the_action_is_one() -> None:
    """Others use it from the top of this repository, and `init` writes the same."""
    written = ROOT / "templates/ci/github/.github/actions/envctl/action.yml"
    assert (ROOT / "action.yml").read_bytes() == written.read_bytes()


def test_nothing_is_written_over(repository: Path) -> None:
    """Where one file is in the way none is written, and it is named."""
    standing = repository / ".github/workflows/envctl.yml"
    standing.parent.mkdir(parents=True)
    standing.write_text("mine")
    before = below(repository)
    with pytest.raises(EnvctlError) as caught:
        write(repository, "github")
    assert Exit.NOT_OURS == caught.value.code
    assert (".github/workflows/envctl.yml",) == caught.value.details
    assert before == below(repository)


def test_gitlab_s_own_file_stays(repository: Path) -> None:
    """Who has a .gitlab-ci.yml includes ours in it."""
    (repository / ".gitlab-ci.yml").write_text("mine")
    assert (".gitlab/envctl.yml",) == write(repository, "gitlab").files
    assert "mine" == (repository / ".gitlab-ci.yml").read_text()


def test_from_a_folder_below_they_go_to_the_top(repository: Path) -> None:
    """The stack file is looked for as by every other command."""
    (repository / "web").mkdir()
    assert str(repository) == write(repository / "web", "github").folder


def test_a_stack_in_a_folder_of_its_repository_is_refused(tmp_path: Path) -> None:
    """CI would never read what was written there."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/envctl.toml").write_text(STACK)
    with pytest.raises(EnvctlError) as caught:
        write(tmp_path / "shop", "github")
    assert Exit.USAGE == caught.value.code
    assert ["shop/envctl.toml"] == list(below(tmp_path))


@pytest.mark.parametrize("stack", [None, "[project]\nname = 7\n"])
def test_without_a_sound_stack_file_nothing_is_written(tmp_path: Path, stack: str | None) -> None:
    """None at all, or one that no command takes."""
    git(tmp_path, "init", "--quiet")
    if stack is not None:
        (tmp_path / "envctl.toml").write_text(stack)
    with pytest.raises(EnvctlError) as caught:
        write(tmp_path, "github")
    assert Exit.STACK_FILE == caught.value.code
    assert not (tmp_path / ".github").exists()
