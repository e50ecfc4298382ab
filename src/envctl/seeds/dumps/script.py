"""Plain dumps: SQL, fed to psql."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from envctl.seeds.client import Client, Progress
from envctl.seeds.dumps.contents import Contents, read_text
from envctl.seeds.dumps.dump import Dump, counted
from envctl.seeds.dumps.edits import edited
from envctl.seeds.dumps.pieces import BrokenText
from envctl.seeds.failures import read_failure
from envctl.seeds.refusal import AGAIN, not_restored, refused
from envctl.seeds.server import LOADING, PSQL, Server, check_found, restriction


def check(dump: Dump, progress: Progress) -> Contents:
    """Read it once, to its end. Raises EnvctlError when it is not a whole dump of one database."""
    try:
        return read_text(dump.blocks(counted(dump, partial(progress, "checking"))))
    except BrokenText as broken:
        where = f" (line {broken.line})" if broken.line else ""
        raise refused(dump.path, f"{broken.message}{where}", hint=broken.hint or AGAIN) from None


def load(client: Client, dump: Dump, contents: Contents, server: Server, into: str, progress: Progress) -> None:
    """Feed it to psql; `into` is the option that connects to the database."""
    edits = [edit for edit in contents.edits if edit.applies(server.roles, server.parameters)]
    sent = _Sent(edited(dump.blocks(counted(dump, partial(progress, "restoring"))), edits))
    guard = (restriction(),) if server.restricts else ()
    finished = client.run((*PSQL, "--output=/dev/null", into, *guard, "--file=-"), stdin=sent, env=LOADING)
    if finished.status != 0:
        check_found(finished, "psql")
        raise not_restored(dump.path, read_failure(finished.stderr), source=contents.server, server=server.version)
    if not sent.all:
        raise refused(dump.path, "was not read to its end by psql", hint=AGAIN)


class _Sent:
    """A stream that knows whether it was read to its end."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = blocks
        self.all = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._blocks
        self.all = True
