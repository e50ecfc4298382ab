"""The schema that a database in use has by now, and the rows in which tools that migrate keep their record."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from envctl.errors import EnvctlError, Exit
from envctl.seeds.client import Client
from envctl.seeds.failures import read_failure
from envctl.seeds.made.migrations import NAMES
from envctl.seeds.made.settings import settings_of
from envctl.seeds.server import ENV, PSQL, check_found, connection, identifier, literal
from envctl.workload import Database
from envctl.world.shell import Finished

_DUMP = (
    "pg_dump", "--no-password", "--encoding=UTF8", "--no-subscriptions", "--no-tablespaces", "--no-security-labels",
)  # fmt: skip
_ROLES = ("pg_dumpall", "--no-password", "--roles-only", "--no-role-passwords")
_COMMENT = re.compile(rb"^--.*\n", re.MULTILINE)  # those of a dump of a whole server, which this is not
_LOOK = """SELECT pg_catalog.json_build_object(
    'tables', pg_catalog.count(*),
    'kept', coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(nspname, relname))
        FILTER (WHERE relname = ANY (ARRAY[{names}])), '[]'))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'e' AND d.objid = c.oid
        AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)"""  # those of extensions come with them


def own_schema(client: Client, database: Database) -> bytes:
    """As pg_dump writes it, with the roles that migrations may have made, without their passwords, and its settings.

    Nothing where it has no table but those of tools that migrate. Raises EnvctlError.
    """
    into = connection(database.name, database.user)
    look = f"--command={_LOOK.format(names=', '.join(map(literal, sorted(NAMES))))}"
    said: dict[str, Any] = json.loads(_done(client.run((*PSQL, "--tuples-only", "--no-align", look, into), env=ENV)))
    kept = said["kept"]
    if said["tables"] == len(kept):
        return b""
    roles = _COMMENT.sub(b"", _done(client.run((*_ROLES, into), env=ENV)))
    schema = _done(client.run((*_DUMP, "--schema-only", into), env=ENV))
    rows = _done(client.run((*_DUMP, "--data-only", *_named(kept), into), env=ENV)) if kept else b""
    return b"".join((roles, schema, rows, _done(settings_of(client, into, identifier(database.name)))))


def _named(tables: Sequence[Sequence[str]]) -> list[str]:
    return [f"--table={'.'.join(map(identifier, names))}" for names in tables]


def _done(finished: Finished) -> bytes:
    if finished.status == 0:
        return finished.stdout
    check_found(finished, "pg_dump")
    raise EnvctlError(
        Exit.UNHEALTHY,
        f"The schema of the environment's own database could not be read: {read_failure(finished.stderr).text}.",
        unchanged="Nothing was changed.",
        hint="See what the server says with `envctl logs`, then run the same command again.",
    )
