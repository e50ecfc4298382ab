"""A throwaway container of the service's image that has a network, for as long as a server elsewhere is read.

The throwaway server itself never has one. What is read goes straight into its data, or through its socket there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from secrets import token_hex

from envctl.errors import EnvctlError, Exit
from envctl.job import Job, Mounted
from envctl.ops.client import DatabaseClient
from envctl.ops.snapshots.sources.base import TOKEN, Site
from envctl.seeds.place import LOOK, MAKE, Place, read_place
from envctl.seeds.servers.url import HOSTS
from envctl.world import helper
from envctl.world.pipes import Reading
from envctl.world.shell import Finished

UNCHANGED = "Nothing was started, and the environment is as it was."
_DAY = "86400"  # seconds: copying takes as long as it takes


@dataclass(frozen=True)
class Reader:
    """Runs programs in such a container."""

    site: Site
    container: str

    def run(
        self,
        script: str,
        *words: str,
        user: str = "postgres",
        stdin: bytes = b"",
        line: Callable[[str], None] | None = None,
    ) -> Finished:
        """Run a shell script with arguments. What must be seen by nobody goes to its standard input."""
        who = ("docker", "exec", "--interactive", "--user", user, self.container)
        argv = (*who, "sh", "-c", script, "envctl", *words)
        return self.site.here.world.shell.run(argv, stdin=[stdin], line=line)

    def reading(
        self, script: str, *words: str, user: str = "postgres", stdin: Iterable[bytes] = ()
    ) -> AbstractContextManager[Reading]:
        """The same, of which the output is read while it runs."""
        client = DatabaseClient(self.site.here.world, self.container, self.site.fifos, user)
        return client.reading(("sh", "-c", script, "envctl", *words), stdin=stdin)

    def place(self, *, make: bool = False) -> Place:
        """Where the data lies in it; `make` sees to it that the folder is there. Raises EnvctlError."""
        finished = self.run(MAKE if make else LOOK, self.site.place, user="0")
        if finished.status == 0 and (found := read_place(finished.stdout)) is not None:
            return found
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"{self.site.image} is not made as the official image of Postgres is",
            details=tuple(finished.stderr.decode("utf-8", "replace").splitlines()[-1:]),
            unchanged=UNCHANGED,
            hint="Fill the database from a dump instead.",
        )


@contextmanager
def reader(site: Site, *, network: str = "bridge", writes: bool = False) -> Iterator[Reader]:
    """A container with the data where its server has it, to be read only unless it `writes`."""
    data = Mounted(site.data.volume, site.data.subpath, read_only=not writes)
    known = {name: value for name, value in site.environment.items() if name == "PGDATA"}
    job = Job(
        site.image,
        (_DAY,),
        {site.place: data},
        entrypoint=("sleep",),
        environment=known,
        network=network,
        hosts=HOSTS if network != "none" else {},
        binds=site.binds,
    )
    name = site.name(f"{helper.ROLE}-{token_hex(TOKEN)}")
    with helper.started(site.here.world.engine, job, name, site.labels(helper.ROLE)) as container:
        yield Reader(site, container)
