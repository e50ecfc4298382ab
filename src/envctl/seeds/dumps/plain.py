"""A dump of any format as the plain text that psql reads: its schema alone, or all of it as a stream.

No row of it is written anywhere on the way: an archive is unpacked as it passes, here or by pg_restore, and the files
of a folder are read here, since pg_restore would need them on a disk beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from envctl.seeds.client import Progress, Streaming, unheard
from envctl.seeds.dumps import custom, folder
from envctl.seeds.dumps.archive import OPTIONS, before, content, failed, schema_of
from envctl.seeds.dumps.check import Checked
from envctl.seeds.dumps.dump import Dump, Read, counted
from envctl.seeds.dumps.edits import edited
from envctl.seeds.dumps.packed import Damaged, unpack_file
from envctl.seeds.dumps.skeleton import with_rows
from envctl.seeds.refusal import AGAIN, refused
from envctl.seeds.server import ENV, Server, ask
from envctl.workload import Database
from envctl.world.parallel import apart
from envctl.world.shell import Finished

_AT = "/tmp/envctl-contents"  # noqa: S108  # in the container, where only the server's own user works
_TABLE_DATA = re.compile(rb"^(\d+); \d+ \d+ TABLE DATA ")
_CONTENTS = re.compile(r"toc\.dat|blobs(?:_\d+)?\.toc")  # PostgreSQL 17 lists large objects in several files
_DATA = re.compile(r"(?:blob_)?\d+\.dat(?:\.\w+)?")


@dataclass(frozen=True)
class Plain:
    """Where a text comes from: `first` are statements that it needs before. `schema` and `text` are read
    anew each time.

    Reading raises EnvctlError, and BrokenText for what is no whole text: what is wrong with it may be seen at its end.
    """

    server: Server
    first: tuple[bytes, ...]
    schema: Callable[[], Iterable[bytes]]  # a text with all of the schema
    text: Callable[[], AbstractContextManager[Iterable[bytes]]]
    share: Callable[[], float | None] = lambda: None  # of it that was read, from 0 to 1; None where nobody knows
    done: Callable[[], None] = lambda: None  # it is not read again
    made_from: str | None = None  # the version of the server that it comes from


def plain(client: Streaming, checked: Checked, database: Database) -> Plain:
    """A dump that was checked, for the server of that client. Raises EnvctlError."""
    asked, dump = apart(lambda: ask(client, database)), checked.dump
    so_far = 0

    def progress(_what: str, read: int, _total: int) -> None:
        nonlocal so_far
        so_far = read

    def share() -> float:
        return min(1.0, so_far / max(dump.size, 1))

    if dump.format == "sql":
        server = asked.result()
        return Plain(
            server,
            (),
            lambda: _own_text(checked, server, unheard),
            lambda: _unchanged(dump, nullcontext(_own_text(checked, server, progress))),
            share,
            made_from=checked.contents.server,
        )
    hollow = custom.hollow(dump.blocks()) if dump.format == "custom" else None
    schema = schema_of(client, dump, asked.result, hollow)
    server = asked.result()

    def text() -> AbstractContextManager[Iterable[bytes]]:
        if hollow is not None:
            return _custom(schema.text, dump, progress)
        return (_folder if dump.format == "directory" else _archive)(client, dump, server, progress)

    return Plain(
        server,
        before(schema.contents),
        lambda: with_rows((schema.text,), _nothing, _nothing),
        lambda: _unchanged(dump, text()),
        share,
        made_from=schema.contents.server,
    )


@contextmanager
def _unchanged(dump: Dump, text: AbstractContextManager[Iterable[bytes]]) -> Iterator[Iterable[bytes]]:
    """A text that is read to its end, of the dump that it was when it was checked."""
    with text as blocks:
        yield blocks
    if dump.changed():
        raise refused(dump.path, "changed while it was read", hint="Run the same command again.")


def _own_text(checked: Checked, server: Server, progress: Progress) -> Iterator[bytes]:
    edits = [edit for edit in checked.contents.edits if edit.applies(server.roles, server.parameters)]
    return edited(checked.dump.blocks(_masking(checked.dump, progress)), edits)


def _masking(dump: Dump, progress: Progress) -> Read:
    return counted(dump, partial(progress, "masking"))


def _archive(
    client: Streaming, dump: Dump, server: Server, progress: Progress
) -> AbstractContextManager[Iterable[bytes]]:
    return _printed(client, (), content(dump, _masking(dump, progress)), dump, server)


@contextmanager
def _custom(skeleton: bytes, dump: Dump, progress: Progress) -> Iterator[Iterable[bytes]]:
    """What pg_restore made of an archive without its rows, with them put in."""

    def passed() -> Iterator[bytes]:
        try:
            rows = custom.Rows(dump.blocks(_masking(dump, progress)))
            yield from with_rows((skeleton,), rows.of, _nothing)
        except Damaged as error:
            raise refused(dump.path, f"is damaged or cut off: {error}", hint=AGAIN) from None

    yield passed()


@contextmanager
def _printed(
    client: Streaming, words: tuple[str, ...], stdin: Iterable[bytes], dump: Dump, server: Server
) -> Iterator[Iterable[bytes]]:
    """What pg_restore prints as text."""
    argv = ("pg_restore", *OPTIONS, "--exit-on-error", "--file=-", *words)
    with client.reading(argv, stdin=stdin, env=ENV) as reading:

        def passed() -> Iterator[bytes]:
            yield from reading
            status, said = reading.ended()
            if status:
                raise failed(dump, Finished(status, stderr=said), None, server)

        yield passed()


@contextmanager
def _folder(client: Streaming, dump: Dump, server: Server, progress: Progress) -> Iterator[Iterable[bytes]]:
    """What pg_restore makes of the tables of contents, with rows and large objects put in from the files here."""
    members = folder.members(dump.path)
    files = _Files(
        dump,
        {m.name.partition(".")[0]: m for m in members if _DATA.fullmatch(m.name)},
        _masking(dump, progress),
    )
    contents = folder.as_tar(dump.path, [m for m in members if _CONTENTS.fullmatch(m.name)], lambda _: None)
    remove = ("rm", "-rf", _AT)
    try:
        for argv, stdin in (
            (remove, None),
            (("mkdir", "-m", "700", _AT), None),
            (("tar", "-x", "-f", "-", "-C", _AT), contents),
        ):
            _did(client.run(argv, stdin=stdin), dump, server)
        listed = _did(client.run(("pg_restore", "--list", "--format=directory", _AT), env=ENV), dump, server)
        numbers = [found[1].decode() for line in listed.stdout.splitlines() if (found := _TABLE_DATA.match(line))]
        large = [name for name in files.there if name.startswith("blob_")]
        for names, holds in ((numbers, r"$name\n\\.\n\n\n"), (large, "")):
            fill = f'while read -r name; do printf "{holds}" >"{_AT}/$name.dat"; done'
            _did(client.run(("sh", "-c", fill), stdin=[f"{name}\n".encode() for name in names]), dump, server)
        with _printed(client, ("--format=directory", _AT), (), dump, server) as skeleton:
            yield with_rows(skeleton, files.rows, files.large)
    finally:
        client.run(remove)


@dataclass(frozen=True)
class _Files:
    """Those with the data of a dump in directory format, by what comes first in their names."""

    dump: Dump
    there: Mapping[str, folder.Member]
    read: Read

    def rows(self, number: str) -> Iterator[bytes]:
        """The rows of one table, without what ends them."""
        held = b""
        for block in self._content(number, "rows"):
            held += block
            yield held[: -len(custom.END)]
            held = held[-len(custom.END) :]
        if held != custom.END:
            raise refused(self.dump.path, f"is cut off: the end of {self.there[number].name} is missing", hint=AGAIN)

    def large(self, number: str) -> Iterator[bytes]:
        """The content of a large object."""
        return self._content(f"blob_{number}", "content")

    def _content(self, name: str, what: str) -> Iterator[bytes]:
        member = self.there.get(name)
        if member is None:
            raise refused(self.dump.path, f"has no file with the {what} of its entry {name}", hint=AGAIN)
        if member.name.endswith(".lz4"):
            raise refused(
                self.dump.path, "is packed with lz4", hint="Make it again with pg_dump --compress=zstd, or gzip."
            )
        blocks = folder.content(self.dump.path, member, self.read)
        try:
            yield from unpack_file(member.name, blocks)
        except Damaged as error:
            raise refused(self.dump.path, f"is damaged or cut off: {error}", hint=AGAIN) from None


def _nothing(_number: str) -> Iterable[bytes]:
    """In place of rows or of a large object."""
    return ()


def _did(finished: Finished, dump: Dump, server: Server) -> Finished:
    if finished.status:
        raise failed(dump, finished, None, server)
    return finished
