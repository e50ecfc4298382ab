"""What each kind does so that its data can be copied, on data of real servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.ops.snapshots.sources import Site
from envctl.ops.snapshots.throwaway import at_rest, serving, settle, stop, with_pipes
from envctl.world.fifos import Fifos
from tests.scenarios.sites import said, site, sql, with_words
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

STACK = """
[services.db]
kind = "postgres"
user = "keeper"
[services.events]
kind = "kafka"
[services.cache]
kind = "redis"
"""
ODD = "odd \"name\" 'x' $HOME"
CANARY = "canary-of-the-old-log"
FIND = 'if grep -rqs "$2" "$1"; then echo there; else echo gone; fi'
CUT = """CREATE SUBSCRIPTION "far away" CONNECTION 'host=203.0.113.1 dbname=production password=secret'
PUBLICATION everything WITH (connect = false, slot_name = 'theirs')"""
COUNTED = "SELECT (SELECT count(*) FROM pg_subscription), (SELECT count(*) FROM pg_replication_slots)"


@pytest.fixture
def db(stage: Stage) -> Iterator[Site]:
    """Where data of Postgres is made."""
    stage.write(STACK)
    with site(stage, "db") as made:
        yield made


@pytest.fixture
def cache(stage: Stage) -> Iterator[Site]:
    """Where data of Redis is made."""
    stage.write(STACK)
    with site(stage, "cache") as made:
        yield made


@pytest.fixture
def events(stage: Stage) -> Iterator[Site]:
    """Where data of Kafka is made."""
    stage.write(STACK)
    with site(stage, "events") as made:
        yield made


def made_by_server(made: Site, *statements: str) -> None:
    """Start its server, tell it something, and stop it."""
    with serving(made):
        if statements:
            sql(made, *statements)
        stop(made)


def refused(made: Site, *, because: str) -> None:
    """It must not be taken for data that can be copied."""
    with pytest.raises(EnvctlError) as caught:
        at_rest(made)
    assert Exit.DATA_REFUSED == caught.value.code
    assert because in caught.value.message


def test_data_of_a_server_that_was_killed_must_be_refused(db: Site) -> None:
    """What it had not written yet is in its log alone, which is about to be taken away."""
    with serving(db):
        pass  # leaving it kills the server
    refused(db, because="its server was not shut down cleanly (in production)")


def test_pipes_must_be_used_only_where_containers_see_them(db: Site, tmp_path: Path) -> None:
    """A daemon on this very machine may see other files than we do."""
    assert db == with_pipes(db, Fifos(tmp_path / "absent"))
    assert Fifos(tmp_path) == with_pipes(db, Fifos(tmp_path)).fifos


def test_data_with_a_tablespace_must_be_refused(db: Site) -> None:
    """A part of it lies in a folder that is no part of the volume."""
    with serving(db):
        db.client.run(("mkdir", "/tmp/space"))
        sql(db, "CREATE TABLESPACE space LOCATION '/tmp/space'")
        stop(db)
    refused(db, because="it has tablespaces")


def test_a_link_in_the_data_must_be_refused(db: Site) -> None:
    """A log that was moved elsewhere would be shared by all copies."""
    made_by_server(db)
    said(db, 'mv "$1/pg_wal" "$1/elsewhere" && ln -s /tmp/pg_wal "$1/pg_wal"')
    refused(db, because="pg_wal is a link")


@pytest.mark.parametrize(
    ("planted", "because"),
    [
        ('echo 16 >"$1/PG_VERSION"', "it is data of Postgres 16, and the image is Postgres 17"),
        ('rm -r "$1"/*', "it holds no data of Postgres 17"),
        (': >"$1/backup_label"', "(backup_label)"),
        (': >"$1/standby.signal"', "(standby.signal)"),
    ],
)
def test_what_is_no_server_of_this_image_must_be_refused(db: Site, planted: str, because: str) -> None:
    """Another version's, none at all, and backups that no server has recovered."""
    made_by_server(db)
    said(db, planted)
    refused(db, because=because)


def test_a_pid_file_that_was_left_must_go(db: Site) -> None:
    """A copy would wait for a process of that number."""
    made_by_server(db)
    said(db, 'echo 1 >"$1/postmaster.pid"')
    at_rest(db)
    assert "gone" == said(db, 'if [ -e "$1/postmaster.pid" ]; then echo there; else echo gone; fi')


def test_data_one_folder_deeper_must_be_found(db: Site) -> None:
    """From Postgres 18 on the image keeps it in VERSION/docker."""
    made_by_server(db)
    said(db, 'mkdir -p "$1/.new/docker" && mv "$1"/* "$1/.new/docker/" && mv "$1/.new" "$1/17"', user="postgres")
    assert 10_000_000 < at_rest(db)


def test_subscriptions_and_slots_must_go(db: Site) -> None:
    """A copy must neither connect to production nor keep its log for nobody; the publisher is not asked."""
    loud = with_words(db, "-c", "wal_level=logical", "-c", "max_logical_replication_workers=0")
    with serving(loud):
        sql(loud, f'CREATE DATABASE "{ODD.replace(chr(34), chr(34) * 2)}"')
        for database in ("", ODD):
            name = "here" if not database else "odd"
            sql(loud, CUT.replace("far away", f"far {name}"), database=database)
            sql(loud, f'ALTER SUBSCRIPTION "far {name}" ENABLE', database=database)
            sql(loud, f"SELECT pg_create_logical_replication_slot('slot_{name}', 'pgoutput')", database=database)
        sql(loud, "SELECT pg_create_physical_replication_slot('standby', true)")
        assert ["2|3"] == sql(loud, COUNTED)
        settle(loud)
        assert ["0|0"] == sql(loud, COUNTED)
        stop(loud)
    at_rest(loud)
    with serving(db):
        assert ["0|0"] == sql(db, COUNTED)


def test_slots_of_a_server_that_is_not_there_to_drop_them_must_go(db: Site) -> None:
    """They are files; a copy made of files alone is rid of them too."""
    loud = with_words(db, "-c", "wal_level=logical")
    made_by_server(loud, "SELECT pg_create_logical_replication_slot('left', 'pgoutput')")
    assert db.workload.freezing is not None
    said(db, db.workload.freezing.check, user="postgres")
    with serving(db):  # with a log that is too small for them
        assert ["0|0"] == sql(db, COUNTED)


def test_bytes_of_the_old_log_must_be_gone(db: Site) -> None:
    """A value that was deleted, and vacuumed away, still stands in the log; what was kept is there."""
    made_by_server(
        with_words(db),
        "CREATE TABLE t (v text)",
        f"INSERT INTO t VALUES ('{CANARY}')",
        "DELETE FROM t",
        "VACUUM FULL t",
        "INSERT INTO t VALUES ('kept')",
    )
    assert "there" == said(db, FIND, CANARY)
    at_rest(db)
    assert "gone" == said(db, FIND, CANARY)
    with serving(db):
        assert ["kept"] == sql(db, "SELECT v FROM t")


def test_what_no_copy_needs_must_be_gone(db: Site) -> None:
    """A log of statements holds values; options of a start, caches and temporary files are the old server's own."""
    made_by_server(with_words(db, "-c", "logging_collector=on", "-c", "log_statement=all"), f"SELECT '{CANARY}'")
    planted = 'mkdir "$1/base/pgsql_tmp" && echo old >"$1/base/pgsql_tmp/pgsql_tmp1.0" && : >"$1/backup_label.old"'
    said(db, planted, user="postgres")
    assert "there" == said(db, FIND, CANARY)
    at_rest(db)
    assert "gone" == said(db, FIND, CANARY)
    left = said(db, 'cd "$1" && find . -name pg_internal.init -o -name "pgsql_tmp*" -o -name "*.old" -o -name "*.opts"')
    assert "" == left
    with serving(db):
        assert ["1"] == sql(db, "SELECT 1")


def test_what_people_want_to_know_must_be_told(db: Site) -> None:
    """Text indexes depend on the C library and the version of its collations."""
    with serving(db):
        told = settle(db)
        (version,) = sql(db, "SHOW server_version")
    assert version == told["version"]
    assert {"libc", "collation", "version"} == set(told)
    assert told["libc"].startswith(("glibc 2.", "musl"))


def test_configuration_of_another_server_must_not_come_along(db: Site) -> None:
    """Neither what archives, nor what follows, nor a key; what the image gives to a new server takes its place."""
    made_by_server(db, "CREATE TABLE t (v text)", "INSERT INTO t VALUES ('kept')")
    before = said(db, 'cat "$1/postgresql.conf" "$1/pg_hba.conf"')
    said(
        db,
        'cd "$1" && echo "archive_command = \'scp %p production:\'" >>postgresql.conf'
        " && echo \"primary_conninfo = 'host=production password=secret'\" >>postgresql.auto.conf"
        " && echo 'host all all 203.0.113.0/24 trust' >pg_hba.conf && mkdir conf.d pg_replslot/theirs"
        " && touch server.key server.crt .pgpass recovery.conf standby.signal postmaster.opts",
    )
    assert db.workload.freezing is not None
    said(db, db.workload.freezing.adopt, user="postgres")
    assert before == said(db, 'cat "$1/postgresql.conf" "$1/pg_hba.conf"')
    left = said(db, 'cd "$1" && ls -A . pg_replslot')
    for gone in ("server.key", "server.crt", ".pgpass", "recovery.conf", "standby.signal", "conf.d", "theirs"):
        assert gone not in left.split()
    with serving(db):
        assert ["kept"] == sql(db, "SELECT v FROM t")
        assert ["(disabled)|"] == sql(
            db, "SELECT current_setting('archive_command'), current_setting('primary_conninfo')"
        )


def test_data_of_another_version_must_not_be_adopted(db: Site) -> None:
    """Before anything of it is touched."""
    made_by_server(db)
    said(db, 'echo 16 >"$1/PG_VERSION"')
    assert db.workload.freezing is not None
    output = db.run(db.workload.freezing.adopt, user="postgres")
    assert "it is data of Postgres 16, and the image is Postgres 17" == output.complaint


def test_data_of_a_broker_must_be_fit_only_once_it_was_stopped(events: Site) -> None:
    """It leaves a mark when it has closed its logs, and takes it away when it opens them."""
    refused(events, because="it holds no data of a broker")
    with serving(events):
        pass  # leaving it kills the broker
    refused(events, because="its broker was not shut down cleanly")
    with serving(events):
        stop(events)
    assert 0 < at_rest(events)


def test_data_of_redis_must_be_whole(cache: Site) -> None:
    """What ends in the middle is refused; what was being written anew when it ended goes."""
    with serving(cache):
        stop(cache)
    said(cache, ': >"$1/temp-1.rdb" && : >"$1/appendonlydir/temp-rewriteaof-1.aof"')
    assert 0 < at_rest(cache)
    assert "" == said(cache, 'find "$1" -name "temp-*"')
    said(cache, 'for file in "$1"/appendonlydir/*.incr.aof; do printf "*2\\r\\n\\$3\\r\\nSE" >>"$file"; done')
    refused(cache, because="is not whole")


def test_a_dump_of_redis_must_be_whole(cache: Site) -> None:
    """The same where it keeps no append-only file."""
    said(cache, 'printf "REDIS0011" >"$1/dump.rdb"')
    refused(cache, because="its dump.rdb is not whole")
