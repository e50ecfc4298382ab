"""The story of `doctor`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path
from threading import Thread
from time import monotonic

from envctl.errors import EnvctlError, Exit
from envctl.ops.checks import CHECKS
from envctl.ops.patient import Patient
from envctl.reports.doctor import Diagnosis, Finding
from envctl.stack import Stack, find, load
from envctl.world import World

_PATIENCE = 10.0  # seconds that all checks together may take
Check = Callable[[Patient], Finding]


def doctor(world: World, environ: Mapping[str, str], file: Path | None = None) -> Diagnosis:
    """Look at everything that envctl needs, all at the same time. Changes nothing but what is known of how data is
    copied, and never raises.
    """
    patient = Patient(world, environ, _stack(file, environ))
    patient.ask()
    try:
        return examine(patient, CHECKS, _PATIENCE)
    finally:
        world.shell.end_all()  # a program that gave no answer does not go on without us


def examine(patient: Patient, checks: Sequence[Check], patience: float) -> Diagnosis:
    """Run the checks at the same time; one that does not end is a finding too."""
    until = monotonic() + patience
    begun = [(check, _begin(check, patient)) for check in checks]
    return Diagnosis(tuple(_ended(check, found, until) for check, found in begun))


def _begin(check: Check, patient: Patient) -> Future[Finding]:
    future: Future[Finding] = Future()

    def run() -> None:
        try:
            future.set_result(check(patient))
        except Exception as failure:  # _ended() makes a finding of it
            future.set_exception(failure)

    Thread(target=run, daemon=True).start()
    return future


def _ended(check: Check, future: Future[Finding], until: float) -> Finding:
    name = check.__name__.replace("_", " ")
    try:
        return future.result(max(0.0, until - monotonic()))
    except TooLate:
        return Finding(name, "failed", "gave no answer", "See whether Docker answers: docker info", int(Exit.DOCKER))
    except EnvctlError as error:
        if error.code is Exit.DOCKER:
            return Finding(name, "unknown", "cannot be told without Docker")
        return Finding(name, "failed", error.message, error.hint, int(error.code))
    except Exception as fault:  # its message may hold anything
        return Finding(name, "failed", f"the check itself failed: {type(fault).__name__}", exit=int(Exit.OUR_FAULT))


def _stack(file: Path | None, environ: Mapping[str, str]) -> Stack | EnvctlError | None:
    try:
        path = file if file is not None else find(Path.cwd())
    except (EnvctlError, OSError):  # no stack file, or no working folder any more
        return None
    try:
        return load(path, environ=environ)
    except EnvctlError as error:
        return error
