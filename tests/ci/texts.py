"""What the files for CI say: their scripts, taken out of the YAML as the service would run them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from envctl.cli.init import Ci
from envctl.ops.init_ci import written

ROOT = Path(__file__).parents[2]
ACTION = PurePosixPath(".github/actions/envctl/action.yml")
WORKFLOW = PurePosixPath(".github/workflows/envctl.yml")
GC = PurePosixPath(".github/workflows/envctl-gc.yml")
GITLAB = PurePosixPath(".gitlab/envctl.yml")
CIRCLECI = PurePosixPath(".circleci/config.yml")
# GitHub's are `${{ … }}`, CircleCI's `<< … >>`: the service puts their value into the text before a shell reads it.
EXPRESSION = re.compile(r"\$\{\{.*?\}\}|<<\s*(?:pipeline|parameters)\..*?>>", re.DOTALL)
_SCRIPTS = ("before_script", "script", "after_script")


@dataclass(frozen=True)
class Script:
    """One text that a shell reads, and where it stands."""

    file: PurePosixPath
    where: str
    text: str
    shell: str = "bash"
    env: Mapping[str, str] | None = None


def documents() -> dict[PurePosixPath, Any]:
    """Every file that `init --ci` writes, read, for a project `shop`."""
    return {
        path: yaml.safe_load(content) for service in Ci for path, content in sorted(written(service, "shop").items())
    }


def scripts(file: PurePosixPath, document: Any) -> Iterator[Script]:
    """The scripts of one file."""
    if ".github" in file.parts:
        yield from _github(file, document)
    elif ".circleci" in file.parts:
        yield from _circleci(file, document)
    else:
        yield from _gitlab(file, document)


def step(file: PurePosixPath, job: str, name: str) -> Script:
    """The script of a job's step, or of the action's (`job` is `runs` then)."""
    (found,) = (s for s in scripts(file, documents()[file]) if s.where == f"{job}: {name}")
    return found


def flat(lines: Iterable[Any]) -> Iterator[str]:
    """GitLab takes lists in a list of lines, for what stands in several jobs."""
    for line in lines:
        yield from [line] if isinstance(line, str) else flat(line)


def _github(file: PurePosixPath, document: Mapping[str, Any]) -> Iterator[Script]:
    for name, job in document.get("jobs", {"runs": document.get("runs")}).items():
        for at in job["steps"]:
            if "run" in at:
                yield Script(file, f"{name}: {at['name']}", at["run"], env=at.get("env", {}))


def _gitlab(file: PurePosixPath, document: Mapping[str, Any]) -> Iterator[Script]:
    for name, job in document.items():
        for key in _SCRIPTS:
            if key in job:
                yield Script(file, f"{name}: {key}", "\n".join(flat(job[key])), "sh")


def _circleci(file: PurePosixPath, document: Mapping[str, Any]) -> Iterator[Script]:
    for name, part in {**document["commands"], **document["jobs"]}.items():
        for at in part["steps"]:
            if isinstance(at, Mapping) and "run" in at:
                yield Script(file, f"{name}: {at['run']['name']}", at["run"]["command"])
