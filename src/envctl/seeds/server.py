"""The Postgres server of a service, asked and told through psql in its container."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from envctl.errors import EnvctlError, Exit
from envctl.seeds.ahead import ahead
from envctl.seeds.client import Client, Streaming
from envctl.seeds.failures import read_failure
from envctl.seeds.refusal import KEPT
from envctl.workload import Database
from envctl.world.shell import NOT_EXECUTABLE, NOT_FOUND, Finished

PSQL = ("psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose")
# What a role's or a database's own settings must not change about a restore. Its commits need no waiting for the
# disk: what makes the data count is the last one, the swap, which waits for all before it.
ENV = {
    "LC_ALL": "C",
    "PGCLIENTENCODING": "UTF8",
    "PGCONNECT_TIMEOUT": "30",
    "PGOPTIONS": "-c lc_messages=C -c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0",
}
LOADING = {**ENV, "PGOPTIONS": f"{ENV['PGOPTIONS']} -c synchronous_commit=off"}
_BARE = ("--tuples-only", "--no-align")
_LONGEST = 63  # bytes of a name in Postgres
_NO_RESTRICT = re.compile(rb"invalid command \\restrict")
_ABOUT = """
SELECT pg_catalog.json_build_object(
    'version', pg_catalog.current_setting('server_version'),
    'number', pg_catalog.current_setting('server_version_num')::int,
    'roles', (SELECT pg_catalog.json_agg(rolname) FROM pg_catalog.pg_roles),
    'parameters', (SELECT pg_catalog.json_agg(name) FROM pg_catalog.pg_settings),
    'owner', (SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = {name}))
"""


@dataclass(frozen=True)
class Server:
    """What a restore has to know of the server. `restricts`: its psql knows `\\restrict`."""

    version: str
    major: int
    roles: frozenset[bytes]
    parameters: frozenset[str]
    owner: str | None  # of the database, when it exists
    restricts: bool


def ask(client: Client, database: Database) -> Server:
    """Look at the server, and prove that it answers."""
    question = (*_BARE, f"--command={_ABOUT.format(name=literal(database.name))}")
    finished = _psql(client, database, (restriction(), *question))
    restricts = not _NO_RESTRICT.search(finished.stderr)
    if not restricts:
        finished = _psql(client, database, question)
    answer = json.loads(_good(finished, "the server could not be asked").stdout)
    return Server(
        version=answer["version"].split()[0],
        major=answer["number"] // 10000,
        roles=frozenset(role.encode() for role in answer["roles"]),
        parameters=frozenset(answer["parameters"]),
        owner=answer["owner"],
        restricts=restricts,
    )


def tell(client: Client, database: Database, *statements: str, doing: str) -> str:
    """Run statements beside the database, each in a transaction of its own; returns what they print."""
    commands = (f"--command={statement}" for statement in statements)
    finished = _psql(client, database, (*_BARE, *commands))
    return _good(finished, doing).stdout.decode("utf-8", "replace").strip()


@contextmanager
def telling(client: Streaming, database: Database) -> Iterator[Callable[..., str]]:
    """What runs them like that, once, when it is known what they are."""
    with ahead(client, _words(database, (*_BARE, "--file=-")), ENV) as told:

        def tell_it(*statements: str, doing: str) -> str:
            finished = told(f"{statement};\n".encode() for statement in statements)
            return _good(finished, doing).stdout.decode("utf-8", "replace").strip()

        yield tell_it


def restriction() -> str:
    """From here on psql refuses all commands of its own (CVE-2025-8714); the key that would end it is never told."""
    return f"--command=\\restrict {secrets.token_hex(16)}"


def connection(name: str, user: str) -> str:
    """The option that connects to a database, whatever its name looks like."""
    return f"--dbname=dbname={_value(name)} user={_value(user)}"


def beside(name: str, suffix: str) -> str:
    """The name of a database that belongs to another."""
    whole = f"{name}__{suffix}"
    if len(whole.encode()) <= _LONGEST:
        return whole
    from hashlib import sha256

    return f"envctl__{sha256(name.encode()).hexdigest()[:32]}__{suffix}"


def identifier(name: str) -> str:
    """A name as SQL writes it."""
    return '"{}"'.format(name.replace('"', '""'))


def literal(text: str) -> str:
    """A text as SQL writes it, whatever standard_conforming_strings says."""
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'" if "\\" in text else f"'{escaped}'"


def check_found(finished: Finished, program: str) -> None:
    """Raise when the image lacks the client."""
    if finished.status in (NOT_FOUND, NOT_EXECUTABLE) or b"executable file not found" in finished.stderr:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"The image of the service has no {program}, which restores the dump.",
            hint="Use an image of Postgres that has its clients, as the official one does.",
            unchanged=KEPT,
        )


def _psql(client: Client, database: Database, options: tuple[str, ...]) -> Finished:
    return client.run(_words(database, options), env=ENV)


def _words(database: Database, options: tuple[str, ...]) -> tuple[str, ...]:
    # Not from inside the database itself, which gets another name on the way.
    elsewhere = "template1" if database.name == "postgres" else "postgres"
    return (*PSQL, connection(elsewhere, database.user), *options)


def _good(finished: Finished, doing: str) -> Finished:
    if finished.status == 0:
        return finished
    check_found(finished, "psql")
    failure = read_failure(finished.stderr)
    raise EnvctlError(
        Exit.NO_CAPACITY if failure.disk_full else Exit.UNHEALTHY,
        f"{doing[:1].upper()}{doing[1:]}: {failure.text}.",
        hint="See what the server says with `envctl logs`, then run the same command again.",
        unchanged=KEPT,
    )


def _value(text: str) -> str:
    """A value of a connection string."""
    return "'{}'".format(text.replace("\\", "\\\\").replace("'", "\\'"))
