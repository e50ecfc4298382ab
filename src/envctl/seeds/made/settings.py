"""What a database has of its own beside its objects: settings that hold for whoever connects to it."""

from __future__ import annotations

from envctl.seeds.client import Client
from envctl.seeds.server import ENV, PSQL, literal
from envctl.world.shell import Finished

# Lists are kept as they are written.
_ASK = """SELECT pg_catalog.format('ALTER DATABASE %s SET %I TO %s;', {of}, name,
    CASE WHEN name IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
        THEN value ELSE pg_catalog.quote_literal(value) END)
FROM pg_catalog.pg_db_role_setting, pg_catalog.unnest(setconfig) AS said,
    LATERAL (SELECT pg_catalog.split_part(said, '=', 1) AS name,
        pg_catalog.substr(said, pg_catalog.strpos(said, '=') + 1) AS value) AS parts
WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
ORDER BY name"""


def settings_of(client: Client, into: str, of: str = ':"DBNAME"') -> Finished:
    """The statements that give another database the same: that to which psql tells them, unless a name is written."""
    ask = f"--command={_ASK.format(of=literal(of))}"
    return client.run((*PSQL, "--tuples-only", "--no-align", ask, into), env=ENV)
