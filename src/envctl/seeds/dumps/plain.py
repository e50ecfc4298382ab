"""A dump of any format as the plain text that psql reads: its schema alone, or all of it as a stream.

No row of it is written anywhere on the way: an archive is unpacked by pg_restore as it passes, and the files of a
folder are read here, since pg_restore would need them on a disk beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from envctl.seeds.client import Progress, Streaming, unheard
from envctl.seeds.dumps import folder
from envctl.seeds.dumps.archive import OPTIONS, before, content, failed, schema_of
from envctl.seeds.dumps.check import Checked
from envctl.seeds.dumps.dump import Dump, Read, counted
from envctl.seeds.dumps.edits import edited
from envctl.seeds.dumps.packed import Damaged, unpack
from envctl.seeds.dumps.skeleton import with_rows
from envctl.seeds.refusal import AGAIN, refused
from envctl.seeds.server import ENV, Server, ask
from envctl.workload import Database
from envctl.world.shell import Finished

_AT = "/tmp/envctl-contents"  # noqa: S108  # in the container, where only the server's own user works
_TABLE_DATA = re.compile(rb"^(\d+); \d+ \d+ TABLE DATA ")
_LARGE = ("blob_", "blobs")  # what files of large objects are called
_END = b"\\.\n\n\n"  # what pg_dump writes behind the rows of each table


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
    server, dump = ask(client, database), checked.dump
    so_far = 0

    def progress(_what: str, read: int, _total: int) -> None:
        nonlocal so_far
        so_far = read

    def share() -> float:
        return min(1.0, so_far / max(dump.size, 1))

    if dump.format == "sql":
        return Plain(
            server,
            (),
            lambda: _own_text(checked, server, unheard),
            lambda: _unchanged(dump, nullcontext(_own_text(checked, server, progress))),
            share,
            made_from=checked.contents.server,
        )
    schema = schema_of(client, dump, server)
    text = partial(_folder if dump.format == "directory" else _archive, client, checked, server, progress)
    return Plain(
        server,
        before(schema.contents),
        lambda: (schema.text,),
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
    return edited(checked.dump.blocks(counted(checked.dump, partial(progress, "masking"))), edits)


@contextmanager
def _archive(client: Streaming, checked: Checked, server: Server, progress: Progress) -> Iterator[Iterable[bytes]]:
    blocks = content(checked.dump, counted(checked.dump, partial(progress, "masking")))
    argv = ("pg_restore", *OPTIONS, "--exit-on-error", "--file=-")
    with client.reading(argv, stdin=blocks, env=ENV) as reading:

        def passed() -> Iterator[bytes]:
            yield from reading
            status, said = reading.ended()
            if status:
                raise failed(checked.dump, Finished(status, stderr=said), None, server)

        yield passed()


@contextmanager
def _folder(client: Streaming, checked: Checked, server: Server, progress: Progress) -> Iterator[Iterable[bytes]]:
    """What pg_restore makes of the table of contents, with the rows put in from the files here."""
    dump = checked.dump
    there = {member.name.partition(".")[0]: member for member in folder.members(dump.path) if ".dat" in member.name}
    if any(name.startswith(_LARGE) for name in there):
        raise refused(dump.path, "holds large objects, whose content nobody can mask", hint=AGAIN)
    remove = ("rm", "-rf", _AT)
    contents = dump.blocks(only=folder.CONTENTS)
    read = counted(dump, partial(progress, "masking"))
    try:
        for argv, stdin in (
            (remove, None),
            (("mkdir", "-m", "700", _AT), None),
            (("tar", "-x", "-f", "-", "-C", _AT), contents),
        ):
            _did(client.run(argv, stdin=stdin), checked, server)
        listed = _did(client.run(("pg_restore", "--list", "--format=directory", _AT), env=ENV), checked, server)
        numbers = [found[1].decode() for line in listed.stdout.splitlines() if (found := _TABLE_DATA.match(line))]
        empty = "".join(f"{number}.dat\n" for number in numbers).encode()
        fill = f'while read -r name; do printf "\\\\\\\\.\\n\\n\\n" >"{_AT}/$name"; done'
        _did(client.run(("sh", "-c", fill), stdin=[empty]), checked, server)
        words = ("pg_restore", *OPTIONS, "--exit-on-error", "--format=directory", "--file=-", _AT)
        skeleton = _did(client.run(words, env=ENV), checked, server).stdout
        yield with_rows((skeleton,), (_rows(checked, there, number, read) for number in numbers))
    finally:
        client.run(remove)


def _rows(checked: Checked, there: Mapping[str, folder.Member], number: str, read: Read) -> Iterator[bytes]:
    """The rows of one table, without what ends them."""
    member = there.get(number)
    if member is None:
        raise refused(checked.dump.path, f"has no file with the rows of its entry {number}", hint=AGAIN)
    if member.name.endswith(".lz4"):
        raise refused(
            checked.dump.path, "is packed with lz4", hint="Make it again with pg_dump --compress=zstd, or gzip."
        )
    blocks: Iterable[bytes] = folder.content(checked.dump.path, member, read)
    packing = {"gz": "gzip", "zst": "zstd"}.get(member.name.rpartition(".")[2])
    try:
        held = b""
        for block in unpack("gzip" if packing == "gzip" else "zstd", blocks) if packing else blocks:
            held += block
            yield held[: -len(_END)]
            held = held[-len(_END) :]
    except Damaged as error:
        raise refused(checked.dump.path, f"is damaged or cut off: {error}", hint=AGAIN) from None
    if held != _END:
        raise refused(checked.dump.path, f"is cut off: the end of {member.name} is missing", hint=AGAIN)


def _did(finished: Finished, checked: Checked, server: Server) -> Finished:
    if finished.status:
        raise failed(checked.dump, finished, None, server)
    return finished
