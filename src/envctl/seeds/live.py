"""A Postgres server that runs elsewhere: its URL, what it is asked, and with which words it is read. Pure.

The password goes by standard input, from where a shell script puts it into the environment of the programs that need
it: no argument, no `docker inspect` and no file has it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from urllib.parse import unquote

from envctl.secret import Secret
from envctl.seeds.failures import read_failure

HOST = "host.docker.internal"  # what a container calls the machine that the daemon runs on
HOSTS = {HOST: "host-gateway"}
FIRST_WITH_STATISTICS = 18  # the first version that dumps statistics, which hold raw values
_URL = re.compile(
    r"postgres(?:ql)?(?:\+[a-z0-9]+)?://"  # a driver's name, as SQLAlchemy has it, means nothing to us
    r"(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?(?P<hosts>[^/?]*)(?:/(?P<database>[^?]*))?(?:\?(?P<more>.*))?",
    re.DOTALL,
)
_ONE_HOST = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<name>[^:]*))(?::(?P<port>[0-9]*))?")
_FILES = frozenset({"sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir", "passfile", "service", "servicefile"})
_PATIENCE = "15"  # seconds until a server counts as unreachable, unless the URL says otherwise
_LOCK_PATIENCE = 60_000  # milliseconds that a dump waits for a table that somebody changes
_PROGRESS = re.compile(r"\((\d{1,3})%\)")
_TABLE = re.compile(r'pg_dump: dumping contents of table "(.*)"')
_DUMPED = re.compile(rb"^envctl: pg_dump ended with (\d+)$", re.M)
_DUMP_FAILED = re.compile(rb"^pg_dump: error: (?!could not write)(.*)", re.M)
_BACKUP_FAILED = re.compile(rb"^pg_basebackup: error: (.*)", re.M)
_HINTS = {
    b"entry for replication connection": "Let that user in with a line `host replication …` in the source's pg_hba.conf, "
    'or set method = "logical".',
    b"must be superuser or replication role": 'Give the user REPLICATION on the source, or set method = "logical".',
    b"permission denied to start WAL sender": 'Give the user REPLICATION on the source, or set method = "logical".',
    b"permission denied for": "Let that user read everything: GRANT pg_read_all_data TO … on the source.",
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
_PASSWORD = "IFS= read -r PGPASSWORD || true; export PGPASSWORD; "  # noqa: S105  # a script that reads one
RUN = f'{_PASSWORD} exec "$@" </dev/null'
# $1 connects to where it goes, $2 are options of that session; the others are pg_dump's.
COPY = (
    _PASSWORD
    + """into=$1 options=$2; shift 2
{ pg_dump "$@" </dev/null; echo "envctl: pg_dump ended with $?" >&2; } |
    PGPASSWORD='' PGOPTIONS=$options pg_restore --exit-on-error --no-password --no-owner --no-privileges \\
        --no-tablespaces --no-subscriptions --no-publications --no-security-labels "$into"
"""
)
# As root: the folder that the unprivileged user fills. $1 is the volume's place.
PREPARE = 'data=${PGDATA:-$1}; mkdir -p "$data" && chown postgres "$data" && chmod 700 "$data"'
# As that user: what was reached, before the files that say so go.
REACHED = (
    "sed -n 's/^START TIME: /taken=/p' \"${PGDATA:-$1}/backup_label\"; "
    'sed -n \'s/.*"End-LSN": *"\\([^"]*\\)".*/lsn=\\1/p\' "${PGDATA:-$1}/backup_manifest" | tail -n 1'
)


class BadUrl(Exception):
    """Why a text cannot be the URL of a server; continues “SECRET …” and repeats nothing of it."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = (
            hint or "It has the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE, and % stands for itself as %25."
        )


@dataclass(frozen=True)
class Url:
    """Whereby a server is reached: the client library's own parameters, the password apart from them."""

    parameters: tuple[tuple[str, str], ...]
    password: Secret | None = None

    def connection(self) -> str:
        """The option that connects to it; without the password."""
        words = (f"{key}='{_quoted(value)}'" for key, value in self.parameters)
        return f"--dbname={' '.join(words)}"

    @property
    def database(self) -> str:
        """The database that it names."""
        return dict(self.parameters)["dbname"]

    @property
    def line(self) -> bytes:
        """The password as the scripts read it."""
        return (self.password.content() if self.password else b"") + b"\n"

    def identity(self, method: str) -> str:
        """What tells one source from another: where it is and how it is read, not who reads it."""
        known = dict(self.parameters)
        said = [known.get(key, "") for key in ("host", "hostaddr", "port", "dbname")]
        return hashlib.sha256(json.dumps([*said, method]).encode()).hexdigest()


@dataclass(frozen=True)
class State:
    """What a server says of itself. `number` is its major version; the others are for people to know."""

    number: int
    tablespaces: int
    about: tuple[tuple[str, str], ...]


def read_url(text: str) -> Url:
    """Understand a URL as the client library does. Raises BadUrl."""
    matched = _URL.fullmatch(text.strip())
    if matched is None:
        raise BadUrl("is no URL of a Postgres server")
    found = {**_hosts(matched["hosts"]), "dbname": matched["database"], "user": matched["user"]}
    password = matched["password"]
    for pair in (matched["more"] or "").split("&") if matched["more"] else ():
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadUrl("has a parameter without a value")
        if key == "password":
            password = value
        elif key == "ssl":
            found["sslmode"] = "require" if value == "true" else "prefer"
        else:
            found[unquote(key)] = value
    given = {key: unquote(value) for key, value in found.items() if value}
    _check(given, unquote(password or ""))
    given = {**given, "dbname": given.get("dbname", given["user"])}
    given = {"connect_timeout": _PATIENCE, "fallback_application_name": "envctl", **given}
    return Url(tuple(sorted(given.items())), Secret(unquote(password)) if password else None)


def _hosts(text: str) -> dict[str, str]:
    """The hosts and their ports, each a list with commas between, as the client library takes them."""
    matched = [_ONE_HOST.fullmatch(one) for one in text.split(",")]
    known = [one for one in matched if one is not None]
    if len(known) < len(matched):
        raise BadUrl("names a host that is none")
    ports = [one["port"] or "" for one in known]
    return {
        "host": ",".join(one["six"] or one["name"] or "" for one in known),
        "port": ",".join(ports) if any(ports) else "",
    }


def _check(given: dict[str, str], password: str) -> None:
    if any(ord(character) < ord(" ") for value in (*given.values(), password) for character in value):
        raise BadUrl("holds a line break or another control character")
    if not given.get("user"):
        raise BadUrl("names no user")
    files = sorted(
        _FILES.intersection(key for key, value in given.items() if (key, value) != ("sslrootcert", "system"))
    )
    if files:
        hint = "Take it out; sslmode=require needs none, and sslrootcert=system takes what the image trusts."
        raise BadUrl(
            f"says {files[0]}, a file of a machine that the container which reads the server does not see", hint
        )
    if "sslpassword" in given:
        raise BadUrl("says sslpassword, and there is no key that it opens", "Take it out.")
    if any(_is_own(host) for host in (given.get("host") or given.get("hostaddr") or "").split(",")):
        hint = f"For a server on the daemon's own machine write {HOST} instead, and let that server listen there."
        raise BadUrl("leads to localhost, which is the container that reads it and not your machine", hint)


def _is_own(host: str) -> bool:
    return host.lower() in {"", "localhost", "::1", "0.0.0.0", "::"} or host.startswith(("127.", "/", "@"))  # noqa: S104


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def read_state(stdout: bytes) -> State | None:
    """What a server answered to ASK; None where it gave no answer."""
    said: dict[str, object] = {}
    for line in stdout.decode("utf-8", "replace").splitlines():
        if line.startswith("{"):
            said |= json.loads(line)
    if "number" not in said:
        return None
    about = [(f"source.{key}", str(said[key])) for key in ("version", "system", "lsn", "taken") if said.get(key)]
    return State(int(str(said["number"])) // 10000, int(str(said["tablespaces"])), tuple(about))


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
