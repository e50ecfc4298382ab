"""How the daemon is asked for containers, in its API's words (`POST /containers/create`). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envctl.job import Job


def box(image: str, own: Mapping[str, str], volumes: Mapping[str, str], *, read_only: bool) -> dict[str, Any]:
    """A container that is never started, with volumes by where they lie in it."""
    mounts = [_volume(name, path, read_only=read_only) for path, name in volumes.items()]
    return {
        "Image": image,
        "Cmd": ["never"],
        "Labels": dict(own),
        "HostConfig": {"NetworkMode": "none", "Mounts": mounts},
    }


def helper(job: Job, own: Mapping[str, str]) -> dict[str, Any]:
    """The container of a job."""
    mounts = [
        _volume(mounted.volume, path, mounted.subpath, read_only=mounted.read_only)
        for path, mounted in job.mounts.items()
    ]
    mounts += [{"Type": "bind", "Source": path, "Target": path} for path in job.binds]
    return {
        "Image": job.image,
        "Cmd": list(job.command),
        "Entrypoint": list(job.entrypoint) if job.entrypoint is not None else None,
        "User": job.user,
        "Env": [f"{name}={value}" for name, value in job.environment.items()],
        "Labels": dict(own),
        "Healthcheck": {"Test": ["NONE"]},
        "OpenStdin": job.listens,
        "StdinOnce": job.listens,
        "HostConfig": {
            "AutoRemove": job.listens,
            "NetworkMode": job.network,
            "ExtraHosts": [f"{name}:{address}" for name, address in job.hosts.items()],
            "Mounts": mounts,
            "Privileged": job.privileged,
            **({"UsernsMode": "host"} if job.privileged else {}),  # else refused where users are mapped
            "ShmSize": job.shared_memory,
            "LogConfig": {"Type": "local"},  # it is read again, and may quote data: to nobody else's log
        },
    }


def _volume(name: str, path: str, subpath: str = "", *, read_only: bool) -> dict[str, Any]:
    options = {"NoCopy": True, **({"Subpath": subpath} if subpath else {})}
    return {"Type": "volume", "Source": name, "Target": path, "ReadOnly": read_only, "VolumeOptions": options}
