"""Asks a database in its own container, and reads what it answers while it comes."""

from __future__ import annotations

from collections.abc import Iterator

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.seeds.catalogue import catalogue
from envctl.seeds.client import Client, Streaming
from envctl.seeds.failures import read_failure
from envctl.seeds.rows.binary import Broken, Row, rows
from envctl.seeds.server import ENV, PSQL, connection
from envctl.workload import Database

# Values are written alike whatever the database's own settings say, and all of them are seen.
_SETTINGS = (
    "SET client_encoding TO 'UTF8'; SET DateStyle TO 'ISO, YMD'; SET IntervalStyle TO 'iso_8601'; "
    "SET TimeZone TO 'UTC'; SET bytea_output TO 'hex'; SET extra_float_digits TO 1; SET row_security TO off; "
    "SET default_transaction_read_only TO on"
)


def tables_of(client: Client, database: Database) -> Catalogue:
    """What the database consists of. Raises EnvctlError."""
    finished = client.run((*PSQL, connection(database.name, database.user), *catalogue.ask()), env=ENV)
    if finished.status:
        raise _failed("its catalogue cannot be read", finished.stderr)
    return catalogue.read(finished.stdout)


def answers(client: Streaming, database: Database, statement: str) -> Iterator[Row]:
    """The rows that a statement copies out. Raises EnvctlError where they are not all."""
    words = (f"--command={_SETTINGS}", f"--command={statement}")
    with client.reading((*PSQL, connection(database.name, database.user), *words), env=ENV) as reading:
        whole = True
        try:
            yield from rows(reading)
        except Broken:
            whole = False
        status, errors = reading.ended()
        if status or not whole:
            raise _failed("its rows cannot be read", errors)


def _failed(what: str, stderr: bytes) -> EnvctlError:
    return EnvctlError(
        Exit.DATA_REFUSED,
        f"{what}: {read_failure(stderr).text}",
        unchanged="Nothing of it was kept.",
        hint="Correct what it asks of the database, and run the same command again.",
    )
