"""The story of a restore."""

from __future__ import annotations

from contextlib import suppress

from envctl.seeds import swap
from envctl.seeds.client import Client, Progress, unheard
from envctl.seeds.dumps import archive, script
from envctl.seeds.dumps.check import Checked
from envctl.seeds.refusal import refused
from envctl.seeds.server import ask, connection
from envctl.seeds.swap import Filled
from envctl.workload import Database


def restore(client: Client, checked: Checked, database: Database, *, progress: Progress = unheard) -> Filled:
    """Fill a database from a dump, in place of whatever it holds: all of it, or the database stays as it was.

    The caller sees to it that a database is restored by one at a time. Raises EnvctlError.
    """
    dump, contents = checked.dump, checked.contents
    server = ask(client, database)
    incoming = swap.begin(client, database, server)
    try:
        kind = script if dump.format == "sql" else archive
        kind.load(client, dump, contents, server, connection(incoming, database.user), progress)
        if dump.changed():
            raise refused(dump.path, "changed while it was restored", hint="Run the same command again.")
        filled = Filled(database.data or "dump", contents.digest)
        swap.finish(client, database, filled)
    except BaseException:
        with suppress(Exception):  # what stopped us is what counts, and the next run sweeps too
            swap.sweep(client, database)
        raise
    return filled
