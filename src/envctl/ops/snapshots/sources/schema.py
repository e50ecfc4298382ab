"""What tables there are, for data that does not say it itself: from a file, or from the environment's own database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.ops.client import DatabaseClient
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site
from envctl.ops.snapshots.sources.dump import Dump
from envctl.workload import Database, Schema, Workload

if TYPE_CHECKING:
    from envctl.seeds.dumps.plain import Plain


def digest_of(here: Here, service: str, database: Database) -> str:
    """What identifies a schema: its text, without what differs each time. Raises EnvctlError."""
    schema = _schema(database)
    if schema.file is None:
        from envctl.seeds.dumps.contents import read_text

        return read_text((schema.text,)).digest
    with _called_schema():
        return Dump(service, replace(database, dump=schema.file)).digest(here)


@contextmanager
def plain_of(site: Site, database: Database) -> Iterator[Plain]:
    """The same as text, for its server. Raises EnvctlError."""
    schema = _schema(database)
    with _called_schema():
        if schema.file is None:
            yield _plain(site, database, schema.text)
            return
        with Dump(site.workload.service, replace(database, dump=schema.file)).plain(site) as plain:
            yield plain


def of_environment(here: Here, blueprint: Blueprint, workload: Workload) -> Schema:
    """The schema that the environment's own database has. Raises EnvctlError where it has none, or does not run."""
    from envctl.seeds.made.own import own_schema

    database, container = workload.database, blueprint.container(workload.service)
    assert database is not None  # noqa: S101 – asked for databases only
    seen = here.world.engine.inspect(container)
    if seen is None or seen.state != "running":
        raise _unknown(workload, f"{workload.service} does not run, whose tables it is to have")
    if not (text := own_schema(DatabaseClient(here.world, container), database)):
        raise _unknown(workload, f"the database of {workload.service} has no table yet")
    return Schema(text=text)


def _schema(database: Database) -> Schema:
    assert database.schema is not None  # noqa: S101 – made for databases whose data has one
    return database.schema


def _plain(site: Site, database: Database, text: bytes) -> Plain:
    from envctl.seeds.dumps.contents import read_text
    from envctl.seeds.dumps.edits import edited
    from envctl.seeds.dumps.plain import Plain
    from envctl.seeds.server import ask

    server, contents = ask(site.client, database), read_text((text,))
    edits = [edit for edit in contents.edits if edit.applies(server.roles, server.parameters)]
    whole = partial(edited, (text,), edits)
    return Plain(server, (), whole, lambda: nullcontext(whole()))


@contextmanager
def _called_schema() -> Iterator[None]:
    """What is read like a dump is none to whoever wrote it."""
    try:
        yield
    except EnvctlError as error:
        error.message = error.message.replace("The dump ", "The schema ", 1)
        raise


def _unknown(workload: Workload, why: str) -> EnvctlError:
    database = workload.database
    name = (database and (database.data or database.later)) or workload.service
    return EnvctlError(
        Exit.DATA_REFUSED,
        f"nothing says of what tables {name} consists: the stack file names no schema for it, and {why}",
        unchanged="Nothing was changed.",
        hint=f"Bring it up first, with its migrations: `envctl up`. Or write `schema = …` into [data.{name}].",
    )
