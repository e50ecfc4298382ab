"""Runs the scripts of the files for CI as each service does: its own variables, its own way to put steps together."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tests.ci.texts import ACTION, flat
from tests.scenarios.stage import LONGEST, Stage

ACTION_HERE = f"./{ACTION.parent}"


@dataclass
class Ran:
    """A job that ended: each step that ran with its status and what it printed, and its outputs."""

    steps: dict[str, tuple[int, str]] = field(default_factory=dict)
    forgiven: set[str] = field(default_factory=set)
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether a step was not successful that has to be."""
        return any(status for name, (status, _) in self.steps.items() if name not in self.forgiven)

    @property
    def printed(self) -> str:
        """All of it, for whoever has to find out what went wrong."""
        return "\n".join(f"--- {name}: {status}\n{text}" for name, (status, text) in self.steps.items())


def installed(stage: Stage, folder: Path) -> dict[str, str]:
    """A stage's variables on a machine where `envctl` is the one under test."""
    folder.mkdir(exist_ok=True)
    program = folder / "envctl"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(stage.program)} "$@"\n')
    program.chmod(0o755)
    inherited = {n: v for n, v in stage.environ.items() if not n.startswith(("GITHUB_", "GITLAB_", "CI_", "CIRCLE"))}
    return {**inherited, "PATH": f"{folder}{os.pathsep}{stage.environ['PATH']}", "CI": "true"}


def shell(argv: Iterable[str], script: str, cwd: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    """A script's status, and all that it prints."""
    done = subprocess.run(
        [*argv, script],
        cwd=cwd,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=LONGEST,
        check=False,
    )
    return done.returncode, done.stdout.decode()


class GitHub:
    """One machine that runs jobs. `values` is what GitHub knows for each expression; another one is an error here."""

    def __init__(
        self, folder: Path, temporary: Path, environ: Mapping[str, str], values: Mapping[str, str], documents: Any
    ) -> None:
        self.folder, self.temporary, self.values, self.documents = folder, temporary, dict(values), documents
        self.environ = {**environ, "RUNNER_TEMP": str(temporary), "GITHUB_ACTIONS": "true"}
        self.own_machine = True

    def job(self, path: PurePosixPath, name: str) -> Ran:
        """Every step of a job in its order, as far as its condition holds."""
        document, ran = self.documents[path], Ran()
        environ = {**self.environ, **self._filled(document.get("env", {}))}
        for step in document["jobs"][name]["steps"]:
            if self._holds(step.get("if"), ran, {}):
                self._step(step, ran, environ)
        return ran

    def _step(self, step: Mapping[str, Any], ran: Ran, environ: dict[str, str]) -> None:
        said = {**environ, **self._filled(step.get("env", {}))}
        if step.get("uses") == ACTION_HERE:
            self.action(self._filled(step["with"]), ran, said, environ, f"{step['name']} / ")
        elif "uses" in step:
            assert step["uses"].startswith("actions/checkout@")
            subprocess.run(["git", "checkout", "--quiet", "--detach"], cwd=self.folder, check=True)
        else:
            self._run(step, ran, said, environ, {})

    def action(
        self, given: Mapping[str, str], ran: Ran, said: dict[str, str], environ: dict[str, str], prefix: str = ""
    ) -> None:
        """The composite action with these inputs."""
        document = self.documents[ACTION]
        values = {name: at["default"] for name, at in document["inputs"].items()} | dict(given)
        inputs = {f"inputs.{name}": value for name, value in values.items()}
        for step in document["runs"]["steps"]:
            if self._holds(step.get("if"), Ran(), inputs) and not ran.failed:
                own = self._filled(step.get("env", {}), inputs)
                folder = self._fill(step.get("working-directory", "."), inputs)
                self._run(step, ran, {**said, **own}, environ, inputs, folder, prefix)
                said["PATH"] = environ["PATH"]

    def _run(
        self,
        step: Mapping[str, Any],
        ran: Ran,
        said: Mapping[str, str],
        environ: dict[str, str],
        inputs: Mapping[str, str],
        folder: str = ".",
        prefix: str = "",
    ) -> None:
        files = {name: self.temporary / name for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        for file in files.values():
            file.write_text("")
        own = {"GITHUB_ACTION_PATH": str(self.folder / ACTION.parent), **{n: str(f) for n, f in files.items()}}
        if step.get("continue-on-error"):
            ran.forgiven.add(prefix + step["name"])
        text = self._fill(step["run"], inputs)  # as GitHub does, whatever is in it
        argv = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]
        ran.steps[prefix + step["name"]] = shell(argv, text, self.folder / folder, {**said, **own})
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        ran.outputs.update((name, value) for name, _, value in (line.partition("=") for line in lines))
        added = files["GITHUB_PATH"].read_text().splitlines()
        environ["PATH"] = os.pathsep.join([*reversed(added), environ["PATH"]])

    def _filled(self, table: Mapping[str, str], inputs: Mapping[str, str] | None = None) -> dict[str, str]:
        return {name: self._fill(value, inputs or {}) for name, value in table.items()}

    def _fill(self, text: str, inputs: Mapping[str, str]) -> str:
        known = {**self.values, **inputs}
        return re.sub(r"\$\{\{(.*?)\}\}", lambda at: known[" ".join(at[1].split())], text, flags=re.DOTALL)

    def _holds(self, condition: str | None, ran: Ran, inputs: Mapping[str, str]) -> bool:
        known = {
            None: not ran.failed,
            "failure()": ran.failed,
            "always()": True,
            "${{ !cancelled() && runner.environment == 'self-hosted' }}": self.own_machine,
            "inputs.command != ''": inputs.get("inputs.command") != "",
        }
        return known[condition]


def gitlab(document: Any, name: str, folder: Path, environ: Mapping[str, str]) -> Ran:
    """A job on a shell executor: before_script and script in one shell, after_script in another, whatever happened."""
    job = {**document[document[name].get("extends", name)], **document[name]}
    said = {**environ, **document[name].get("variables", {})}
    ran = Ran()
    lines = [*flat(job["before_script"]), *flat(job["script"])]
    ran.steps["script"] = shell(["sh", "-e", "-c"], "\n".join(lines), folder, said)
    if "after_script" in job:
        status = {"CI_JOB_STATUS": "failed" if ran.failed else "success"}
        ran.steps["after_script"] = shell(
            ["sh", "-e", "-c"], "\n".join(flat(job["after_script"])), folder, {**said, **status}
        )
    return ran


def circleci(document: Any, name: str, folder: Path, environ: Mapping[str, str], bash_env: Path) -> Ran:
    """A job: each step is a bash that reads BASH_ENV first."""
    bash_env.write_text("")
    job, ran = document["jobs"][name], Ran()
    said = {**environ, **job.get("environment", {}), "BASH_ENV": str(bash_env)}
    for step in _steps(document, job["steps"]):
        when = {"always": True, "on_fail": ran.failed, "on_success": not ran.failed}
        if when[step.get("when", "on_success")]:
            ran.steps[step["name"]] = shell(["bash", "-eo", "pipefail", "-c"], step["command"], folder, said)
    return ran


def _steps(document: Any, steps: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for step in steps:
        if isinstance(step, dict):
            found.append(step["run"])
        elif step != "checkout":
            found += _steps(document, document["commands"][step]["steps"])
    return found
