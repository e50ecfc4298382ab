"""postgres: the official image, tuned to be thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field

from envctl.services.base import Complaint, Service, numbers, reached
from envctl.services.fields import Image, Setting, Version, named, refuse
from envctl.services.postgres_data import freezing
from envctl.services.references import Told
from envctl.text import Password, Text, text
from envctl.workload import Address, Database, Format, Mount, Probe, Workload

PORT = 5432
IDENTIFIER = 63  # bytes; Postgres cuts what is longer without an error
# Not synchronous_commit: without it a server that is killed loses what it had already said was committed.
THROWAWAY = {"fsync": "off", "full_page_writes": "off"}
OURS = frozenset({"port", "listen_addresses", "data_directory", "unix_socket_directories", "config_file", "hba_file"})
NEW_LAYOUT = 18  # from this version on the image keeps its data one folder higher


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[^\W\d][\w-]*", value):
        raise refuse("must start with a letter or _, and hold letters, digits, _ and - only")
    if len(value.encode()) > IDENTIFIER:
        raise refuse(f"is longer than the {IDENTIFIER} bytes that Postgres keeps of a name")
    return value


Identifier = Annotated[str, AfterValidator(_identifier)]
SettingName = Annotated[str, AfterValidator(named(r"[A-Za-z_][A-Za-z0-9_.]{0,99}", "the name of a Postgres setting"))]


class Postgres(Service):
    """A PostgreSQL server with one database. It trades safety in a crash of the whole machine for speed: `fsync`
    and `full_page_writes` are off unless `settings` says otherwise.
    """

    kind: Literal["postgres"] = Field(description="`postgres`")
    version: Version = Field(
        default="17",
        description="Version of the official image: `postgres:VERSION`.",
        examples=["17", "16-bookworm"],
    )
    image: Image | None = Field(
        default=None,
        description="Another image with the contract of the official one. `version` then says which Postgres "
        "is in it, where its tag does not begin with that.",
        examples=["postgis/postgis:17-3.5"],
    )
    database: Identifier | None = Field(
        default=None,
        description="Name of the database. Without it: the project's name, with - as _.",
        examples=["shop"],
    )
    user: Identifier = Field(
        default="postgres",
        description="Superuser that owns the database. Its password is made by chance.",
        examples=["shop"],
    )
    data: str | None = Field(
        default=None,
        description="The `[data.NAME]` that a new database is filled from.",
        examples=["catalogue"],
    )
    settings_: dict[SettingName, Setting] = Field(
        default={},
        alias="settings",
        description="Settings of the server, as in postgresql.conf.",
        examples=[{"shared_buffers": "256MB", "wal_level": "logical"}],
    )

    @property
    def listens(self) -> int:
        """The port inside the network."""
        return PORT

    def complaints(self, name: str, project: str) -> Iterator[Complaint]:
        """Settings that envctl decides stay its own; reserved names are not taken."""
        for key in self.settings_:
            if key.lower() in OURS:
                yield Complaint(("settings", key), "is decided by envctl", "leave it out")
        if self.database in {"template0", "template1"}:
            yield Complaint(("database",), f"{self.database} is a template of Postgres itself", "choose another name")
        if self.user.startswith("pg_"):
            yield Complaint(("user",), "names that begin with pg_ belong to Postgres itself", "choose another name")

    def volumes_of(self, name: str) -> tuple[str, ...]:
        """One volume for its data."""
        return (f"{name}-data",)

    def database_in(self, project: str) -> str:
        """The database's name."""
        return self.database or project.replace("-", "_")

    @property
    def major(self) -> int:
        """The major version, as far as version and image say it."""
        return next(iter(self._format.version), NEW_LAYOUT)  # `latest` and its like are at least that

    @property
    def _format(self) -> Format:
        """Each major version has a data directory of its own."""
        return Format(numbers(self.version, self.image, said="version" in self.model_fields_set, count=1))

    def workload(self, name: str, project: str, root: Path, told: Told) -> Workload:
        """The server with its throwaway settings; the password reaches it as a file."""
        database, password = self.database_in(project), f"{self.SECRETS}/{name}-password"
        environment = {
            "POSTGRES_USER": self.user,
            "POSTGRES_DB": database,
            "POSTGRES_PASSWORD_FILE": password,
            "PGUSER": self.user,  # a plain `psql` in the container is one in this database
            "PGDATABASE": database,
        }
        place = "/var/lib/postgresql"
        if self.major < NEW_LAYOUT:
            place = environment["PGDATA"] = "/var/lib/postgresql/data"
        server = {**THROWAWAY, **self.settings_}
        return Workload(
            service=name,
            kind=self.kind,
            image=self.image or f"postgres:{self.version}",
            command=(
                "postgres",
                *(word for key, value in server.items() for word in ("-c", f"{key}={value}")),
            ),
            environment={key: text(value) for key, value in environment.items()},
            files={password: text(Password(name))},
            mounts=tuple(Mount(volume, place) for volume in self.volumes_of(name)),
            port=PORT,
            # By TCP: the temporary server that creates the database listens on the socket only.
            probe=Probe(
                ("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(PORT), "-U", self.user, "-d", database),
                120.0,
            ),
            needs=self.needs,
            stateful=True,
            database=Database(database, self.user, data=self.data),
            format=self._format,
            freezing=freezing(self.major, server),
            stop_grace=30.0,
        )

    def settings(self, name: str, project: str, at: Address) -> Mapping[str, Text]:
        """postgresql://USER:PASSWORD@HOST:PORT/DATABASE and its parts."""
        database = self.database_in(project)
        login = text(quote(self.user, safe=""), ":", Password(name), "@")
        return {
            **reached("postgresql", at, login=login, path=f"/{quote(database, safe='')}"),
            "user": text(self.user),
            "password": text(Password(name)),
            "database": text(database),
        }
