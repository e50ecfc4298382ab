"""The set-up scripts: what they decide from, without touching this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.images.boxes import Boxes, docker

ROOT = Path(__file__).parents[2]
BOOKWORM = 'ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian"\n'


def suite(tmp_path: Path, **sources: str) -> dict[str, str]:
    """What apt-suite makes of these sources: the files that it adds."""
    apt = tmp_path / "apt"
    for folder in ("sources.list.d", "preferences.d"):
        (apt / folder).mkdir(parents=True)
    for name, content in sources.items():
        (apt / "sources.list.d" / name.replace("_", ".")).write_text(content)
    (tmp_path / "os-release").write_text(BOOKWORM)
    env = {**os.environ, "OS_RELEASE": str(tmp_path / "os-release")}
    subprocess.run([ROOT / "scripts/apt-suite", "trixie", apt], env=env, check=True, capture_output=True)
    return {file.name: file.read_text() for file in apt.rglob("envctl-*")}


def test_deb822_sources_keep_their_mirror_and_key(tmp_path: Path) -> None:
    """A stanza of the machine's release comes back for the new one; updates, security and disabled ones do not."""
    key = "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----\n"
    made = suite(
        tmp_path,
        a_sources=f"Types: deb deb-src\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\n"
        f"Components: main contrib\n{key}\n# off\nEnabled: no\nTypes: deb\nURIs: http://off.test\nSuites: bookworm\n"
        "Components: main\n\nTypes: deb\nURIs: http://security.test\nSuites: bookworm-security\nComponents: main\n",
    )
    expected = f"Types: deb\nURIs: http://mirror.test/debian\nSuites: trixie\nComponents: main\n{key}\n"
    assert expected.strip() == made["envctl-trixie.sources"].strip()
    assert made["envctl-trixie"] == "Package: *\nPin: release n=trixie\nPin-Priority: 100\n"


def test_one_line_sources_keep_their_mirror_and_options(tmp_path: Path) -> None:
    """A line of the machine's release comes back for the new one, with its options, main alone."""
    made = suite(
        tmp_path,
        a_list="# deb http://no.test/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://mirror.test/debian bookworm contrib main # mine\n"
        "deb-src http://mirror.test/debian bookworm main\n"
        "deb http://mirror.test/debian bookworm-updates main\ndeb http://only.test/x bookworm contrib\n",
    )
    line = "deb [arch=amd64 signed-by=/k.gpg] http://mirror.test/debian trixie main\n"
    assert line == made["envctl-trixie.list"]


def test_a_machine_without_sources_is_told_so(tmp_path: Path) -> None:
    """Where no mirror is named there is nothing to take over, and nothing is written."""
    with pytest.raises(subprocess.CalledProcessError) as refused:
        suite(tmp_path, a_list="deb http://other.test/debian bullseye main\n")
    assert b"no enabled source for bookworm main" in refused.value.stderr
    assert [] == list((tmp_path / "apt").rglob("envctl-*"))


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("", ""),
        ('registry = "a.test/hub" # mine\n', "a.test/hub"),
        ("x = 1\nregistry='b.test'\n", "b.test"),
        ('[other]\nregistry = "c.test"\n', ""),
    ],
)
def test_the_registry_of_the_configuration_is_its_top_level_key(tmp_path: Path, before: str, found: str) -> None:
    """Only the key of the whole file counts, however it is quoted."""
    file = tmp_path / "envctl/config.toml"
    file.parent.mkdir()
    file.write_text(before)
    env = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    told = subprocess.run([ROOT / "scripts/settings", "registry"], env=env, check=True, capture_output=True, text=True)
    assert found == told.stdout.strip()


@pytest.mark.docker
def test_without_root_nothing_is_installed_and_the_lines_are_said(boxes: Boxes) -> None:
    """On a machine without an engine, somebody who is not root is told what to run; nothing is changed."""
    box = boxes.create(
        "python:3.13-slim",
        "/scripts/engine",
        options=("--user", "1000", "--env", "ENVCTL_SETUP_LOG=/tmp/setup.log"),
    )
    docker("cp", str(ROOT / "scripts"), f"{box.name}:/scripts")
    docker("start", box.name)
    assert docker("wait", box.name).stdout.strip() == "1"
    said = docker("logs", box.name).stderr
    assert "nothing was changed" in said
    assert "sudo apt-get install --no-install-recommends docker.io docker-cli" in said
    assert docker("logs", box.name).stdout == ""


def test_every_script_passes_shellcheck() -> None:
    """The scripts of the set-up and of the images have no finding."""
    folders = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    shellcheck = shutil.which("shellcheck", path=folders)
    if shellcheck is None:
        pytest.skip("shellcheck is not here: scripts/test-tools fetches it on Debian-like systems")
    listed = subprocess.run(
        ["git", "grep", "-lIE", "^#!.*\\b(ba)?sh$", "--", "scripts", "images", ".ci"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    assert "scripts/setup" in listed
    ran = subprocess.run([shellcheck, "-x", *listed], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.stdout == ""
