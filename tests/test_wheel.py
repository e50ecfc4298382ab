"""The wheel: built, installed into an empty environment, and used from there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from envctl import __version__
from envctl.cli import HELP

ROOT = Path(__file__).parents[1]
SMOKE = "tests/scenarios/test_smoke.py"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what stands here, with a build tool from the package index."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment in which the wheel and what it needs are all there is."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=False)
    commands = folder / "bin"
    pip("--python", str(commands / "python"), "install", "--constraint", str(ROOT / "constraints.txt"), str(wheel))
    return commands


def pip(*words: str) -> None:
    argv = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    done = subprocess.run(argv, capture_output=True, text=True, env=alone(), check=False)
    if done.returncode != 0 and "No matching distribution" in done.stderr and not os.environ.get("CI"):
        pytest.skip("no package index answers")
    assert 0 == done.returncode, done.stderr


def alone() -> dict[str, str]:
    """The environment without what leads Python back here."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}


def test_everything_is_in_it_and_nothing_else(wheel: Path) -> None:
    """Every file of the package that git knows, data files and templates too; no tests, no examples."""
    argv = ["git", "ls-files", "src/envctl", "templates"]
    listed = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = {re.sub("^src/|^(?=templates/)", lambda at: "" if at[0] else "envctl/", n) for n in listed.stdout.split()}
    packed = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {"envctl/py.typed", "envctl/cli/help.txt"} <= wanted
    assert wanted == packed


def test_it_runs_from_its_own_place(installed: Path, tmp_path: Path) -> None:
    """The command is there, and what it loads is what was installed."""

    def said(*argv: str) -> str:
        done = subprocess.run(argv, capture_output=True, text=True, cwd=tmp_path, env=alone(), check=True)
        return done.stdout

    assert Path(HELP).read_text("utf-8") == said(str(installed / "envctl"), "--help")
    assert f"envctl {__version__}\n" == said(str(installed / "envctl"), "--version")
    where = said(str(installed / "python"), "-c", "import envctl; print(envctl.__file__)")
    assert Path(where.strip()).is_relative_to(installed.parent)
    assert '"$schema"' in said(str(installed / "envctl"), "schema")


@pytest.mark.docker
def test_the_smoke_part_passes(installed: Path) -> None:
    """The same tests as of the source, with the installed command."""
    environ = {**alone(), "ENVCTL_COMMAND": str(installed / "envctl")}
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SMOKE]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, env=environ, check=False)
    assert 0 == done.returncode, done.stdout
    assert "2 passed" in done.stdout
