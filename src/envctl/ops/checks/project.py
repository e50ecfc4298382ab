"""The project's own: branch, stack file, images, environments."""

from __future__ import annotations

from envctl.errors import EnvctlError
from envctl.ops.ls import ls
from envctl.ops.patient import Patient
from envctl.ops.setting import branch_of
from envctl.reports.doctor import Finding
from envctl.stack import Stack
from envctl.stack.registry import choose
from envctl.world.registries import answers
from envctl.world.shell import NOT_FOUND

_HUB = "registry-1.docker.io"
_NAMED = 5


def git(patient: Patient) -> Finding:
    """There is a branch to name the environment after."""
    if patient.world.shell.run(("git", "--version")).status == NOT_FOUND:
        return Finding("git", "warning", "there is no git", "Install git, or name the environment with --env NAME.")
    try:
        return Finding("git", "ok", branch_of(patient.world, patient.root).removeprefix("refs/heads/"))
    except EnvctlError as error:
        return Finding("git", "warning", error.message, error.hint)


def stack_file(patient: Patient) -> Finding:
    """It is valid, where there is one."""
    stack = patient.stack
    if stack is None:
        return Finding("stack file", "unknown", "there is none here", "envctl.toml.example shows every key.")
    if isinstance(stack, EnvctlError):
        return Finding("stack file", "failed", "\n".join((stack.message, *stack.details)), stack.hint, int(stack.code))
    return Finding("stack file", "ok", f"{stack.path}: {stack.project} ({', '.join(stack.services)})")


def registry(patient: Patient) -> Finding:
    """Images can be had: from the registry that is named, else from Docker Hub; or they are here already."""
    chosen = patient.stack.chosen if isinstance(patient.stack, Stack) else choose(patient.environ)
    host = (chosen.prefix or _HUB).partition("/")[0]
    shown = f"{chosen.prefix} ({chosen.origin})" if chosen.prefix else "Docker Hub"
    why = answers(host)
    if why is None:
        return Finding("registry", "ok", f"{shown} answers")
    here = [tag for tag in patient.world.engine.tags() if chosen.prefix and tag.startswith(f"{chosen.prefix}/")]
    if here:
        return Finding("registry", "ok", f"{len(here)} images of {shown} are here; it does not answer itself")
    remedy = "Images that are not here cannot be pulled: see to the network, or name a mirror in ENVCTL_REGISTRY."
    return Finding("registry", "warning", f"{shown} does not answer: {why}", remedy)


def leftovers(patient: Patient) -> Finding:
    """No environment was left half made or half removed."""
    half = [row for row in ls(patient.world).environments if row.services == 0]
    if not half:
        return Finding("leftovers", "ok", "no environment is half made")
    named = ", ".join(f"{row.project} / {row.name}" for row in half[:_NAMED]) + (" …" if len(half) > _NAMED else "")
    remedy = "Finish each with `envctl up`, or remove it with `envctl down`, in its project."
    return Finding("leftovers", "warning", f"without a container: {named}", remedy)
