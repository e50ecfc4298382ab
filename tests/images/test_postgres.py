"""The contract of `postgres:17`, kept by the official image and by its stand-in."""

from __future__ import annotations

import pytest

from tests.images.boxes import Box, Boxes, docker

pytestmark = pytest.mark.docker

IMAGE = "postgres:17"
QUICK = ("--env", "POSTGRES_INITDB_ARGS=--no-sync")
PASSWORD = (*QUICK, "--env", "POSTGRES_PASSWORD=a b'c\"d$e")


def ready(box: Box) -> Box:
    box.wait("pg_isready", "--quiet", "--host", "127.0.0.1")
    return box


def ask(box: Box, query: str, database: str = "postgres", user: str = "postgres") -> str:
    return box.out("psql", "-X", "-At", "-U", user, "-d", database, "-c", query)


def test_it_refuses_to_start_without_a_password(boxes: Boxes) -> None:
    """Without a password there is no database, and the reason names the variable."""
    box = boxes.start(IMAGE)
    assert docker("wait", box.name).stdout.strip() == "1"
    assert "POSTGRES_PASSWORD" in docker("logs", box.name).stderr


def test_user_database_and_options_are_taken(boxes: Boxes) -> None:
    """POSTGRES_USER owns POSTGRES_DB, whatever letters they have, and a bare option goes to the server."""
    options = (*PASSWORD, "--env", "POSTGRES_USER=Shop-Keeper", "--env", 'POSTGRES_DB=my "shop"')
    box = ready(boxes.start(IMAGE, "-c", "max_connections=33", options=options))
    facts = "SELECT current_setting('max_connections'), usesuper FROM pg_user WHERE usename = current_user"
    assert ask(box, facts, 'my "shop"', "Shop-Keeper") == "33|t"
    assert ask(box, "SHOW server_encoding", 'my "shop"', "Shop-Keeper") == "UTF8"


def test_another_container_needs_the_password(boxes: Boxes) -> None:
    """Over the network the right password is let in, and no other."""
    network = boxes.network()
    server = ready(boxes.start(IMAGE, options=(*PASSWORD, "--network", network)))
    address = f"host={server.name} user=postgres dbname=postgres"
    guest = boxes.start(IMAGE, "tail", "-f", "/dev/null", options=("--network", network))
    right = guest.run("env", "PGPASSWORD=a b'c\"d$e", "psql", address, "-Atc", "SELECT 42")
    assert right.stdout.strip() == "42"
    wrong = guest.run("env", "PGPASSWORD=x", "psql", address, "-Atc", "SELECT 42", check=False)
    assert wrong.returncode == 2
    assert "password authentication failed" in wrong.stderr


def test_the_password_file_is_read_as_the_server(boxes: Boxes) -> None:
    """POSTGRES_PASSWORD_FILE is read after root is given up: what postgres may not read, is not read."""
    for mode in ("0444", "0400"):
        script = f"printf secret >/p; chmod {mode} /p; exec docker-entrypoint.sh postgres"
        box = boxes.start(IMAGE, "bash", "-c", script, options=(*QUICK, "--env", "POSTGRES_PASSWORD_FILE=/p"))
        if mode == "0444":
            ready(box)
        else:
            assert docker("wait", box.name).stdout.strip() == "1"
            assert "/p: Permission denied" in docker("logs", box.name).stderr


def test_init_files_run_once_while_nobody_can_connect(boxes: Boxes) -> None:
    """Files of /docker-entrypoint-initdb.d run in order on the new database, and no port is open meanwhile."""
    box = boxes.create(IMAGE, options=(*PASSWORD, "--env", "POSTGRES_DB=shop"))
    folder = "/docker-entrypoint-initdb.d"
    boxes.put(box, f"{folder}/1.sql", "CREATE TABLE seen (what text);")
    boxes.put(
        box,
        f"{folder}/2.sh",
        "pg_isready -q -h 127.0.0.1 ||"
        " psql -U $POSTGRES_USER -d $POSTGRES_DB -c \"INSERT INTO seen VALUES ('closed')\"",
    )
    boxes.put(box, f"{folder}/3.txt", "ignored")
    docker("start", box.name)
    assert ask(ready(box), "SELECT what FROM seen", "shop") == "closed"


def test_a_failing_init_file_stops_the_start(boxes: Boxes) -> None:
    """A database whose initialisation failed never comes up."""
    box = boxes.create(IMAGE, options=PASSWORD)
    boxes.put(box, "/docker-entrypoint-initdb.d/1.sql", "SELECT no_such_thing;")
    docker("start", box.name)
    assert docker("wait", box.name).stdout.strip() != "0"


def test_data_survives_a_new_container(boxes: Boxes) -> None:
    """A stop is clean, and another container on the same volume has the rows, initialising nothing."""
    volume = boxes.volume()
    mount = ("--volume", f"{volume}:/var/lib/postgresql/data")
    first = ready(boxes.start(IMAGE, options=(*PASSWORD, *mount)))
    ask(first, "CREATE TABLE kept AS SELECT 7 AS n")
    assert first.stop() == 0
    assert ask(ready(boxes.start(IMAGE, options=mount)), "SELECT n FROM kept") == "7"


def test_tools_locale_and_extensions_are_there(boxes: Boxes) -> None:
    """The clients are on PATH, the locale is en_US.utf8, contrib is included, the server is no root."""
    box = ready(boxes.start(IMAGE, options=PASSWORD))
    assert ask(box, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "en_US.utf8"
    assert ask(box, "CREATE EXTENSION pg_trgm; CREATE EXTENSION pgcrypto; CREATE EXTENSION citext") != ""
    assert box.out("stat", "-c", "%u:%g", "/var/lib/postgresql/data/PG_VERSION") == "999:999"
    for tool in ("pg_dump", "pg_restore", "psql"):
        assert "17." in box.out(tool, "--version")
