"""Leaves a database that was just filled as one that was in use for long: no copy of it has to do so again."""

from __future__ import annotations

from envctl.errors import EnvctlError, Exit
from envctl.seeds.client import Client
from envctl.seeds.failures import read_failure
from envctl.seeds.refusal import KEPT
from envctl.seeds.server import ENV, PSQL, connection
from envctl.workload import Database

_TIDY = "VACUUM (FREEZE, ANALYZE)"


def tidy(client: Client, database: Database) -> None:
    """Mark its rows as old, which else their first readers write down, and tell the planner of them."""
    finished = client.run((*PSQL, connection(database.name, database.user), f"--command={_TIDY}"), env=ENV)
    if finished.status:
        failure = read_failure(finished.stderr)
        raise EnvctlError(
            Exit.NO_CAPACITY if failure.disk_full else Exit.UNHEALTHY,
            f"the new data of {database.name} could not be tidied up: {failure.text}",
            unchanged=KEPT,
        )
