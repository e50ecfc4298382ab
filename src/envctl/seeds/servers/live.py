"""A Postgres server that runs elsewhere: what it is asked, and with which words it is read. Pure.

The password goes by standard input, from where a shell script puts it into the environment of the programs that need
it: no argument, no `docker inspect` and no file has it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from envctl.seeds.failures import read_failure
from envctl.seeds.servers.url import Url
from envctl.workload import Method

FIRST_WITH_STATISTICS = 18  # the first version that dumps statistics, which hold raw values
_LOCK_PATIENCE = 60_000  # milliseconds that a dump waits for a table that somebody changes
_SHOWN = 100  # characters of an answer that nobody expected
_PROGRESS = re.compile(r"\((\d{1,3})%\)")
_TABLE = re.compile(r'pg_dump: dumping contents of table "(.*)"')
_DUMPED = re.compile(rb"^envctl: pg_dump ended with (\d+)$", re.M)
_DUMP_FAILED = re.compile(rb"^pg_dump: error: (?!could not write)(.*)", re.M)
_BACKUP_FAILED = re.compile(rb"^pg_basebackup: error: (.*)", re.M)
_HINTS = {
    b"entry for replication connection": "Let that user in, by a line `host replication …` of its pg_hba.conf, "
    'or set method = "logical".',
    b"must be superuser or replication role": 'Give the user REPLICATION on the source, or set method = "logical".',
    b"permission denied to start WAL sender": 'Give the user REPLICATION on the source, or set method = "logical".',
    b"permission denied for": "Let that user read everything: GRANT pg_read_all_data TO … on the source.",
    b"max_locks_per_transaction": "Raise max_locks_per_transaction on the source: reading locks each of its tables.",
    b"too many connections": "Let that user connect at least three times at once: ALTER ROLE … CONNECTION LIMIT.",
    b"remaining connection slots": "Raise max_connections on the source: at least three sessions read it at once.",
    b"conflict with recovery": "Read the primary server, or raise max_standby_streaming_delay on this one.",
}

# The first may need rights that a managed server does not give. Each answers with a line of JSON.
ASK = (
    """SELECT pg_catalog.json_build_object(
    'system', (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
    'lsn', (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
            ELSE pg_catalog.pg_current_wal_lsn() END)::text)""",
    """SELECT pg_catalog.json_build_object(
    'number', pg_catalog.current_setting('server_version_num')::int,
    'version', pg_catalog.current_setting('server_version'),
    'taken', pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'tablespaces', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_tablespace
                    WHERE spcname NOT IN ('pg_default', 'pg_global')))""",
)
_WRITE = 65536  # bytes, as many as a pipe holds
_PASSWORD = "IFS= read -r PGPASSWORD || true; export PGPASSWORD; "  # noqa: S105  # a script that reads one
RUN = f'{_PASSWORD} exec "$@" </dev/null'
# With a program that reads what comes behind the password. Who passes on what it prints is woken up for each of its
# writes: with more in each, where the image can do that, all of them together take half as long.
TALK = f'{_PASSWORD} stdbuf --output={_WRITE} true 2>/dev/null && exec stdbuf --output={_WRITE} "$@"; exec "$@"'
# pg_dump, whose writes are gathered for the same reason. Its own status counts, and that of what gathers them.
DUMP = (
    _PASSWORD
    + """exec 4>&1; status=$({ { "$@" </dev/null 3>&- 4>&-; echo $? >&3; } | """
    + f"""dd ibs={_WRITE} obs={_WRITE} 2>/dev/null >&4; }} 3>&1) || exit; exit "$status\""""
)
# What comes before rows, a line with $1, and what comes after them; the others are pg_dump and its words.
SECTIONS = (
    _PASSWORD
    + 'mark=$1; shift; "$@" --section=pre-data </dev/null || exit; echo "$mark"; '
    + 'exec "$@" --section=post-data </dev/null'
)
# $1 connects to where it goes, $2 are options of that session; the others are pg_dump's.
COPY = (
    _PASSWORD
    + """into=$1 options=$2; shift 2
{ pg_dump "$@" </dev/null; echo "envctl: pg_dump ended with $?" >&2; } |
    PGPASSWORD='' PGOPTIONS=$options pg_restore --exit-on-error --no-password --no-owner --no-privileges \\
        --no-tablespaces --no-subscriptions --no-publications --no-security-labels "$into"
"""
)
# What was reached, before the files that say so go. $1 is the data's folder.
REACHED = (
    "sed -n 's/^START TIME: /taken=/p' \"$1/backup_label\"; "
    'sed -n \'s/.*"End-LSN": *"\\([^"]*\\)".*/lsn=\\1/p\' "$1/backup_manifest" | tail -n 1'
)


@dataclass(frozen=True)
class State:
    """What a server says of itself. `number` is its major version; the others are for people to know."""

    number: int
    tablespaces: int
    about: tuple[tuple[str, str], ...]


class Odd(Exception):
    """An answer that is none; the text completes “it …” and repeats the beginning of it."""

    def __init__(self, said: str, why: str) -> None:
        super().__init__(f"answered {said[:_SHOWN]!r} when it was asked what it is, {why}")


def read_state(stdout: bytes) -> State:
    """What a server answered to ASK. Raises Odd for what is no such answer."""
    said: dict[str, object] = {}
    text = stdout.decode("utf-8", "replace").strip()
    for line in text.splitlines():
        said |= _read(line)
    number, tablespaces = said.get("number"), said.get("tablespaces")
    if type(number) is not int or type(tablespaces) is not int:
        raise Odd(text, "without a version and a number of tablespaces")
    about = [(f"source.{key}", str(said[key])) for key in ("version", "system", "lsn", "taken") if said.get(key)]
    return State(number // 10000, tablespaces, tuple(about))


def _read(line: str) -> dict[str, object]:
    try:
        found = json.loads(line) if line else {}
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    raise Odd(line, "which is no JSON object")


def unfit(state: State, major: int, method: Method) -> tuple[str, str] | None:
    """Why a server of that major version cannot go on with what this one has, and what to do; None where it can.

    The reason continues “live NAME …”.
    """
    other = f"is Postgres {state.number}, and the service runs Postgres {major}"
    version = f'Set version = "{state.number}" for the service in the stack file'
    if method == "physical" and state.number != major:
        return f"{other}: files are only copied between the same versions", f'{version}, or method = "logical".'
    if state.number > major:
        return f"{other}, whose pg_dump reads no newer one", f"{version}."
    if method == "physical" and state.tablespaces:
        return "has tablespaces, whose files lie elsewhere", 'Set method = "logical" for it.'
    return None


def ask(url: Url) -> tuple[str, ...]:
    """The program that asks a server for its state."""
    options = ("--no-psqlrc", "--quiet", "--no-password", "--tuples-only", "--no-align", "--set=VERBOSITY=verbose")
    return ("psql", url.connection(), *options, *(f"--command={question}" for question in ASK))


def dump(url: Url, major: int, *more: str) -> tuple[str, ...]:
    """The words of a `pg_dump` of that version."""
    statistics = ("--no-statistics",) if major >= FIRST_WITH_STATISTICS else ()
    only = ("--no-owner", "--no-privileges", "--no-tablespaces", "--no-subscriptions", "--no-publications")
    return ("--no-password", *only, *statistics, f"--lock-wait-timeout={_LOCK_PATIENCE}", *more, url.connection())


def basebackup(url: Url, folder: str) -> tuple[str, ...]:
    """The program that copies a whole server. The slot that holds its log meanwhile ends with the connection."""
    how = (
        "--format=plain",
        "--wal-method=stream",
        "--checkpoint=fast",
        "--label=envctl",
        "--progress",
        "--no-password",
    )
    return ("pg_basebackup", url.connection(), f"--pgdata={folder}", *how)


def progress(line: str) -> str | None:
    """How far it is, from a line that one of the programs printed."""
    if table := _TABLE.search(line):
        return f"copying {table[1]}"
    done = _PROGRESS.search(line)
    return f"copying {done[1]} %" if done else None


def dumped(stderr: bytes) -> bool:
    """Whether pg_dump came to its end."""
    ended = _DUMPED.search(stderr)
    return ended is not None and ended[1] == b"0"


def why(stderr: bytes, status: int) -> str:
    """Why a server could not be read, without a value of its data."""
    for pattern in (_DUMP_FAILED, _BACKUP_FAILED):
        if found := pattern.search(stderr):
            return found[1].decode("utf-8", "replace").strip()
    said = _DUMPED.sub(b"", stderr)
    return read_failure(said).text if said.strip() else f"status {status}"


def hint(stderr: bytes) -> str:
    """What to do about it."""
    for words, what in _HINTS.items():
        if words in stderr:
            return what
    return "Put that right, and run the same command again."
