"""New data takes the place of the old in one transaction, or not at all.

It is loaded into a database beside the real one. A run that is killed leaves at worst that one, or the old one under
another name; both are dropped by the next. What a database was filled from is its comment, set in the same transaction:
for people, nothing here reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from envctl.errors import EnvctlError
from envctl.seeds.client import Client, Streaming
from envctl.seeds.server import Server, beside, identifier, literal, tell, telling
from envctl.workload import Database

_ALL = _TRIAL, _INCOMING, _OUTGOING = "schema", "incoming", "outgoing"
_THERE = "SELECT 'it is there' FROM pg_catalog.pg_database WHERE datname = {name}"
_DROP_SLOTS = """SELECT pg_catalog.pg_drop_replication_slot(slot_name)
FROM pg_catalog.pg_replication_slots WHERE database IN ({names}) AND NOT active"""
# Between ending the sessions and taking the lock a new one may come in: then once more. Behind the lock none can.
_SWAP = """BEGIN;
DO $envctl$
DECLARE tries int := 0;
BEGIN
  WHILE EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = {name_text}) LOOP
    BEGIN
      PERFORM pg_catalog.pg_stat_clear_snapshot();
      PERFORM pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = {name_text};
      ALTER DATABASE {name} RENAME TO {outgoing};
    EXCEPTION WHEN object_in_use THEN
      tries := tries + 1;
      IF tries = 5 THEN RAISE; END IF;
    END;
  END LOOP;
  PERFORM pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = {incoming_text};
  ALTER DATABASE {incoming} RENAME TO {name};
END $envctl$;
COMMENT ON DATABASE {name} IS {comment};
COMMIT"""


@dataclass(frozen=True)
class Filled:
    """What a database was filled from."""

    data: str
    digest: str


def begin(client: Client, database: Database, server: Server) -> str:
    """An empty database for the new data, in place of what an earlier run left; returns its name."""
    incoming = beside(database.name, _INCOMING)
    owner = identifier(server.owner or database.user)
    create = f"CREATE DATABASE {identifier(incoming)} OWNER {owner} TEMPLATE template0"
    left = _sweeping(database, _INCOMING, _OUTGOING)
    tell(client, database, *left, create, doing="a database for the new data could not be made")
    return incoming


def trial(client: Client, database: Database) -> str:
    """An empty database in which a schema is tried, until all is swept; returns its name."""
    name = beside(database.name, _TRIAL)
    create = f"CREATE DATABASE {identifier(name)} TEMPLATE template0"
    left = _sweeping(database, _TRIAL)
    tell(client, database, *left, create, doing="a database for the schema could not be made")
    return name


def end_trial(client: Client, database: Database) -> None:
    """Drop that one. It is no failure where it stays: the next run drops it too."""
    with suppress(EnvctlError):
        tell(client, database, *_sweeping(database, _TRIAL), doing="the database for the schema could not be dropped")


def finish(client: Client, database: Database, filled: Filled) -> None:
    """Put the new data in the place of the old."""
    _swap(client, database, filled, partial(tell, client, database))


@contextmanager
def finishing(client: Streaming, database: Database, filled: Filled) -> Iterator[Callable[[], None]]:
    """What does that once it is whole."""
    with telling(client, database) as tell_it:
        yield lambda: _swap(client, database, filled, tell_it)


def _swap(client: Client, database: Database, filled: Filled, tell_it: Callable[..., str]) -> None:
    outgoing, incoming = beside(database.name, _OUTGOING), beside(database.name, _INCOMING)
    statement = _SWAP.format(
        name=identifier(database.name),
        name_text=literal(database.name),
        outgoing=identifier(outgoing),
        incoming=identifier(incoming),
        incoming_text=literal(incoming),
        comment=literal(f"envctl: filled from {filled.data} {filled.digest}"),
    )
    left = _sweeping(database, *_ALL)
    try:
        tell_it(statement, *left, doing="the new data could not take the place of the old")
    except EnvctlError:
        with suppress(EnvctlError):
            if not tell(client, database, _THERE.format(name=literal(incoming)), doing="it could not be looked for"):
                return  # it has; the next run sweeps too
        raise


def sweep(client: Client, database: Database) -> None:
    """Drop what an earlier run left, or this one needs no more."""
    tell(client, database, *_sweeping(database, *_ALL), doing="what an earlier run left could not be dropped")


def _sweeping(database: Database, *suffixes: str) -> tuple[str, ...]:
    """Replication slots would keep a database, sessions would not."""
    names = [beside(database.name, suffix) for suffix in suffixes]
    slots = _DROP_SLOTS.format(names=", ".join(map(literal, names)))
    return (slots, *(f"DROP DATABASE IF EXISTS {identifier(name)} WITH (FORCE)" for name in names))
