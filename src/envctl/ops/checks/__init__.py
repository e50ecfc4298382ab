"""What `doctor` checks: the list. A check is a function that looks at the patient and returns its finding."""

from __future__ import annotations

from collections.abc import Callable

from envctl.ops.checks import data, docker, folders, machine, project
from envctl.ops.patient import Patient
from envctl.reports.doctor import Finding

CHECKS: tuple[Callable[[Patient], Finding], ...] = (
    docker.docker_command,
    docker.engine,
    docker.compose,
    docker.buildx,
    docker.clock,
    machine.memory,
    machine.disk,
    machine.open_files,
    machine.subnets,
    machine.address_pools,
    machine.ports,
    data.data,
    folders.runtime_folder,
    folders.lock_folder,
    project.git,
    project.stack_file,
    project.registry,
    project.leftovers,
)
