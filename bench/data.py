"""Stacks with a Postgres that holds about so many bytes of rows, and what is asked of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from secrets import token_hex

from bench.common import envctl, ran

STACK = """\
[project]
name = "{project}"

[services.db]
kind = "postgres"
version = "17"
{data}
"""
DATA = """\
data = "big"

[data.big]
from = "dump"
path = "big.sql"
"""
# A table as real ones are: rows of about 200 bytes, a key, a unique index and two more; made by the server itself.
DUMP = """\
CREATE TABLE big (
    id bigint PRIMARY KEY, email text NOT NULL, city text NOT NULL, bought timestamptz NOT NULL, note text NOT NULL
);
INSERT INTO big SELECT n, md5(n::text) || '@example.com', 'city ' || n % 5000,
    '2026-01-01'::timestamptz + n * interval '1 second',
    md5((n * 7)::text) || md5((n * 11)::text) || md5((n * 13)::text)
    FROM generate_series(1, {rows}) AS n;
CREATE UNIQUE INDEX big_email ON big (email);
CREATE INDEX big_city ON big (city, bought);
CREATE INDEX big_bought ON big (bought);
"""
_ROW = 204  # bytes of one in its table; its entries in the indexes take three quarters of that again
MIB = 1 << 20


class Base:
    """A stack file of a folder's own, whose table holds so many bytes; there is none where none are said."""

    def __init__(self, folder: Path, size: int | None) -> None:
        self.project = f"bench{token_hex(4)}"
        self.file = folder / self.project / "envctl.toml"
        self.file.parent.mkdir()
        self.file.write_text(STACK.format(project=self.project, data=DATA if size else ""))
        if size:
            (self.file.parent / "big.sql").write_text(DUMP.format(rows=max(1, size // _ROW)))

    def container(self, name: str) -> str:
        """The database's container in an environment."""
        return f"{self.project}_{name}_db"

    def up(self, name: str, *more: str) -> None:
        """`envctl up`."""
        envctl("up", "--quiet", "--file", str(self.file), "--env", name, *more)

    def down(self, name: str) -> None:
        """`envctl down`, of which nothing is kept."""
        envctl("down", "--quiet", "--no-bundle", "--file", str(self.file), "--env", name)

    def ask(self, name: str, question: str = "SELECT count(*) FROM (SELECT FROM pg_class LIMIT 1) AS one") -> str:
        """A query's answer."""
        argv = ("docker", "exec", self.container(name), "psql", "-qtAX", "-U", "postgres", "-d", self.project, "-c")
        return ran(*argv, question).decode().strip()

    def volume(self, name: str) -> str:
        """The volume of an environment's database."""
        return f"{self.project}_{name}_db-data"

    def snapshots(self) -> list[str]:
        """The addresses of what was built for it."""
        found = json.loads(envctl("snapshot", "ls", "--json"))["data"]["snapshots"]
        return [one["address"] for one in found if one["project"] == self.project]

    def forget(self) -> None:
        """Remove what was built for it."""
        for address in self.snapshots():
            envctl("snapshot", "rm", address, "--quiet")


def until_answered(container: str, database: str) -> None:
    """Ask a server that is starting until it answers. Raises SystemExit when it ends instead."""
    argv = ["docker", "exec", container, "psql", "-qtAX", "-h", "127.0.0.1", "-U", "postgres", "-d", database]
    while subprocess.run([*argv, "-c", "SELECT 1"], capture_output=True, env=os.environ, check=False).returncode:
        if not ran("docker", "ps", "--quiet", "--filter", f"name=^/{container}$").strip():
            sys.exit(f"{container} ended")
