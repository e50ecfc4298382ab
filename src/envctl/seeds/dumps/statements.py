"""What has to be done about a statement of a plain dump before psql gets it. Pure.

A dump is restored as it is, with few exceptions: what would reach beyond the new database is left out, and so is what
only the server it comes from can know. Roles it names are made where they do not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NAME = rb'(?:"(?:[^"]|"")+"|[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff$]*)'
_NAMES = rb"(?:(?:GROUP\s+)?NAME(?:\s*,\s*(?:GROUP\s+)?NAME)*)"
_TEXTS = re.compile(
    rb"""(?P<name>"(?:[^"]++|"")*+")|[eE]'(?:[^'\\]++|''|\\.)*+'|'(?:[^']++|'')*+'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$""",
    re.DOTALL,
)


def rule(pattern: bytes) -> re.Pattern[bytes]:
    """A pattern in which NAME and NAMES stand for identifiers and blanks for any white space."""
    written = pattern.replace(b"NAMES", _NAMES).replace(b"NAME", NAME).replace(b" ", rb"\s+")
    return re.compile(written, re.DOTALL | re.IGNORECASE)


# Reaches beyond the database, or means nothing here.
_LEFT_OUT = tuple(
    map(
        rule,
        (
            rb"(?:CREATE|DROP|ALTER) (?:DATABASE|TABLESPACE)\b",
            rb"(?:COMMENT|SECURITY LABEL) ON (?:DATABASE|TABLESPACE)\b",
            rb"(?:GRANT|REVOKE) .*\bON (?:DATABASE|TABLESPACE)\b",
            rb"ALTER (?:ROLE|USER) .*\bIN DATABASE\b",
            rb"ALTER SYSTEM\b",
            rb"(?:CREATE|DROP|ALTER) SUBSCRIPTION\b",  # it would connect to production
            rb"COMMENT ON SUBSCRIPTION\b",
            rb"SECURITY LABEL\b",  # its provider is not loaded here
            rb"(?:SET|RESET) SESSION AUTHORIZATION\b",  # the roles here have no rights to create anything with
            rb"SET default_tablespace\s*=\s*[^'\s]",
            rb"ALTER .*\bSET TABLESPACE\b",
        ),
    )
)
# What a dump made with --clean begins with. The new database is empty; only its schema public is there to be dropped.
_DROPS = rule(
    rb"DROP (?!SCHEMA (?:IF EXISTS )?public\b)|ALTER (?:TABLE|DOMAIN|VIEW) .*\bDROP |SELECT pg_catalog\.lo_unlink\b"
)
_BEFORE_OBJECTS = rule(rb"(?:SET|RESET|SELECT pg_catalog\.(?:set_config|lo_unlink)|BEGIN|START|DROP|ALTER .*\bDROP)\b")
_DATABASE_SETTING = rule(rb"ALTER DATABASE (?P<name>NAME) (?:SET|RESET) (?!TABLESPACE\b)")
_CREATED_DATABASE = rule(rb"CREATE DATABASE (?P<name>NAME)")
_CREATED_ROLE = rule(rb"CREATE (?:ROLE|USER|GROUP) (?!MAPPING\b)(?P<name>NAME)")
_CREATED_PUBLIC = rule(rb'CREATE SCHEMA (?:public|"public")(?:$| AUTHORIZATION\b)')
_PARAMETER = rule(rb"SET (?:SESSION )?(?P<name>[a-z_]+)\s*(?:=|TO\b)")
_ROLES = tuple(
    map(
        rule,
        (
            rb"ALTER .*\bOWNER TO (?P<a>NAME)$",
            rb"(?:GRANT|ALTER DEFAULT PRIVILEGES .*\bGRANT) .*\bTO (?P<a>NAMES)(?:$| WITH\b| GRANTED\b)",
            rb"(?:REVOKE|ALTER DEFAULT PRIVILEGES .*\bREVOKE) .*\bFROM (?P<a>NAMES)(?:$| CASCADE| RESTRICT| GRANTED\b)",
            rb"(?:GRANT|REVOKE) (?P<a>NAMES) (?:TO|FROM) (?P<b>NAMES)",
            rb"(?:GRANT|REVOKE) .*\bGRANTED BY (?P<a>NAME)",
            rb"ALTER DEFAULT PRIVILEGES FOR (?:ROLE|USER) (?P<a>NAMES)",
            rb"(?:CREATE|ALTER) POLICY .*? TO (?P<a>NAMES)(?:$| USING\b| WITH\b)",
            rb"CREATE SCHEMA (?:IF NOT EXISTS )?(?:NAME )?AUTHORIZATION (?P<a>NAME)",
            rb"(?:CREATE|ALTER) USER MAPPING (?:IF NOT EXISTS )?FOR (?P<a>NAME)",
            rb"(?:ALTER (?:ROLE|GROUP)|ALTER USER(?! MAPPING)|COMMENT ON ROLE) (?P<a>NAME)",
            rb"SET (?:SESSION |LOCAL )?ROLE (?P<a>NAME)",
        ),
    )
)
_NO_ROLES = {b"public", b"current_user", b"current_role", b"session_user", b"user", b"none", b"group"}
_ONE_NAME = re.compile(rb"(?:GROUP\s+)?(%s)" % NAME, re.IGNORECASE)
_IF_EXISTS = re.compile(rb"\bIF\s+EXISTS\b", re.IGNORECASE)
_LOOKED_AT = 1 << 14  # bytes; a statement that matters here is shorter, and the rules' time is bounded
_LOOKED_INTO = re.compile(
    rb"(?:ALTER|GRANT|REVOKE|CREATE|DROP|SET|RESET|COMMENT|SECURITY|SELECT|BEGIN|START)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Judged:
    """What a statement means for the restore. `left_out`: replaced by nothing."""

    left_out: bool = False
    roles: tuple[bytes, ...] = ()  # it names them
    role: bytes | None = None  # it creates this one
    parameter: str | None = None  # it sets this one
    database: bytes | None = None  # it creates this one
    database_name: tuple[int, int] | None = None  # where in it the name of the database stands, to be replaced
    before_objects: bool = False  # nothing is made by it
    public: bool = False  # it creates the schema public, which a new database has


def judge(text: bytes, *, empty: bool) -> Judged:
    """Look at one statement, without its `;`. `empty`: nothing was made before it."""
    if not _LOOKED_INTO.match(text):
        return Judged()
    if setting := _DATABASE_SETTING.match(text):
        return Judged(database_name=setting.span("name"), before_objects=True)
    bare = _TEXTS.sub(lambda found: found["name"] or b"''", text)[:_LOOKED_AT].strip()
    created = _CREATED_DATABASE.match(bare)
    database = plain_name(created["name"]) if created else None
    before = empty and bool(_BEFORE_OBJECTS.match(bare))
    dropped = before and bool(_DROPS.match(bare)) and not _IF_EXISTS.search(bare)
    if dropped or any(rule.match(bare) for rule in _LEFT_OUT):
        return Judged(left_out=True, database=database, before_objects=True)
    role = _CREATED_ROLE.match(bare)
    parameter = _PARAMETER.match(bare) if before else None
    return Judged(
        roles=tuple(dict.fromkeys(_roles(bare))),
        role=plain_name(role["name"]) if role else None,
        parameter=parameter["name"].decode().lower() if parameter else None,
        before_objects=before or role is not None,
        public=bool(_CREATED_PUBLIC.match(bare)),
    )


def plain_name(written: bytes) -> bytes:
    """The name an identifier stands for."""
    return written[1:-1].replace(b'""', b'"') if written.startswith(b'"') else written.lower()


# Before a dump makes the schema itself. It fails where the schema is in use, and so it should.
PUBLIC_DROPPER = b"DROP SCHEMA IF EXISTS public; "


def role_maker(role: bytes) -> bytes:
    """The statement that makes a role unless it exists. On one line, so that psql's line numbers stay right."""
    text = b"E'%s'" % role.replace(b"\\", b"\\\\").replace(b"'", b"''")
    name = b'"%s"' % role.replace(b'"', b'""')
    lines = (
        b"BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ",
        text,
        b") THEN CREATE ROLE ",
        name,
        b" NOLOGIN; END IF; END",
    )
    return b"DO E'%s'; " % b"".join(lines).replace(b"\\", b"\\\\").replace(b"'", b"''")


def _roles(bare: bytes) -> Iterator[bytes]:
    """The roles a statement names, in order."""
    for rule in _ROLES:
        if named := rule.match(bare):
            for names in filter(None, named.groups()):
                yield from filter(_is_role, map(plain_name, _ONE_NAME.findall(names)))


def _is_role(name: bytes) -> bool:
    return name not in _NO_ROLES and not name.startswith(b"pg_")
