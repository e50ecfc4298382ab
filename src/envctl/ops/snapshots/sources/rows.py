"""The rows of a database as messages of Kafka or keys of Redis: of its snapshot, whatever that was filled from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from envctl.errors import EnvctlError, Exit
from envctl.ops.setting import Here
from envctl.ops.snapshots.pace import Pace
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.ops.snapshots.sources.reader import UNCHANGED
from envctl.planning.fitting import refuse_uncertified
from envctl.stack.workloads import LOOPBACK
from envctl.workload import Derived, Workload
from envctl.world.relay import into, relay

if TYPE_CHECKING:
    from envctl.catalogue import Catalogue
    from envctl.seeds.redis.keys import Entry
    from envctl.seeds.rows.binary import Row
    from envctl.snapshot import Snapshot

T = TypeVar("T")
Answers = Callable[[str], "Iterator[Row]"]  # the rows that a statement copies out
_FORM = 1  # raised when the same rows and templates come to be something else


@dataclass(frozen=True)
class Rows(Source):
    """What a `[data.NAME]` makes of the rows of another one."""

    workload: Workload
    derived: Derived

    @property
    def words(self) -> str:
        """`rows messages`."""
        return f"rows {self.derived.data}"

    @property
    def made(self) -> Mapping[str, Mapping[str, Any]]:
        """By topic, or by the template of keys, what is made."""
        found: dict[str, dict[str, Any]] = json.loads(self.derived.made)
        return found

    @property
    def partitions(self) -> Mapping[str, int]:
        """Of the topics that get messages."""
        topics = self.workload.topics
        return {name: topics.partitions[name] for name in self.made} if topics else {}

    @property
    def of(self) -> Workload:
        """The service of the database."""
        assert self.derived.of is not None  # noqa: S101 – all services are known by now
        return self.derived.of

    def digest(self, here: Here) -> str:
        """Of the database's snapshot and what is made of it. Raises EnvctlError."""
        from envctl.ops.snapshots.recipe import made_for

        image = here.world.engine.image(self._image(here)) or ""
        said = [_FORM, made_for(here, here.blueprint(), self.of, image).address, self.derived.made, self.partitions]
        return f"sha256:{sha256(json.dumps(said).encode()).hexdigest()}"

    def before(self, site: Site) -> Mapping[str, str]:
        """See that the database's snapshot is there: nobody's server has to wait for it. Raises EnvctlError."""
        found = self._snapshot(site.here)
        return {"rows": f"{found.source} ({found.short})"}

    def reaching(self, site: Site) -> AbstractContextManager[Site]:
        """A broker is spoken to in its own protocol, through a port of this machine."""
        return _reached(site) if self.partitions else nullcontext(site)

    def inside(self, site: Site) -> Mapping[str, str]:
        """Read the rows, and put in what they make. Raises EnvctlError."""
        from envctl.ops.snapshots.reopened import reopened
        from envctl.seeds.rows.answer import answers, tables_of

        database = self.of.database
        assert database is not None  # noqa: S101 – chosen for it
        site.tell(f"reading the rows of {database.data}")
        with reopened(site, self._snapshot(site.here), self.of, self._image(site.here)) as client:
            catalogue = tables_of(client, database)
            if self.partitions:
                self._send(site, partial(answers, client, database), catalogue)
            else:
                self._keep(site, partial(answers, client, database), catalogue)
        return {"data": self.digest(site.here)}

    def _send(self, site: Site, answers: Answers, catalogue: Catalogue) -> None:
        """Messages, topic by topic: first it is seen that all of them can be made."""
        from envctl.seeds.kafka.made import made
        from envctl.seeds.kafka.messages import Sender
        from envctl.seeds.kafka.topics import create_topics

        every = {
            topic: self._fitting(f"messages.{topic}", partial(made, catalogue, said))
            for topic, said in self.made.items()
        }
        brokers = f"{LOOPBACK}:{site.reached}"
        create_topics(brokers, self.partitions, keeping=True)
        sender, pace = Sender(brokers), self._pace(site, "sending messages of")
        for topic, one in every.items():
            rows = answers(one.statement)
            sent = sender.send(topic, self.partitions[topic], one.messages(topic, rows), partial(pace, topic))
            site.tell(f"{sent:,} messages of {topic}")

    def _keep(self, site: Site, answers: Answers, catalogue: Catalogue) -> None:
        """Keys, all in one go; each has to be another one."""
        from envctl.seeds.redis.keys import commands, read_answer
        from envctl.seeds.redis.made import made

        every = {
            key: self._fitting(f'keys."{key}"', partial(made, catalogue, key, said)) for key, said in self.made.items()
        }
        pace, count = self._pace(site, "making keys like"), 0

        def entries() -> Iterator[Entry]:
            nonlocal count
            for key, one in every.items():
                for number, entry in enumerate(one.entries(answers(one.statement)), 1):
                    count += 1
                    pace(key, number)
                    yield entry

        argv = ("docker", "exec", "--interactive", site.server, *self.derived.feed)
        finished = site.here.world.shell.run(argv, stdin=commands(entries()))
        answer = read_answer(finished.stdout)
        if answer is None or finished.status or answer.errors or answer.replies != count:
            said = "it broke off" if answer is None else f"of {count} keys it refused {answer.errors}"
            raise _refused(
                f"{site.workload.service} did not take the keys of {self.derived.data}: {said}",
                "Run the same command again.",
            )
        if answer.keys != count:
            message = f"{count} rows of {self.derived.data} make only {answer.keys} keys: some have the same, or went"
            raise _refused(
                message,
                "Put a column into the key that tells its rows apart, such as the primary key; or raise `maxmemory`.",
            )
        site.tell(f"{count:,} keys")

    def _fitting(self, at: str, ask: Callable[[], T]) -> T:
        """What is asked of the database, where that can answer. Raises EnvctlError."""
        from envctl.seeds.rows.question import Unanswerable

        try:
            return ask()
        except Unanswerable as wrong:
            key = ".".join(filter(None, (f"data.{self.derived.data}.{at}", wrong.at)))
            raise _refused(f"{key}: {wrong.message}", wrong.hint or "Correct it in the stack file.") from None

    def _pace(self, site: Site, doing: str) -> Pace:
        return Pace(site.tell, lambda: None, doing=doing)

    def _snapshot(self, here: Here) -> Snapshot:
        """The database's: found, or built first. Of one that is masked only what is proven to be is read."""
        from envctl.ops.snapshots.build import find_or_build

        found = find_or_build(here, here.blueprint(), self.of, self._image(here))
        refuse_uncertified(found)
        return found

    def _image(self, here: Here) -> str:
        """The reference that the daemon has the database's image under."""
        candidates = here.blueprint().images[self.of.service].candidates
        return next((one for one in candidates if here.world.engine.image(one) is not None), candidates[0])


@contextmanager
def _reached(site: Site) -> Iterator[Site]:
    with relay(site.here.world.shell, into(site.server, site.workload.port or 0)) as port:
        yield replace(site, reached=port)


def _refused(message: str, hint: str) -> EnvctlError:
    return EnvctlError(Exit.DATA_REFUSED, message, hint=hint, unchanged=UNCHANGED)
