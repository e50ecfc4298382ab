"""Dumps in pg_dump's own formats: custom, tar, directory; read by pg_restore in the container.

Their SQL reaches the server without psql, so no command of psql can hide in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from envctl.seeds.backups.whole import check_member, whole_tar
from envctl.seeds.client import Client, Progress
from envctl.seeds.dumps import folder
from envctl.seeds.dumps.contents import Contents, read_text
from envctl.seeds.dumps.dump import Dump, Read, counted
from envctl.seeds.dumps.packed import Damaged
from envctl.seeds.dumps.pieces import BrokenText
from envctl.seeds.dumps.statements import PUBLIC_DROPPER, role_maker
from envctl.seeds.failures import read_failure
from envctl.seeds.refusal import AGAIN, not_restored, refused
from envctl.seeds.server import ENV, LOADING, PSQL, Server, check_found
from envctl.world.shell import Finished

_JOBS = 2
# Only what belongs to the database itself, and can exist here. A subscription would connect to production.
OPTIONS = ("--no-owner", "--no-privileges", "--no-tablespaces", "--no-subscriptions", "--no-security-labels")
_FOLDER = "/tmp/envctl-restore"  # noqa: S108  # in the container, where only the server's own user works


def check(dump: Dump, progress: Progress) -> Contents:
    """Read all of its bytes: for the digest, and to see that none is missing at an end."""
    digest = hashlib.sha256()
    try:
        blocks = dump.blocks(counted(dump, partial(progress, "checking")))
        for block in whole_tar(blocks) if dump.format == "tar" else blocks:
            digest.update(block)
        if dump.format == "directory":
            for member in folder.members(dump.path):
                check_member(member.name, folder.content(dump.path, member))
    except Damaged as error:
        raise refused(dump.path, f"is damaged or cut off: {error}", hint=AGAIN) from None
    return Contents(f"sha256:{digest.hexdigest()}")


def load(client: Client, dump: Dump, _contents: Contents, server: Server, into: str, progress: Progress) -> None:
    """Restore it with pg_restore; `into` is the option that connects to the database."""
    schema = schema_of(client, dump, lambda: server).contents
    if first := before(schema):
        made = client.run((*PSQL, into, "--file=-"), stdin=first, env=ENV)
        if made.status != 0:
            raise failed(dump, made, schema, server)
    read = counted(dump, partial(progress, "restoring"))
    loaded = _pg_restore(client, dump, ("--exit-on-error", "--no-password", into), LOADING, read=read)
    if loaded.status != 0:
        raise failed(dump, loaded, schema, server)


def before(schema: Contents) -> tuple[bytes, ...]:
    """Statements that a schema needs: policies name roles, whatever is said about owners and privileges."""
    return (*map(role_maker, schema.roles), *[PUBLIC_DROPPER] * schema.public)


@dataclass(frozen=True)
class Schema:
    """What an archive says, but for the data: as a plain dump, and what that consists of."""

    text: bytes
    contents: Contents


def schema_of(client: Client, dump: Dump, server: Callable[[], Server], hollow: bytes | None = None) -> Schema:
    """The schema of an archive, or all that a `hollow` one says. Raises EnvctlError.

    `server` is asked for where pg_restore cannot read it.
    """
    if hollow is None:
        schema = _pg_restore(client, dump, ("--schema-only", "--file=-"), ENV, only=folder.CONTENTS)
    else:
        schema = client.run(("pg_restore", *OPTIONS, "--file=-"), stdin=(hollow,), env=ENV)
    if schema.status != 0:
        raise failed(dump, schema, None, server())
    try:
        return Schema(schema.stdout, read_text((schema.stdout,)))
    except BrokenText as broken:
        raise refused(dump.path, f"has a schema that {broken.message}", hint=broken.hint) from None


def content(dump: Dump, read: Read) -> Iterator[bytes]:
    """The bytes of an archive that is one file. Without the end of a tar pg_restore would look for it for ever."""
    blocks = dump.blocks(read)
    try:
        yield from whole_tar(blocks) if dump.format == "tar" else blocks
    except Damaged as error:
        raise refused(dump.path, f"is damaged or cut off: {error}", hint=AGAIN) from None


def _pg_restore(
    client: Client,
    dump: Dump,
    options: tuple[str, ...],
    env: Mapping[str, str],
    *,
    only: str | None = None,
    read: Read = lambda _: None,
) -> Finished:
    """Run it on the archive; of a folder on all files, or on `only` one."""
    argv = ("pg_restore", *OPTIONS, *options)
    if dump.format != "directory":
        return client.run(argv, stdin=content(dump, read), env=env)
    with _unpacked(client, dump, only, read):
        jobs = () if only else (f"--jobs={_JOBS}",)
        return client.run((*argv, "--format=directory", *jobs, _FOLDER), env=env)


@contextmanager
def _unpacked(client: Client, dump: Dump, only: str | None, read: Read) -> Iterator[None]:
    """The files of the folder in the container, for a while. What a killed run left is removed first."""
    remove = ("rm", "-rf", _FOLDER)
    try:
        for argv, stdin in (
            (remove, None),
            (("mkdir", "-m", "700", _FOLDER), None),
            (("tar", "-x", "-f", "-", "-C", _FOLDER), dump.blocks(read, only=only)),
        ):
            finished = client.run(argv, stdin=stdin)
            if finished.status != 0:
                check_found(finished, argv[0])
                why = finished.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
                raise refused(dump.path, f"could not be copied into the container: {why}")
        yield
    finally:
        client.run(remove)


def failed(dump: Dump, finished: Finished, contents: Contents | None, server: Server) -> Exception:
    """Why a program that reads an archive ended as it did."""
    check_found(finished, "pg_restore")
    source = contents.server if contents else None
    return not_restored(dump.path, read_failure(finished.stderr), source=source, server=server.version)
