"""Docker: the command, the daemon, the plugins."""

from __future__ import annotations

from envctl.errors import EnvctlError, Exit
from envctl.ops.patient import Patient
from envctl.reports.doctor import Finding
from envctl.runtimes.compose import tools
from envctl.stack import Stack, workloads
from envctl.world.shell import NOT_FOUND

_ADRIFT = 60.0  # seconds


def docker_command(patient: Patient) -> Finding:
    """There is one in PATH."""
    answer = patient.world.shell.run(("docker", "--version"))
    if answer.status == 0:
        return Finding("docker command", "ok", answer.stdout.decode("utf-8", "replace").strip())
    found = "there is none in PATH" if answer.status == NOT_FOUND else "it does not run"
    remedy = (
        "Install Docker's command line with its plugins Compose and buildx: https://docs.docker.com/engine/install/"
    )
    return Finding("docker command", "failed", found, remedy, int(Exit.DOCKER))


def engine(patient: Patient) -> Finding:
    """A daemon answers, and is new enough."""
    try:
        daemon = patient.seen.daemon
    except EnvctlError as error:
        return Finding("engine", "failed", error.message, error.hint, int(error.code))
    return Finding("engine", "ok", f"Docker Engine {daemon.version}, API {daemon.api}")


def compose(patient: Patient) -> Finding:
    """The plugin is there and new enough."""
    try:
        return Finding("compose", "ok", f"Docker Compose {tools.compose(patient.world)}")
    except EnvctlError as error:
        return Finding("compose", "failed", error.message, error.hint, int(error.code))


def buildx(patient: Patient) -> Finding:
    """The plugin is there; only who builds needs it."""
    try:
        return Finding("buildx", "ok", tools.buildx(patient.world))
    except EnvctlError as error:
        builds = isinstance(patient.stack, Stack) and any(w.build for w in workloads(patient.stack))
        verdict, status = ("failed", int(error.code)) if builds else ("warning", 0)
        return Finding("buildx", verdict, error.message, error.hint, status)


def clock(patient: Patient) -> Finding:
    """The daemon's and ours show the same time."""
    ahead = patient.seen.ahead
    if abs(ahead) < _ADRIFT:
        return Finding("clock", "ok", "the daemon's clock is ours")
    found = f"the daemon's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} ours"
    return Finding("clock", "warning", found, "Set both by the network (NTP); a virtual machine's may need a restart.")
