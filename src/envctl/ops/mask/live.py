"""A few rows of each table of a server that runs elsewhere: asked for, so that nobody reads all the others."""

from __future__ import annotations

from collections.abc import Iterator

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.ops.mask.refuse import NOT_MOVED
from envctl.ops.snapshots.sources.base import Site
from envctl.ops.snapshots.sources.live import LiveServer
from envctl.ops.snapshots.sources.reader import reader
from envctl.seeds.masked.samples import asking
from envctl.seeds.servers import live


def ask_rows(site: Site, server: LiveServer, catalogue: Catalogue, most: int) -> Iterator[bytes]:
    """What a dump with the first rows alone would look like. Raises EnvctlError, with no value in it."""
    url = server.url(site.here)
    site.tell(f"reading a few rows of {server.words}")
    with reader(site) as container:
        for words in asking(url, catalogue, most):
            with container.reading(live.RUN, *words, stdin=[url.line]) as reading:
                yield from reading
                status, said = reading.ended()
            if status:
                raise EnvctlError(
                    Exit.DATA_REFUSED,
                    f"rows of {server.words} cannot be read: {live.why(said, status)}",
                    unchanged=NOT_MOVED,
                    hint=f"{live.hint(said)}\nOr go by names and types alone: `envctl mask suggest --no-samples`.",
                )
