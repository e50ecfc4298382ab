"""Where the data of a snapshot comes from, and the place where it is built."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Protocol

from envctl import labels
from envctl.events import Event, Phase
from envctl.job import Job, Mounted, Output
from envctl.ops.client import DatabaseClient
from envctl.ops.setting import Here
from envctl.snapshot import BUILDER, marker
from envctl.text import PublishedPort
from envctl.workload import Workload
from envctl.world import helper
from envctl.world.alive import myself

if TYPE_CHECKING:
    from envctl.world.fifos import Fifos

TOKEN = 6  # bytes by chance that tell one builder of an address from another
_OF_ONE = "ENVCTL_"  # variables that tell a service which environment it is of


@dataclass(frozen=True)
class Site:
    """Where one service's data is built: a volume that no environment has, and containers that come and go.

    Its containers carry its address, so that whoever builds the same next clears away what a dead builder left.
    """

    here: Here
    workload: Workload
    image: str  # a reference that the daemon has
    data: Mounted
    address: str
    token: str
    fifos: Fifos | None = None  # that its containers see, where they can
    reached: int | None = None  # the port of this machine at which its server is reached, where somebody has to

    @property
    def place(self) -> str:
        """Where the data lies in each of its containers: as in the service's own."""
        return self.workload.mounts[0].path

    @property
    def server(self) -> str:
        """The container of the throwaway server."""
        return self.name(BUILDER)

    @property
    def binds(self) -> tuple[str, ...]:
        """What its containers see of this machine."""
        return (str(self.fifos.folder),) if self.fifos else ()

    @property
    def client(self) -> DatabaseClient:
        """The database client in the throwaway server, while that runs."""
        return DatabaseClient(self.here.world, self.server, self.fifos)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the service's containers: `PGDATA` and its like. No secret is among them, and nothing of the
        environment that it is first built for: it is for all of them.
        """
        port = self.reached or self.workload.port
        return {
            name: value.fill(lambda hole: str(port) if isinstance(hole, PublishedPort) else "")
            for name, value in self.workload.environment.items()
            if not name.startswith(_OF_ONE)
        }

    def name(self, role: str) -> str:
        """The name of one of its containers."""
        return f"{marker(self.address)}-{self.token}-{role}"

    def labels(self, role: str) -> dict[str, str]:
        """What such a container carries."""
        return {
            labels.ROLE: role,
            labels.SNAPSHOT: self.address,
            labels.SNAPSHOT_BUILDER: myself(),
            labels.SNAPSHOT_PROJECT: self.here.identity.project,
        }

    def run(
        self,
        script: str,
        *words: str,
        user: str = "0",
        network: str = "none",
        environment: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> Output:
        """Run a shell script in the service's image, with the data where its server has it; $1 is that place.

        Never while the server runs. No secret may be in `environment`: `docker inspect` shows it; `files` are for that.
        """
        job = Job(
            self.image,
            ("-c", script, "envctl", self.place, *words),
            {self.place: self.data},
            entrypoint=("sh",),
            user=user,
            environment={**self.environment, **(environment or {})},
            network=network,
            files=files or {},
        )
        name = self.name(f"{helper.ROLE}-{token_hex(TOKEN)}")
        return helper.run(self.here.world.engine, job, name, self.labels(helper.ROLE))

    def tell(self, what: str, phase: Phase = "working") -> None:
        """Say how far it is."""
        self.here.world.tell(Event(f"data of {self.workload.service}", what, phase))


class Source(Protocol):
    """What data is made from. Each raises EnvctlError where it cannot be had."""

    @property
    def words(self) -> str:
        """In words that hold no secret: `dump catalogue`, `empty postgres`."""

    def digest(self, here: Here) -> str:
        """What identifies its content: the same means the same data, so it is found again and never built twice."""

    def before(self, site: Site) -> Mapping[str, str]:
        """Fill the data folder before any server was on it, or leave it empty: then the server makes it.

        Returns what people want to know of the data beside what its server says.
        """

    def reaching(self, site: Site) -> AbstractContextManager[Site]:
        """The same place, whose throwaway server can be reached by more than the programs in its container."""
        return nullcontext(site)

    def inside(self, site: Site) -> Mapping[str, str]:
        """Fill it through the throwaway server, which runs.

        Returns what was done, as the record of an environment says it, without the service's name: `data`.
        """

    def about(self) -> Mapping[str, str]:
        """What people want to know of the data that is known once it is there."""
        return {}

    @property
    def seed(self) -> str:
        """What chance depends on, as the address has it; nothing where nothing is left to chance."""
        return ""

    def loaded(self, site: Site) -> None:  # noqa: ARG002
        """What is left to do where all of it was loaded as a text: nothing of most, which say all in it."""
        return

    def mask(self, here: Here) -> str:  # noqa: ARG002 – most are not masked
        """What it is masked with, as the address has it; nothing where it is not."""
        return ""

    def proof(self, site: Site) -> str:  # noqa: ARG002
        """The certificate of masked data at rest; nothing of others. Raises EnvctlError where it does not get one."""
        return ""
