"""A dump of any format as the plain text that psql reads: its schema alone, or all of it as a stream.

No row of it is written anywhere on the way: an archive is unpacked by pg_restore as it passes, and the files of a
folder are read here, since pg_restore would need them on a disk beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

from envctl.seeds import folder
from envctl.seeds.archive import OPTIONS, failed, schema_of
from envctl.seeds.check import Checked
from envctl.seeds.client import Progress, Streaming, unheard
from envctl.seeds.dump import counted
from envctl.seeds.edits import edited
from envctl.seeds.masked import schema_only, with_rows
from envctl.seeds.packed import Damaged, unpack
from envctl.seeds.refusal import AGAIN, refused
from envctl.seeds.server import ENV, Server
from envctl.world.shell import Finished

_AT = "/tmp/envctl-contents"  # noqa: S108  # in the container, where only the server's own user works
_TABLE_DATA = re.compile(rb"^(\d+); \d+ \d+ TABLE DATA ")
_LARGE = ("blob_", "blobs")  # what files of large objects are called
_END = b"\\.\n\n\n"  # what pg_dump writes behind the rows of each table


def schema(client: Streaming, checked: Checked, server: Server) -> Iterable[bytes]:
    """The text without a row. Raises EnvctlError, and BrokenText for a text that is none."""
    if checked.dump.format == "sql":
        return schema_only(_own_text(checked, server, unheard))
    return (schema_of(client, checked.dump, server).text,)


def text(
    client: Streaming, checked: Checked, server: Server, progress: Progress = unheard
) -> AbstractContextManager[Iterable[bytes]]:
    """All of it, as it is read. Raises EnvctlError: what is wrong with a dump may be found at its very end."""
    if checked.dump.format == "sql":
        return nullcontext(_own_text(checked, server, progress))
    return (
        _folder(client, checked, server)
        if checked.dump.format == "directory"
        else _archive(client, checked, server, progress)
    )


def _own_text(checked: Checked, server: Server, progress: Progress) -> Iterator[bytes]:
    edits = [edit for edit in checked.contents.edits if edit.applies(server.roles, server.parameters)]
    return edited(checked.dump.blocks(counted(checked.dump, partial(progress, "masking"))), edits)


@contextmanager
def _archive(client: Streaming, checked: Checked, server: Server, progress: Progress) -> Iterator[Iterable[bytes]]:
    blocks = checked.dump.blocks(counted(checked.dump, partial(progress, "masking")))
    argv = ("pg_restore", *OPTIONS, "--exit-on-error", "--file=-")
    with client.reading(argv, stdin=blocks, env=ENV) as reading:

        def passed() -> Iterator[bytes]:
            yield from reading
            status, said = reading.ended()
            if status:
                raise failed(checked.dump, Finished(status, stderr=said), None, server)

        yield passed()


@contextmanager
def _folder(client: Streaming, checked: Checked, server: Server) -> Iterator[Iterable[bytes]]:
    """What pg_restore makes of the table of contents, with the rows put in from the files here."""
    dump = checked.dump
    there = {member.name.partition(".")[0]: member for member in folder.members(dump.path) if ".dat" in member.name}
    if any(name.startswith(_LARGE) for name in there):
        raise refused(dump.path, "holds large objects, whose content nobody can mask", hint=AGAIN)
    remove = ("rm", "-rf", _AT)
    contents = dump.blocks(only=folder.CONTENTS)
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
        yield with_rows((skeleton,), (_rows(checked, there, number) for number in numbers))
    finally:
        client.run(remove)


def _rows(checked: Checked, there: Mapping[str, folder.Member], number: str) -> Iterator[bytes]:
    """The rows of one table, without what ends them."""
    member = there.get(number)
    if member is None:
        raise refused(checked.dump.path, f"has no file with the rows of its entry {number}", hint=AGAIN)
    if member.name.endswith(".lz4"):
        raise refused(
            checked.dump.path, "is packed with lz4", hint="Make it again with pg_dump --compress=zstd, or gzip."
        )
    blocks: Iterable[bytes] = folder.content(checked.dump.path, member)
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
