"""The completion scripts in the real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from envctl.cli.completion import Shell
from tests.cli.made_up import Envctl
from tests.scenarios.stage import git

SCRIPTS = Path(__file__).parents[2] / "src" / "envctl" / "cli"
STACK = '[project]\nname = "shop"\n[services.api]\nbuild = "api"\n[services.db]\nkind = "postgres"\n'
UNPACKED = Path(__file__).parents[2] / ".venv" / "shells"  # by scripts/test-tools, where no package installed them


def shell(name: str) -> str:
    """The shell, or why there is none."""
    places = os.pathsep.join(str(UNPACKED / place) for place in ("bin", "usr/bin"))
    found = shutil.which(name) or shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"{name} is not here: scripts/test-tools fetches it where apt-get can")
    return found


def libraries() -> list[Path]:
    """Where an unpacked shell finds its own."""
    return [folder for folder in UNPACKED.glob("usr/lib/*") if folder.is_dir()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a hostile branch and hostile files, and an `envctl` to be found in PATH."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "envctl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m envctl "$@"\n')
    program.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    (work / "envctl.toml").write_text(STACK)
    git(work, "init", "--quiet", "--initial-branch=$(touch${IFS}pwned)")
    git(work, "commit", "--quiet", "--allow-empty", "--message=x")
    (work / "a b $(touch pwned).toml").touch()
    return work


def run(argv: list[str], folder: Path, script: str) -> str:
    """What a shell prints for a script on its stdin."""
    environ = {
        **os.environ,
        "PATH": f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "DOCKER_HOST": "unix:///nowhere",
        "HOME": str(folder.parent),
        "TERM": "dumb",
    }
    if argv[0].startswith(str(UNPACKED)):
        environ["LD_LIBRARY_PATH"] = os.pathsep.join(map(str, libraries()))
    done = subprocess.run(
        argv, input=script, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert "" == done.stderr
    assert not (folder / "pwned").exists()
    return done.stdout


def in_bash(folder: Path, *words: str) -> list[str]:
    """What bash would offer for a command line."""
    quoted = " ".join(f"'{word}'" for word in words)
    script = f"""
        compopt() {{ :; }}  # speaks of a completion under way, and there is none
        eval "$(envctl completion bash)"
        COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}
        _envctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return run([shell("bash"), "--norc", "--noprofile", "-s"], folder, script).splitlines()


def in_fish(folder: Path, *words: str) -> list[str]:
    """The same for fish, which can be asked."""
    functions = f"set fish_function_path {UNPACKED}/usr/share/fish/functions $fish_function_path\n"
    script = f"{functions}envctl completion fish | source\ncomplete --do-complete '{' '.join(words)}'\n"
    said = run([shell("fish"), "--no-config"], folder, script)
    return [line.partition("\t")[0] for line in said.splitlines()]


def in_zsh(folder: Path, *words: str) -> list[str]:
    """The same for zsh: what its own functions are called with."""
    quoted = " ".join(f"'{word}'" for word in words)
    modules = " ".join(f"'{module}'" for folder in libraries() for module in folder.glob("zsh/*"))
    script = f"""
        module_path+=({modules})
        compdef() {{ :; }}
        _describe() {{ for one in "${{(@P)4}}"; do print -r -- "${{${{one//\\\\:/=colon=}}%%:*}}"; done; }}
        _files() {{ print -r -- "files $*"; }}
        eval "$(envctl completion zsh)"
        words=({quoted}) CURRENT={len(words)}
        _envctl
    """
    return [line.replace("=colon=", ":") for line in run([shell("zsh"), "-f", "-s"], folder, script).splitlines()]


ASK = {"bash": in_bash, "zsh": in_zsh, "fish": in_fish}
Ask = Callable[..., list[str]]


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
def test_commands_and_services_are_completed(folder: Path, ask: Ask) -> None:
    """A beginning of a command, and the services of the stack file."""
    assert ["status"] == ask(folder, "envctl", "stat")
    assert ["api", "db"] == ask(folder, "envctl", "logs", "")
    assert ["--timestamps"] == ask(folder, "envctl", "logs", "--ti")


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
def test_hostile_names_are_never_run(folder: Path, ask: Ask) -> None:
    """A branch whose name is a command gives its environment's name; half a word that is one is left alone."""
    (found,) = ask(folder, "envctl", "logs", "--env", "")
    assert found.startswith("touch-ifs-pwned-")
    ask(folder, "envctl", "logs", "$(touch pwned)")
    ask(folder, "envctl", "logs", "`touch pwned`")


@pytest.mark.parametrize("ask", [in_bash, in_fish], ids=["bash", "fish"])
def test_files_are_completed_where_they_belong(folder: Path, ask: Ask) -> None:
    """Also one whose name a shell would read: it is quoted, not run."""
    found = ask(folder, "envctl", "status", "--file", "")
    assert any("envctl.toml" in one for one in found)
    assert any("touch pwned" in one.replace("\\", "") for one in found)


def test_places_are_services_and_files(folder: Path) -> None:
    """For `cp`."""
    assert {"api:", "db:", "envctl.toml"} <= set(in_bash(folder, "envctl", "cp", ""))
    assert ["api:", "db:", "files "] == in_zsh(folder, "envctl", "cp", "")


@pytest.mark.parametrize("name", Shell)
def test_the_script_is_printed(envctl: Envctl, name: str) -> None:
    """As it is shipped, and as JSON."""
    script = (SCRIPTS / f"completion.{name}").read_text()
    assert (0, script, "") == tuple(vars(envctl("completion", name)).values())
    assert {"shell": name, "script": script} == envctl("completion", name, "--json").envelope["data"]
