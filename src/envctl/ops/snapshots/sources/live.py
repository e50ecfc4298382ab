"""A Postgres server that runs elsewhere: its database as pg_dump reads it, or all of it as pg_basebackup does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.ops.snapshots.sources.moved import move_in, settle
from envctl.ops.snapshots.sources.provided import provided
from envctl.ops.snapshots.sources.reader import UNCHANGED, Reader, reader
from envctl.seeds.dumps.archive import before
from envctl.seeds.dumps.contents import Contents, read_text
from envctl.seeds.dumps.pieces import BrokenText
from envctl.seeds.dumps.plain import Plain
from envctl.seeds.moved import cut_off
from envctl.seeds.server import LOADING, PSQL, ask, connection
from envctl.seeds.servers import live
from envctl.seeds.servers.live import State
from envctl.seeds.servers.parts import Limits
from envctl.seeds.servers.shared import Elsewhere, shared
from envctl.seeds.servers.url import FORM, BadUrl, Url, read_url
from envctl.seeds.tidy import tidy
from envctl.snapshot import MARKER, is_marker
from envctl.workload import Database, Live
from envctl.world.shell import Finished


@dataclass(frozen=True)
class LiveServer(Source):
    """The server whose URL a secret holds. What was read of it once is found again until it is asked anew."""

    database: Database
    live: Live
    limits: Limits = field(default_factory=Limits)
    _said: dict[str, str] = field(default_factory=dict, repr=False, compare=False)  # asked once: others read it too

    @property
    def words(self) -> str:
        """`live staging`."""
        return f"live {self.database.data}"

    def digest(self, here: Here) -> str:
        """Which server it is, and how many times it was read: asking it would need it each time.

        Raises EnvctlError(NOT_FOUND) without its URL.
        """
        if "digest" not in self._said:
            known = self._identity(here)
            self._said["digest"] = f"{known}#{max(newest(here, known), self.live.times)}"
        return self._said["digest"]

    def again(self, here: Here) -> Live:
        """The same server, to be read once more than it was. Raises EnvctlError(NOT_FOUND) without its URL."""
        return replace(self.live, times=newest(here, self._identity(here)) + 1)

    def _identity(self, here: Here) -> str:
        return f"sha256:{self.url(here).identity(self.live.method)}"

    def before(self, site: Site) -> Mapping[str, str]:
        """Ask it what it is; physically, copy it. Raises EnvctlError."""
        url, physical = self.url(site.here), self.live.method == "physical"
        with reader(site, writes=physical) as container:
            state = self._ask(container, url)
            if misfit := live.unfit(state, container.place().major, self.live.method):
                raise _refused(f"{self.words} {misfit[0]}.", misfit[1])
            about = {**dict(state.about), "source.method": self.live.method}
            if physical:
                about |= self._copy(container, url)
        if physical:
            move_in(site, self.database, self.words)
        return about

    def inside(self, site: Site) -> Mapping[str, str]:
        """Copy its database; or make the copy of the whole server the stack's. Raises EnvctlError."""
        url = self.url(site.here)
        if self.live.method == "physical":
            settle(site, self.database, url.database)
        else:
            with reader(site) as container:
                self._load(container, url)
            cut_off(site.client, self.database.user, self.database.name)
            site.tell(f"tidying {self.database.data}")
            tidy(site.client, self.database)
        return {"data": self.digest(site.here)}

    @contextmanager
    def plain(self, site: Site) -> Iterator[Plain]:
        """Its database as the text of a dump, as it is at one moment, read while it is used. Raises EnvctlError."""
        url = self.url(site.here)
        with reader(site) as container:
            elsewhere = Elsewhere(container.reading, url, container.place().major, self._failed, self.limits)
            with shared(elsewhere, lambda words: site.tell(f"reading {self.words}: {words}")) as text:
                yield Plain(
                    ask(site.client, self.database),
                    before(self._contents(text.schema)),
                    lambda: (text.schema,),
                    text.text,
                    text.share,
                    text.done,
                )

    def url(self, here: Here) -> Url:
        """Its URL, from whoever provides the secret. Raises EnvctlError."""
        name = self.live.secret
        try:
            return read_url(provided(here, name, f"The URL of {self.words}", FORM))
        except BadUrl as bad:
            raise _refused(f"The URL of {self.words} is not one: {name} {bad}", bad.hint) from None

    def _ask(self, container: Reader, url: Url) -> State:
        container.site.tell(f"asking {self.words}")
        finished = container.run(live.RUN, *live.ask(url), stdin=url.line)
        hint = f"Try it: the URL is in the secret {self.live.secret}, and a container of Docker has to reach it."
        if finished.status:
            raise _refused(f"{self.words} cannot be read: {live.why(finished.stderr, finished.status)}", hint)
        try:
            return live.read_state(finished.stdout)
        except live.Odd as odd:
            raise _refused(f"{self.words} is no Postgres server that can be read: it {odd}", hint) from None

    def _copy(self, container: Reader, url: Url) -> Mapping[str, str]:
        folder = container.place(make=True).folder
        container.site.tell(f"copying {self.database.data}")
        words = live.basebackup(url, folder)
        copied = container.run(live.RUN, *words, stdin=url.line, line=_teller(container.site))
        if copied.status:
            raise self._failed(copied)
        reached = container.run(live.REACHED, folder).stdout.decode("utf-8", "replace").splitlines()
        return {f"source.{key}": value for line in reached for key, _, value in (line.partition("="),) if value}

    def _load(self, container: Reader, url: Url) -> None:
        """From server to server, without a byte of it on a disk in between."""
        site, database, place = container.site, self.database, container.place()
        into = connection(database.name, database.user)
        first = before(self._contents(self._schema_text(container, url, place.major)))
        if first and (made := site.client.run((*PSQL, into, "--file=-"), stdin=first, env=LOADING)).status:
            raise self._failed(made)
        words = live.dump(url, place.major, "--format=custom", "--compress=0", "--verbose")
        here = f"{into} host='{place.folder}'"
        site.tell(f"copying {database.data}")
        copied = container.run(live.COPY, here, LOADING["PGOPTIONS"], *words, stdin=url.line, line=_teller(site))
        if copied.status or not live.dumped(copied.stderr):
            raise self._failed(copied)

    def _schema_text(self, container: Reader, url: Url, major: int) -> bytes:
        """What it consists of, but for the data."""
        schema = container.run(
            live.RUN, "pg_dump", *live.dump(url, major, "--schema-only", "--format=plain"), stdin=url.line
        )
        if schema.status:
            raise self._failed(schema)
        return schema.stdout

    def _contents(self, schema: bytes) -> Contents:
        try:
            return read_text((schema,))
        except BrokenText as broken:
            raise _refused(f"{self.words} has a schema that {broken.message}", broken.hint) from None

    def _failed(self, finished: Finished) -> EnvctlError:
        text = live.why(finished.stderr, finished.status)
        full = b"No space left on device" in finished.stderr
        hint = "Make room on the daemon's disk: `envctl gc`." if full else live.hint(finished.stderr)
        return _refused(
            f"{self.words} could not be copied: {text}", hint, Exit.NO_CAPACITY if full else Exit.DATA_REFUSED
        )


def newest(here: Here, known: str) -> int:
    """How many times a source was read, as far as snapshots of it are left: 0 where none is."""
    found = (volume for volume in here.world.engine.volumes({labels.ROLE: MARKER}) if is_marker(volume))
    said = (volume.labels.get(labels.SNAPSHOT_DIGEST, "").partition("#") for volume in found)
    return max((int(times) for which, _, times in said if which == known and times.isdecimal()), default=0)


def _teller(site: Site) -> Callable[[str], None]:
    """Tells how far it is, each thing once."""
    last = ""

    def line(text: str) -> None:
        nonlocal last
        said = live.progress(text)
        if said and said != last:
            site.tell(last := said)

    return line


def _refused(message: str, hint: str, code: Exit = Exit.DATA_REFUSED) -> EnvctlError:
    return EnvctlError(code, message, hint=hint, unchanged=UNCHANGED)
