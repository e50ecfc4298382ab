"""Where the schema of a source comes from, and a few of its rows: a server that is there for a moment, and gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING, cast

from envctl import labels
from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.job import Mounted
from envctl.ops.mask.refuse import NOT_MOVED
from envctl.ops.setting import Here
from envctl.ops.snapshots.remove import discard
from envctl.ops.snapshots.sources import source_of
from envctl.ops.snapshots.sources.base import TOKEN, Site
from envctl.ops.snapshots.throwaway import prepare, serving, with_pipes
from envctl.planning.shelf import Leftover, shelf
from envctl.secrets.files import remove_files
from envctl.seeds.masked.fill import declared
from envctl.snapshot import DATA, data_volume, marker
from envctl.stack import refuse_missing_files, workloads
from envctl.workload import Database, Workload
from envctl.world import World, begun
from envctl.world.alive import has_ended, myself
from envctl.world.fifos import fifos

if TYPE_CHECKING:
    from envctl.ops.snapshots.sources.masked import Readable
    from envctl.seeds.dumps.plain import Plain

_LOGS = "envctl logs"
_ADDRESS = 32  # hex digits, as many as a snapshot's has


@dataclass(frozen=True)
class Opened:
    """A source that can be read: what it consists of, and its text. The server that says so runs meanwhile.

    `asks` prints a text with the first rows of each table, where that takes less than to read all of it.
    """

    database: Database
    plain: Plain
    catalogue: Catalogue
    asks: Callable[[int], Iterator[bytes]] | None = None


@contextmanager
def opened(here: Here, workload: Workload) -> Iterator[Opened]:
    """A service's data where it comes from, unmasked: nothing of it goes anywhere. Raises EnvctlError."""
    database = database_of(workload)
    refuse_missing_files(here.stack, {database.data or ""})
    source = _readable(here, workload)
    image = _image(here, workload)
    try:
        with workshop(here, workload, image) as site:
            source.before(site)
            with serving(site), source.plain(site) as plain:
                site.tell(f"reading the schema of {database.data}")
                catalogue = declared(site.client, plain, database)
                yield Opened(database, plain, catalogue, _asks(site, database, catalogue))
            site.tell(f"schema of {database.data} read", "done")
    except EnvctlError as error:
        raise _told(error) from error


def _asks(site: Site, database: Database, catalogue: Catalogue) -> Callable[[int], Iterator[bytes]] | None:
    """Of a server that runs a few rows can be asked for."""
    if database.live is None:
        return None
    from envctl.ops.mask.live import ask_rows
    from envctl.ops.snapshots.sources.live import LiveServer

    return partial(ask_rows, site, LiveServer(database, database.live), catalogue)


def database_of(workload: Workload) -> Database:
    """The database of a service that was chosen for having one."""
    assert workload.database is not None  # noqa: S101 – chosen for it
    return workload.database


@contextmanager
def workshop(here: Here, workload: Workload, image: str) -> Iterator[Site]:
    """A place for a throwaway server of a service, of which nothing is left; `image` is one that the daemon has.

    It looks like a snapshot that is being built, which it never becomes: of one that was killed the next run clears
    away what is left, or gc. Who asks for the same at the same time waits. Raises EnvctlError.
    """
    world, address = here.world, _address(here, workload)
    with world.locks.hold(marker(address), "mask"):
        _sweep(world, address)
        token = token_hex(TOKEN)
        volume = data_volume(address, token, 0)
        site = Site(here, workload, image, Mounted(volume), address, token)
        try:
            begun.note(world.runtime, marker(address), volume)
            world.engine.create_volume(volume, site.labels(DATA))
            remove_files(world, marker(address))
            prepare(site, "")
            with fifos(world.engine.daemon(), world.runtime, marker(address)) as pipes:
                yield with_pipes(site, pipes)
        finally:
            with suppress(EnvctlError):  # the next run, or gc, clears away what is left
                _clear(world, address, {myself()})


def _address(here: Here, workload: Workload) -> str:
    """The same for each run, so that it finds what the one before left; no snapshot's, whose hash begins otherwise."""
    words = f"workshop {here.identity.project} {workload.service}"
    return sha256(words.encode()).hexdigest()[:_ADDRESS]


def _sweep(world: World, address: str) -> None:
    """Clear away what runs left that have surely ended."""
    for volume in world.engine.volumes({labels.SNAPSHOT: address}, prefix=marker(address)):
        if not volume.labels and volume.name in begun.noted(world.runtime, marker(address)):
            world.engine.remove_volume(volume.name)  # the daemon died while it made it
    remove_files(world, marker(address))
    said = {one for leftover in _left(world, address) for one in _marks(leftover)}
    _clear(world, address, {mark for mark in said if has_ended(mark)} | {myself()})  # the lock is ours


def _clear(world: World, address: str, marks: set[str]) -> None:
    """Remove what these builders have of an address."""
    for leftover in _left(world, address):
        for container in leftover.containers:
            if container.labels.get(labels.SNAPSHOT_BUILDER) in marks:
                world.engine.kill_container(container.id)
        discard(world, address, [v for v in leftover.volumes if v.labels.get(labels.SNAPSHOT_BUILDER) in marks])


def _left(world: World, address: str) -> tuple[Leftover, ...]:
    volumes = world.engine.volumes({labels.SNAPSHOT: address}, prefix=marker(address))
    return shelf(volumes, world.engine.listed({labels.SNAPSHOT: address})).leftovers


def _marks(leftover: Leftover) -> Iterator[str]:
    carried = (*(v.labels for v in leftover.volumes), *(c.labels for c in leftover.containers))
    yield from (own.get(labels.SNAPSHOT_BUILDER, "") for own in carried)


def _readable(here: Here, workload: Workload) -> Readable:
    """What the stack file says that the data comes from, without its mask. Raises EnvctlError(DATA_REFUSED)."""
    database = database_of(workload)
    if database.backup is not None or (database.live is not None and database.live.method == "physical"):
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"{database.data}, which {workload.service} is filled with, are files of a whole server: "
            "they are copied as they are, and cannot be masked",
            unchanged=NOT_MOVED,
            hint='Take a dump of its database (pg_dump --format=custom), or a live server with method = "logical".',
        )
    if database.synthetic is not None:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"{database.data}, which {workload.service} is filled with, is made up: its rows are nobody's",
            unchanged=NOT_MOVED,
            hint="There is nothing to be masked: `envctl seed --masked` takes it as it is.",
        )
    return cast("Readable", source_of(here, replace(workload, database=replace(database, mask=None))))


def _image(here: Here, workload: Workload) -> str:
    """The reference that the daemon has its image under, pulled if need be. Raises EnvctlError."""
    image = here.blueprint().images[workload.service]
    found = next((one for one in image.candidates if here.world.engine.image(one) is not None), None)
    if found is not None:
        return found
    if image.built:
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"the image of {workload.service} was not built yet",
            unchanged=NOT_MOVED,
            hint="`envctl up` builds it.",
        )
    from envctl.runtimes.compose.images import pull  # takes longer to load than all else, and is hardly ever needed

    return pull(here.world, f"image {workload.service}", image.candidates)


def _told(error: EnvctlError) -> EnvctlError:
    """The same, said of a server that is gone, and of an environment that was never touched."""
    hint = "Run the same command again." if _LOGS in error.hint else error.hint
    return EnvctlError(
        error.code, error.message, hint=hint, unchanged=NOT_MOVED, details=error.details, data=error.data
    )


def chosen(here: Here, services: Sequence[str]) -> list[Workload]:
    """The services whose database is filled with something: those named, or all. Raises EnvctlError(USAGE)."""
    fillable = {w.service: w for w in workloads(here.stack) if w.database is not None and w.database.data}
    unknown = [name for name in services if name not in fillable]
    if unknown or not fillable:
        known = ", ".join(fillable) or "none: give a service `data = …`"
        raise EnvctlError(
            Exit.USAGE,
            f"{', '.join(unknown)} has no data to be masked" if unknown else "no service has data to be masked",
            unchanged=NOT_MOVED,
            hint=f"Services with data: {known}.",
        )
    return [fillable[name] for name in dict.fromkeys(services) or fillable]


def only(found: Sequence[Workload]) -> Workload:
    """The only one of those that may be meant. Raises EnvctlError(USAGE) where there are several."""
    if len(found) == 1:
        return found[0]
    names = ", ".join(workload.service for workload in found)
    raise EnvctlError(
        Exit.USAGE, "several services have data", unchanged=NOT_MOVED, hint=f"Say which one is meant: {names}."
    )
