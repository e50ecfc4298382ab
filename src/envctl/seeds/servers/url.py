"""The URL of a Postgres server that runs elsewhere, understood as the client library does. Pure.

What is wrong with one is said without repeating anything of it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from urllib.parse import unquote

from envctl.secret import Secret

FORM = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
HOST = "host.docker.internal"  # what a container calls the machine that the daemon runs on
HOSTS = {HOST: "host-gateway"}
_URL = re.compile(
    r"postgres(?:ql)?(?:\+[a-z0-9]+)?://"  # a driver's name, as SQLAlchemy has it, means nothing to us
    r"(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?(?P<hosts>[^/?]*)(?:/(?P<database>[^?]*))?(?:\?(?P<more>.*))?",
    re.DOTALL,
)
_ONE_HOST = re.compile(r"(?:\[(?P<six>[^\]@]*)\]|(?P<name>[^:@]*))(?::(?P<port>[0-9]*))?")  # an @ left is of a password
_FILES = frozenset({"sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir", "passfile", "service", "servicefile"})
_SECRETS = frozenset({"oauth_client_secret", "scram_client_key", "scram_server_key", "sslpassword"})
_PATIENCE = "15"  # seconds until a server counts as unreachable, unless the URL says otherwise


class BadUrl(Exception):
    """Why a text cannot be the URL of a server; continues “SECRET …” and repeats nothing of it."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = hint or f"It has the form {FORM}, with %25 for a % in the password, %40 for an @, %2F for a slash."


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


def read_url(text: str) -> Url:
    """Understand a URL as the client library does. Raises BadUrl."""
    if not text.strip():
        raise BadUrl("is empty")
    matched = _URL.fullmatch(text.strip())
    if matched is None:
        raise BadUrl("is no URL of a Postgres server")
    found = {**_hosts(matched["hosts"]), "dbname": matched["database"], "user": matched["user"]}
    password = matched["password"]
    for pair in (matched["more"] or "").split("&") if matched["more"] else ():
        written, equals, value = pair.partition("=")
        key = unquote(written)
        if not equals:
            raise BadUrl("has a parameter without a value")
        if key == "password":
            password = value
        elif key == "ssl":
            found["sslmode"] = "require" if value == "true" else "prefer"
        else:
            found[key] = value
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
    if secrets := sorted(_SECRETS & given.keys()):
        raise BadUrl(f"says {secrets[0]}, which whoever lists processes would see", "Take it out: a password will do.")
    if any(_is_own(host) for host in (given.get("host") or given.get("hostaddr") or "").split(",")):
        hint = f"For a server on the daemon's own machine write {HOST} instead, and let that server listen there."
        raise BadUrl("leads to localhost, which is the container that reads it and not your machine", hint)


def _is_own(host: str) -> bool:
    return host.lower() in {"", "localhost", "::1", "0.0.0.0", "::"} or host.startswith(("127.", "/", "@"))  # noqa: S104


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
