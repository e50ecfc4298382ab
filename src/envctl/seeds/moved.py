"""What the data of another server needs once it is here: our user, the stack's database, and nothing that leads back.

The files came as they were. Whose the data is here, how its database is called, and which passwords of other servers
and of its own users it holds, is put right through a throwaway server that nobody else reaches.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from envctl.errors import EnvctlError, Exit
from envctl.seeds.client import Client
from envctl.seeds.failures import read_failure
from envctl.seeds.server import ENV, PSQL, check_found, connection, identifier, literal
from envctl.workload import Database

_ANYWHERE = "template1"  # every server has it
_COLLATIONS = 15  # the first version that knows which collation a database was made with
_LOOK = """SELECT pg_catalog.json_build_object(
    'number', pg_catalog.current_setting('server_version_num')::int,
    'databases', (SELECT pg_catalog.json_agg(datname ORDER BY datname) FROM pg_catalog.pg_database
                  WHERE NOT datistemplate AND datallowconn))"""
# What the source's roles and databases set for themselves must not decide about this.
_OWN = "-c default_transaction_read_only=off -c row_security=off -c search_path=pg_catalog"
_QUIET = {**ENV, "PGOPTIONS": f"{ENV['PGOPTIONS']} {_OWN}"}
# A single-user server takes one statement a line, and ends at the first that fails.
SINGLE_USER = """set -eu
data=
for at in "$1" "${PGDATA:-$1}"; do if [ -e "$at/PG_VERSION" ]; then data=$at; fi; done
printf '%s\\n' "$2" | postgres --single -D "$data" -c exit_on_error=on -c archive_mode=off -c fsync=off \\
    -c max_prepared_transactions=1000 -c log_min_messages=fatal template1 >/dev/null
"""
_PASSWORDS = """SELECT pg_catalog.format('ALTER ROLE %I PASSWORD NULL', rolname) FROM pg_catalog.pg_authid
WHERE rolpassword IS NOT NULL
\\gexec
VACUUM FULL pg_catalog.pg_authid;
"""
_MAPPINGS = """SELECT pg_catalog.format('DROP USER MAPPING FOR %s SERVER %I',
    CASE WHEN umuser = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(usename) END, srvname)
FROM pg_catalog.pg_user_mappings
\\gexec
"""
# Text that was sorted by another library's rules is sorted again, wherever the versions say that they differ.
_INDEXES = """SELECT pg_catalog.unnest(ARRAY[
    pg_catalog.format('REINDEX DATABASE %I', pg_catalog.current_database()),
    pg_catalog.format('ALTER DATABASE %I REFRESH COLLATION VERSION', pg_catalog.current_database())]
    || ARRAY(SELECT pg_catalog.format('ALTER COLLATION %I.%I REFRESH VERSION', nspname, collname)
        FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = collnamespace
        WHERE collversion <> pg_catalog.pg_collation_actual_version(c.oid)))
FROM pg_catalog.pg_database d
WHERE datname = pg_catalog.current_database() AND (
    datcollversion <> pg_catalog.pg_database_collation_actual_version(oid)
    OR EXISTS (SELECT FROM pg_catalog.pg_collation c
               WHERE collversion <> pg_catalog.pg_collation_actual_version(c.oid)))
\\gexec
"""


def our_user(user: str) -> str:
    """The statements, for a single-user server, after which this superuser exists."""
    role = f"CREATE ROLE {identifier(user)}"
    absent = f"IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {literal(user)})"
    lines = (
        f"DO {literal(f'BEGIN {absent} THEN {role}; END IF; END')};",
        f"ALTER ROLE {identifier(user)} SUPERUSER LOGIN CONNECTION LIMIT -1 VALID UNTIL 'infinity';",
    )
    return "\n".join(lines)


def settle_in(client: Client, database: Database, named: str | None) -> None:
    """Make a server's data the stack's: its database under the stack's name, `named` one where the source names one.

    Raises EnvctlError(DATA_REFUSED) where nobody says which of several it is.
    """
    said = json.loads(_psql(client, database.user, _ANYWHERE, f"{_LOOK};\n", "--tuples-only", "--no-align"))
    there = said["databases"] or []
    chosen = choose(there, database.name, named)
    if chosen != database.name:
        there = [database.name if name == chosen else name for name in there]
        rename = f"ALTER DATABASE {identifier(chosen)} RENAME TO {identifier(database.name)};\n"
        _psql(client, database.user, _ANYWHERE, rename)
    if "postgres" not in there:  # every client takes it for granted
        _psql(client, database.user, _ANYWHERE, "CREATE DATABASE postgres;\n")
        there.append("postgres")
    owner = f"ALTER DATABASE {identifier(database.name)} OWNER TO {identifier(database.user)};\n"
    _psql(client, database.user, _ANYWHERE, owner + _PASSWORDS)
    for name in there:
        cut_off(client, database.user, name)
        if said["number"] // 10000 >= _COLLATIONS:
            _psql(client, database.user, name, _INDEXES)


def cut_off(client: Client, user: str, name: str) -> None:
    """Take the passwords away with which a database's foreign tables reach other servers."""
    _psql(client, user, name, _MAPPINGS)


def choose(there: Collection[str], wanted: str, named: str | None) -> str:
    """Which database becomes the stack's. Raises EnvctlError(DATA_REFUSED)."""
    if named is not None and named != wanted and wanted in there:
        raise _unclear(f"it holds both {wanted}, as the service's database is called, and {named}", named)
    if named is not None:
        return named
    if wanted in there:
        return wanted
    others = [name for name in there if name != "postgres"]
    if len(others) == 1:
        return others[0]
    if not others:
        return "postgres"
    raise _unclear(f"it holds {', '.join(others)}, and none of them is called {wanted}", others[0])


def _unclear(what: str, such_as: str) -> EnvctlError:
    return EnvctlError(
        Exit.DATA_REFUSED,
        f"Which database is meant is not clear: {what}.",
        unchanged="Nothing was started.",
        hint=f'Name it for the service in the stack file, such as: database = "{such_as}"',
    )


def _psql(client: Client, user: str, name: str, statements: str, *options: str) -> str:
    finished = client.run(
        (*PSQL, *options, connection(name, user), "--file=-"), stdin=[statements.encode()], env=_QUIET
    )
    if finished.status == 0:
        return finished.stdout.decode("utf-8", "replace")
    check_found(finished, "psql")
    failure = read_failure(finished.stderr)
    raise EnvctlError(
        Exit.NO_CAPACITY if failure.disk_full else Exit.DATA_REFUSED,
        f"The data of the other server could not be made the stack's: {failure.text}.",
        unchanged="Nothing was started.",
        hint="A dump of its database may do: pg_dump --format=custom",
    )
