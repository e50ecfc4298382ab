"""Says who did not come up, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container, Observed
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.ops.status import status_of
from envctl.runtimes.compose.wrapped import SHELL

_LINES = 12  # of a log that are worth showing


def not_ready(here: Here, blueprint: Blueprint, services: Collection[str], complaints: list[str]) -> EnvctlError:
    """The error for services that were started and are not ready."""
    observed = observe(here.world, here.identity)
    candidates = [c for c in observed.containers if c.service in services]
    culprits = [(c, why) for c in candidates if (why := _why(c, blueprint)) is not None]
    data = status_of(here, observed).data()
    if not culprits:
        return EnvctlError(
            Exit.UNHEALTHY,
            "the environment did not come up",
            details=(*complaints, *_others(observed, blueprint, services)),
            unchanged="What is running was left running.",
            hint="Run `envctl status` to see how far it came, and `envctl up` to go on.",
            data=data,
        )
    named = dict.fromkeys(c.service for c, _ in culprits)
    evidence = [line for c, _ in culprits for line in _evidence(here, c)]
    return EnvctlError(
        Exit.UNHEALTHY,
        "; ".join(f"{c.service} {why}" for c, why in culprits),
        details=(*evidence, *_others(observed, blueprint, set(services) - named.keys())),
        unchanged="What is running was left running, for you to look at.",
        hint=_without_shell([c for c in observed.containers if c.service in named])
        or f"See `envctl logs {' '.join(named)}`; once mended, `envctl up` goes on from here.",
        data=data,
    )


def _why(container: Container, blueprint: Blueprint) -> str | None:
    """Why a container counts as failed; None when it does not."""
    one_shot = container.labels.get(labels.ROLE) == "before"
    subject = "could not run what comes before it: it " if one_shot else ""
    if container.oom_killed:
        workload = blueprint.workload(container.service)
        limit = workload.limits.memory if workload else None
        at = f" at its limit of {limit // 2**20} MiB" if limit else ""
        return f"{subject}was killed for memory{at}"
    if container.state == "restarting":
        return f"is restarted again and again: it exited {container.restarts} times"
    is_done = container.finished or (one_shot and container.exit_code == 0)
    if container.state in ("exited", "dead") and not is_done:
        return f"{subject}exited with status {container.exit_code}"
    if container.health == "unhealthy":
        return "did not become healthy"
    if container.state == "created" and container.error:
        return f"{subject}could not be started: {container.error}"
    return None


def _others(observed: Observed, blueprint: Blueprint, services: Collection[str]) -> Iterator[str]:
    """What became of those that did not fail and are not ready either."""
    ready = {c.service for c in observed.containers if c.labels.get(labels.ROLE) == "service" and c.ready}
    for workload in (w for w in blueprint.workloads if w.service in services and w.service not in ready):
        container = observed.container(workload.service)
        missing = [need for need in workload.needs if need not in ready]
        if container is not None and container.state == "running":
            yield f"{workload.service} was still getting ready"
        elif missing:
            yield f"{workload.service} was not started: it needs {', '.join(missing)}"
        else:
            yield f"{workload.service} was not started"


def _without_shell(culprits: Collection[Container]) -> str:
    """What to do where an image has no shell to hand hidden variables over; nothing where that is not why."""
    services = [c.service for c in culprits if labels.HIDDEN in c.labels and f'"{SHELL}"' in c.error]
    if not services:
        return ""
    return (
        f"The image of {services[0]} has no {SHELL}, which hands over variables that hold passwords and secrets. "
        f"Read them from files, or set services.{services[0]}.plain_env = true, where `docker inspect` shows them. "
        "Then run `envctl up` again."
    )


def _evidence(here: Here, container: Container) -> list[str]:
    """The last things a container said, its health check included."""
    name = container.name.removeprefix(f"{here.identity.full}_")
    said: list[bytes] = []
    for stream in ("stdout", "stderr"):
        said += here.world.engine.logs(container.id, stream=stream, follow=False, since=None, tail=_LINES)
    last = [line.decode("utf-8", "replace").partition(" ")[2] for line in sorted(said)[-_LINES:]]
    health = container.health_output.splitlines()[-3:] if container.health == "unhealthy" else []
    return [*(f"{name} | {line}" for line in last), *(f"{name} health check | {line}" for line in health)]
