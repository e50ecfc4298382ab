"""A Postgres server that is no environment's: full of what must not come along when its data is copied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.images.boxes import Box, Boxes, docker

USER, DATABASE = "keeper", "shop_production"
PASSWORD = "c4nary:pw/d@%"  # of a server that lives for a test
QUOTED = "c4nary%3Apw%2Fd%40%25"
ARCHIVE = "test ! -f /nowhere/%f"
_SCHEMA = (
    "CREATE TABLE customers (id int PRIMARY KEY, email text)",
    "INSERT INTO customers SELECT n, 'person' || n || '@example.org' FROM generate_series(1, 1000) n",
    "CREATE INDEX ON customers (email)",
    "CREATE ROLE app LOGIN PASSWORD 'c4nary-app'",
    "ALTER TABLE customers ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own ON customers TO app USING (true)",
    "CREATE PUBLICATION all_of_it FOR TABLE customers",
    "CREATE SUBSCRIPTION elsewhere CONNECTION 'host=192.0.2.1 password=c4nary-sub' PUBLICATION p "
    "WITH (connect = false, slot_name = 'theirs')",
    "SELECT pg_create_logical_replication_slot('kept', 'pgoutput')",
    "SELECT pg_create_physical_replication_slot('kept_too')",
    "CREATE EXTENSION postgres_fdw",
    "CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '192.0.2.1')",
    "CREATE USER MAPPING FOR app SERVER other OPTIONS (user 'x', password 'c4nary-fdw')",
    "CREATE USER MAPPING FOR PUBLIC SERVER other",
    "ALTER SYSTEM SET primary_conninfo = 'host=192.0.2.1 password=c4nary-primary'",
)
_OPTIONS = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")


@dataclass(frozen=True)
class Elsewhere:
    """Such a server, in a container of its own."""

    box: Box

    @property
    def host(self) -> str:
        """Its address for other containers."""
        return docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", self.box.name).stdout.strip()

    @property
    def url(self) -> str:
        """What the secret holds."""
        return f"postgresql://{USER}:{QUOTED}@{self.host}/{DATABASE}"

    def sql(self, *statements: str) -> list[str]:
        """The lines that statements print there, each in a transaction of its own."""
        commands = [f"--command={statement}" for statement in statements]
        return self.box.out("psql", *_OPTIONS, f"--username={USER}", DATABASE, *commands).splitlines()

    def slots(self) -> list[str]:
        """The replication slots that it keeps."""
        return self.sql("SELECT slot_name FROM pg_replication_slots ORDER BY 1")

    def copied(self, to: Path, *options: str) -> Path:
        """A base backup of it, on this machine."""
        command = ("pg_basebackup", f"--username={USER}", "--pgdata=/tmp/copy", "--checkpoint=fast", *options)
        self.box.run("rm", "-rf", "/tmp/copy")
        self.box.run(*command, user="postgres")
        docker("cp", "--quiet", f"{self.box.name}:/tmp/copy", str(to))
        return to


@contextmanager
def running(folder: Path) -> Iterator[Elsewhere]:
    """The server for a while."""
    boxes = Boxes(folder, [])
    try:
        options = (
            f"--env=POSTGRES_PASSWORD={PASSWORD}",
            f"--env=POSTGRES_USER={USER}",
            f"--env=POSTGRES_DB={DATABASE}",
        )
        settings = ("fsync=off", "wal_level=logical", "archive_mode=on", f"archive_command={ARCHIVE}")
        box = boxes.start("postgres:17", "postgres", *(f"--{one}" for one in settings), options=options)
        box.wait("pg_isready", "--host=127.0.0.1", "--quiet")
        found = Elsewhere(box)
        found.sql(*_SCHEMA)
        box.run("sh", "-c", 'echo "host replication all all scram-sha-256" >>"$PGDATA/pg_hba.conf"', user="postgres")
        found.sql("SELECT pg_reload_conf()")
        yield found
    finally:
        for command in reversed(boxes.made):
            docker(*command, check=False)
