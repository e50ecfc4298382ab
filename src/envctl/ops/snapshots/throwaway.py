"""A server that is there only to make data, and what makes its data fit to be copied once it has stopped."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_hex
from time import monotonic

from envctl.errors import EnvctlError, Exit
from envctl.job import Job, Mounted
from envctl.ops.settle import GLANCE
from envctl.ops.snapshots.sources.base import TOKEN, Site
from envctl.secrets.generated import random
from envctl.snapshot import BUILDER
from envctl.text import Hole, PublishedPort
from envctl.workload import Freezing
from envctl.world import helper
from envctl.world.fifos import Fifos
from envctl.world.helper import must, printed, started
from envctl.world.machine import full_disk
from envctl.world.shell import Finished

_PATIENCE = 600.0  # seconds for a server to become ready: it may have to recover a backup first
_GRACE = 600  # seconds for it to end: it may have to write much to a slow disk
_SHARED_MEMORY = 1 << 30  # bytes, for processes that build an index together
_PASSWORD = 32  # characters
_KILLED = 137  # the status of what had to be killed
_LAST = 10  # lines of what it printed
_AT = "/envctl/data"  # where a helper sees new data that is not yet where its server wants it

# New data belongs to whom the image says, as it would if the daemon itself had copied the image's folder.
_PREPARE = """set -eu
mkdir -p "$2"
[ ! -d "$1" ] || { cp -a "$1/." "$2/"; chown "$(stat -c %u:%g "$1")" "$2"; chmod "$(stat -c %a "$1")" "$2"; }
"""
_AT_REST = """set -eu
sh -c "$2" envctl "$1"
[ -z "$3" ] || sh -c "$3" envctl "$1"
sync -f "$1" 2>/dev/null || sync
echo "kilobytes=$(du -sk "$1" | cut -f 1)"
"""


def with_pipes(site: Site, pipes: Fifos | None) -> Site:
    """The same place, whose containers see these pipes; without them where the daemon does not let them.

    It may run on this machine and see other files all the same, as one in a sandbox of its own does.
    """
    if pipes is None:
        return site
    job = Job(site.image, (), {site.place: site.data}, binds=(str(pipes.folder),))
    name = site.name(f"{helper.ROLE}-{token_hex(TOKEN)}")
    try:
        container = helper.made(site.here.world.engine, job, name, site.labels(helper.ROLE))
    except EnvctlError:
        return site
    site.here.world.engine.kill_container(container)
    return replace(site, fifos=pipes)


def prepare(site: Site, folder: str) -> None:
    """Make the folder of new data, in its volume: of a pool as deep as that says. Raises EnvctlError."""
    target = f"{_AT}/{folder}".rstrip("/")
    job = Job(
        site.image, ("-c", _PREPARE, "envctl", site.place, target), {_AT: Mounted(site.data.volume)}, entrypoint=("sh",)
    )
    name = site.name(f"{helper.ROLE}-prepare")
    output = helper.run(site.here.world.engine, job, name, site.labels(helper.ROLE))
    must(output, f"no room for the data of {site.workload.service} could be made")


@contextmanager
def serving(site: Site) -> Iterator[None]:
    """The server of the service's own image on the data, ready, without a network. It is gone afterwards.

    Raises EnvctlError(UNHEALTHY) where it does not become ready.
    """
    engine = site.here.world.engine
    with started(engine, _job(site), site.server, site.labels(BUILDER)) as container:
        _wait(site, container)
        try:
            yield
        except EnvctlError as error:
            raise _met_full_disk(site, container) or error from None


def stop(site: Site) -> None:
    """Stop the server as it wants to be stopped, and see that it ended by itself. Raises EnvctlError."""
    site.here.world.shell.run(("docker", "stop", "-t", str(_GRACE), site.server))
    seen = site.here.world.engine.inspect(site.server)
    if seen is None or seen.state == "running" or seen.exit_code in (None, _KILLED):
        raise EnvctlError(Exit.UNHEALTHY, f"the server that made the data of {site.workload.service} had to be killed")


def settle(site: Site) -> Mapping[str, str]:
    """Cut what leads out of the data, through the server; what people want to know of it. Raises EnvctlError."""
    freezing = _freezing(site)
    if freezing.settle:
        _inside(site, freezing.settle, freezing.user)
    if not freezing.about:
        return {}
    said = _inside(site, freezing.about, freezing.user).stdout.decode("utf-8", "replace")
    pairs = (line.partition("=") for line in said.splitlines())
    return {name: value for name, _, value in pairs if name and value}


def at_rest(site: Site) -> int:
    """See that the data of a stopped server can be copied, take away what no copy needs, and have it all on disk.

    Returns its size in bytes. Raises EnvctlError(DATA_REFUSED) that says why it cannot.
    """
    freezing = _freezing(site)
    ended = site.run(_AT_REST, freezing.check, freezing.trim, user=freezing.user)
    output = must(ended, f"the data of {site.workload.service} cannot be copied")
    said = next(line for line in output.lines if line.startswith("kilobytes="))
    return int(said.partition("=")[2]) * 1024


def _freezing(site: Site) -> Freezing:
    assert site.workload.freezing is not None  # noqa: S101 – nothing is built of other kinds
    return site.workload.freezing


def _job(site: Site) -> Job:
    workload, unsafe = site.workload, _freezing(site).unsafe
    command = workload.command or ()
    if unsafe and not command:
        command = site.here.world.engine.image_defaults(site.image).command
    return Job(
        site.image,
        (*command, *unsafe),
        {site.place: site.data},
        entrypoint=workload.entrypoint,
        user="",
        environment=site.environment,
        shared_memory=_SHARED_MEMORY,
        files=_files(site),
        binds=site.binds,
    )


def _files(site: Site) -> dict[str, bytes]:
    """Its secret files, with passwords that nobody will ever know: whose clone it becomes gives it others."""
    made: dict[Hole, str] = {}

    def fill(hole: Hole) -> str:
        if isinstance(hole, PublishedPort):
            return str(site.workload.port)
        return made.setdefault(hole, random(_PASSWORD).reveal())

    return {path: content.fill(fill).encode() for path, content in site.workload.files.items()}


def _wait(site: Site, container: str) -> None:
    world, probe = site.here.world, site.workload.probe
    if probe is None:
        return
    pause, latest = threading.Event(), monotonic() + max(_PATIENCE, probe.patience)
    while world.shell.run(("docker", "exec", container, *probe.command)).status:
        seen = world.engine.inspect(container)
        if seen is None or seen.state != "running" or monotonic() > latest:
            raise _not_ready(site, container)
        pause.wait(GLANCE)


def _not_ready(site: Site, container: str) -> EnvctlError:
    said = printed(site.here.world.engine, container)
    where = f"the server that makes the data of {site.workload.service} could not start"
    return full_disk(where, "\n".join(said)) or EnvctlError(
        Exit.UNHEALTHY,
        f"the server that makes the data of {site.workload.service} did not become ready",
        details=said[-_LAST:],
    )


def _met_full_disk(site: Site, container: str) -> EnvctlError | None:
    """What ended the server, where a full disk did: its client hears only that it went away.

    Its own words are not shown: they may hold values.
    """
    full = os.strerror(errno.ENOSPC)
    met = any(full.lower() in line.lower() for line in printed(site.here.world.engine, container))
    return full_disk(f"the data of {site.workload.service} does not fit on it", full) if met else None


def _inside(site: Site, script: str, user: str) -> Finished:
    argv = ("docker", "exec", "--user", user, site.server, "sh", "-c", script, "envctl", site.place)
    finished = site.here.world.shell.run(argv)
    if finished.status:
        said = finished.stderr.decode("utf-8", "replace").strip()
        where = f"the data of {site.workload.service} could not be made fit to be copied"
        raise full_disk(where, said) or EnvctlError(
            Exit.DATA_REFUSED, f"{where}: {said.splitlines()[-1] if said else f'status {finished.status}'}"
        )
    return finished
