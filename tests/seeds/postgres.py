"""A Postgres of the service's image in a container, and the client that restores into it."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from envctl.seeds.swap import Filled
from envctl.world.fifos import Fifos
from envctl.world.pipes import Input, Reading, feed
from envctl.world.shell import Finished, Shell
from tests.images.boxes import Boxes, docker

_FILLED = re.compile(r"envctl: filled from (?P<data>\S+) (?P<digest>sha256:[0-9a-f]{64})")
USER = "keeper"  # not `postgres`, so that nothing takes that for granted
IMAGE = "postgres:17"


@dataclass(frozen=True)
class Postgres:
    """A client of one container. `path` comes first in PATH there; `fifos` are seen by it too."""

    container: str
    path: str | None = None
    fifos: Fifos | None = None

    def argv(self, argv: tuple[str, ...], stdin: bool, env: Mapping[str, str] | None) -> list[str]:
        """The docker command."""
        variables = [word for name, value in (env or {}).items() for word in ("--env", f"{name}={value}")]
        if self.path:
            argv = ("env", f"PATH={self.path}:/usr/local/bin:/usr/bin:/bin:/usr/lib/postgresql/17/bin", *argv)
        return ["docker", "exec", "--user", "postgres", *["--interactive"] * stdin, *variables, self.container, *argv]

    def run(
        self, argv: tuple[str, ...], *, stdin: Input | None = None, env: Mapping[str, str] | None = None
    ) -> Finished:
        """Run a program in the container."""
        command = self.argv(argv, stdin is not None, env)
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdin and process.stdout and process.stderr
        heard: list[bytes] = []
        listener = threading.Thread(target=lambda out: heard.append(out.read()), args=(process.stderr,))
        printed: list[bytes] = []
        reader = threading.Thread(target=lambda out: printed.append(out.read()), args=(process.stdout,))
        listener.start()
        reader.start()
        try:
            with suppress(BrokenPipeError), process.stdin:
                feed(process, stdin or ())
        finally:
            process.wait()
            listener.join()
            reader.join()
        return Finished(process.returncode, printed[0], heard[0])

    def reading(
        self, argv: tuple[str, ...], *, stdin: Input = (), env: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Reading]:
        """The same, read while it runs."""
        return Shell(os.environ).reading(self.argv(argv, True, env), stdin=stdin)

    def sql(self, database: str, *statements: str) -> list[str]:
        """The lines that SQL statements print."""
        commands = [word for statement in statements for word in ("--command", statement)]
        options = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
        finished = self.run(("psql", *options, f"--username={USER}", f"--dbname={database}", *commands))
        assert finished.status == 0, finished.stderr.decode()
        return finished.stdout.decode().splitlines()

    def databases(self) -> set[str]:
        """Every database but those of Postgres itself."""
        found = self.sql(
            "postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
        )
        return set(found)

    def filled_from(self, database: str) -> Filled | None:
        """What its comment says that a database was filled from; None when it does not exist or was never filled."""
        comment = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{database}'"
        said = _FILLED.fullmatch("".join(self.sql("postgres", comment)))
        return Filled(said["data"], said["digest"]) if said else None

    def fresh(self) -> str:
        """A new empty database of its own name."""
        name = f"db_{token_hex(4)}"
        self.sql("postgres", f"CREATE DATABASE {name}")
        return name

    def holding(self, schema: str) -> str:
        """A new database in which these statements, one to a line or more, were run; its name."""
        name = self.fresh()
        self.sql(name, *schema.split(";\n"))
        return name

    def dump(self, database: str, *options: str) -> bytes:
        """What pg_dump writes of a database."""
        finished = self.run(("pg_dump", f"--username={USER}", *options, database))
        assert finished.status == 0, finished.stderr.decode()
        return finished.stdout

    def dump_folder(self, database: str, to: Path, *options: str) -> Path:
        """A dump in directory format, on the host."""
        inside = f"/tmp/{token_hex(4)}"
        self.dump(database, "--format=directory", f"--file={inside}", *options)
        docker("cp", f"{self.container}:{inside}", str(to))
        return to


@contextmanager
def running(folder: Path, *more: str) -> Iterator[Postgres]:
    """A server for a while, with `more` options. It answers on TCP only when its first start is over."""
    boxes = Boxes(folder, [])
    try:
        options = (
            "--env=POSTGRES_PASSWORD=unused",
            f"--env=POSTGRES_USER={USER}",
            "--tmpfs=/var/lib/postgresql/data",
            *more,
        )
        settings = ("fsync=off", "max_wal_size=64MB", "wal_level=logical")
        box = boxes.start(IMAGE, "postgres", *(f"--{setting}" for setting in settings), options=(*options, *more))
        box.wait("pg_isready", "--host=127.0.0.1", "--quiet")
        yield Postgres(box.name)
    finally:
        for command in reversed(boxes.made):
            docker(*command, check=False)
