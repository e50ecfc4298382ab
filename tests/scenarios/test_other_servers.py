"""Data of servers elsewhere, and of their backups, becomes a snapshot: the rows, and nothing that leads back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.job import Mounted, script
from envctl.ops.setting import Here
from envctl.ops.snapshots.build import find_or_build
from envctl.ops.snapshots.sources import Site, read_again
from envctl.ops.snapshots.throwaway import serving
from envctl.snapshot import Snapshot
from envctl.snapshots import SCRIPT
from envctl.world import helper
from tests.images.boxes import docker as command
from tests.scenarios.elsewhere import DATABASE, PASSWORD, QUOTED, USER, Elsewhere, running
from tests.scenarios.sites import site, sql
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

LIVE = """
[services.db]
kind = "postgres"
data = "far"
[data.far]
from = "live"
url = "FAR_URL"
method = "METHOD"
"""
BACKUP = """
[services.db]
kind = "postgres"
data = "far"
[data.far]
from = "backup"
path = "copy"
"""
METHODS = ["logical", "physical"]
COUNT = "SELECT count(*) FROM customers"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """A server that all tests read, and leave as it is but for its rows."""
    with running(tmp_path_factory.mktemp("elsewhere")) as server:
        yield server


def write(stage: Stage, elsewhere: Elsewhere, method: str, url: str | None = None) -> None:
    """A stack that is filled from the server."""
    stage.write(LIVE.replace("METHOD", method))
    stage.environ["FAR_URL"] = elsewhere.url if url is None else url


def build(here: Here, *, again: bool = False) -> Snapshot:
    """Find or build what the database starts from."""
    blueprint = here.blueprint()
    if again:
        blueprint = read_again(here, blueprint, ["db"])
    workload = blueprint.workload("db")
    assert workload is not None
    image = next(one for one in blueprint.images["db"].candidates if here.world.engine.image(one))
    return find_or_build(here, blueprint, workload, image)


def refusal(stage: Stage) -> EnvctlError:
    """The error with which it cannot be built, after which nothing is left, and in which no password stands."""
    with pytest.raises(EnvctlError) as raised:
        build(stage.here())
    error = raised.value
    assert set() == traces(stage)
    assert error.hint
    told = " ".join((error.message, error.hint, error.unchanged, *error.details))
    assert not [word for word in (PASSWORD, QUOTED, "c4nary") if word in told]
    return error


def traces(stage: Stage) -> set[str]:
    """What the daemon holds of the project's snapshots, and of their builders."""
    filters: dict[str, str | list[str] | bool] = {"label": f"{labels.SNAPSHOT_PROJECT}={stage.project}"}
    volumes = {str(v.name) for v in stage.docker.volumes.list(filters=filters)}
    addresses = {volume.removeprefix("envctl-snapshot__")[:32] for volume in volumes}
    containers = stage.docker.containers.list(all=True, ignore_removed=True, filters={"name": "envctl-snapshot__"})
    return volumes | {str(c.name) for c in containers if c.labels.get(labels.SNAPSHOT) in addresses}


@contextmanager
def copied(stage: Stage, snapshot: Snapshot) -> Iterator[Site]:
    """A server on a copy of a snapshot's bytes."""
    held = snapshot.parts[0].held
    with site(stage, "db") as made:
        mounts = {"/from": Mounted(held.volume, held.subpath, read_only=True), "/to": made.data}
        job = script(made.image, SCRIPT, "copy", "/from", "/to", mounts=mounts)
        helper.must(helper.run(made.here.world.engine, job, made.name("helper"), made.labels("helper")), "copy")
        with serving(made):
            yield made


def harmless(made: Site) -> None:
    """Assert that nothing of the copy leads to another server, and that no password of it is known."""
    held = {
        "passwords": "SELECT count(*) FROM pg_authid WHERE rolpassword IS NOT NULL AND rolname <> current_user",
        "slots": "SELECT count(*) FROM pg_replication_slots",
        "subscriptions": "SELECT count(*) FROM pg_subscription",
        "user mappings": "SELECT count(*) FROM pg_user_mappings",
        "standbys": "SELECT count(*) FROM pg_settings WHERE name IN ('primary_conninfo', 'archive_command') "
        "AND setting NOT IN ('', '(disabled)')",
        "settings of its own": "SELECT count(*) FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf'",
    }
    assert dict.fromkeys(held, "0") == {what: sql(made, query)[0] for what, query in held.items()}


@pytest.mark.parametrize("method", METHODS)
def test_a_live_servers_rows_must_arrive(stage: Stage, elsewhere: Elsewhere, method: str) -> None:
    """With their indexes and policies, in the stack's database; and nothing else, while the source stays as it was."""
    slots = elsewhere.slots()
    write(stage, elsewhere, method)
    made = build(stage.here())
    assert (["kept", "kept_too"], slots) == (slots, elsewhere.slots())
    assert "live far" == made.source
    assert made.digest.endswith("#1")
    assert made.about.keys() >= {"source.version", "source.system", "source.lsn", "source.taken", "source.method"}
    assert {made.marker, made.parts[0].held.volume} == traces(stage)
    with copied(stage, made) as copy:
        assert elsewhere.sql(COUNT) == sql(copy, COUNT)
        assert ["own"] == sql(copy, "SELECT polname FROM pg_policy")
        assert ["2"] == sql(copy, "SELECT count(*) FROM pg_indexes WHERE tablename = 'customers'")
        assert ["postgres", stage.project] == sql(
            copy, "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname = current_database()"
        )
        harmless(copy)


@pytest.mark.parametrize("method", METHODS)
def test_a_live_server_must_be_read_again_only_when_asked(stage: Stage, elsewhere: Elsewhere, method: str) -> None:
    """New rows there make no new snapshot by themselves; `seed` asks for them, and then they are found again too."""
    write(stage, elsewhere, method)
    first = build(stage.here())
    before = elsewhere.sql("INSERT INTO customers SELECT max(id) + 1, 'new' FROM customers", COUNT)
    assert first == build(stage.here())
    second = build(stage.here(), again=True)
    assert (first.digest.replace("#1", "#2"), second) == (second.digest, build(stage.here()))
    with copied(stage, second) as copy:
        assert before == sql(copy, COUNT)


@pytest.mark.parametrize("method", METHODS)
def test_the_password_must_be_seen_by_nobody(stage: Stage, elsewhere: Elsewhere, method: str) -> None:
    """While it is used: not in what the daemon tells of a container, not in the words of a process."""
    write(stage, elsewhere, method)
    seen: list[str] = []

    def tell(event: Event) -> None:
        seen.append(event.what)
        for container in stage.docker.containers.list(
            all=True, ignore_removed=True, filters={"label": f"{labels.ROLE}=helper"}
        ):
            if str(container.name).startswith("envctl-snapshot__"):
                seen.append(json.dumps(container.attrs))
                seen.append(command("top", str(container.name), "-eo", "args", check=False).stdout)

    here = stage.here()
    build(replace(here, world=replace(here.world, tell=tell)))
    everything = "\n".join(seen)
    assert "copying" in everything
    assert "sleep" in everything
    assert not [word for word in (PASSWORD, QUOTED, "c4nary") if word in everything]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("change", "code", "why"),
    [
        ((QUOTED, "wrong"), Exit.DATA_REFUSED, "password authentication failed"),
        (("@HOST", "@192.0.2.1"), Exit.DATA_REFUSED, "live far cannot be read: connection to server at"),
        (("@HOST", "@HOST:1"), Exit.DATA_REFUSED, "Connection refused"),
        (("@HOST", "@nowhere.invalid"), Exit.DATA_REFUSED, "could not translate host name"),
        ((DATABASE, "nothing"), Exit.DATA_REFUSED, 'database "nothing" does not exist'),
        (("@HOST", "@localhost"), Exit.DATA_REFUSED, "FAR_URL leads to localhost"),
        (("postgresql", "mysql"), Exit.DATA_REFUSED, "FAR_URL is no URL of a Postgres server"),
    ],
)
def test_a_server_that_cannot_be_read_must_be_told(
    stage: Stage, elsewhere: Elsewhere, method: str, change: tuple[str, str], code: Exit, why: str
) -> None:
    """Why, without its password; and nothing is left of the attempt."""
    change = (change[0].replace("HOST", elsewhere.host), change[1].replace("HOST", elsewhere.host))
    write(stage, elsewhere, method, f"{elsewhere.url}?connect_timeout=2".replace(*change))
    error = refusal(stage)
    assert code == error.code
    assert why in error.message


def test_a_missing_url_must_be_named(stage: Stage, elsewhere: Elsewhere) -> None:
    """By the name of the secret that would hold it."""
    write(stage, elsewhere, "logical")
    del stage.environ["FAR_URL"]
    error = refusal(stage)
    assert Exit.NOT_FOUND == error.code
    assert "FAR_URL" in error.message


def test_a_user_who_may_not_must_be_told_what_he_lacks(stage: Stage, elsewhere: Elsewhere) -> None:
    """Each method needs other rights on the source."""
    login = f"{USER}:{QUOTED}"
    for method, hint in (("logical", "pg_read_all_data"), ("physical", "REPLICATION")):
        write(stage, elsewhere, method, elsewhere.url.replace(login, "app:c4nary-app"))
        assert hint in refusal(stage).hint


def test_tablespaces_must_be_refused(stage: Stage, elsewhere: Elsewhere) -> None:
    """Before anything is copied; a dump of the same server will do."""
    elsewhere.box.run("mkdir", "-p", "/tmp/space", user="postgres")
    elsewhere.sql("CREATE TABLESPACE aside LOCATION '/tmp/space'")
    try:
        write(stage, elsewhere, "physical")
        assert "has tablespaces" in refusal(stage).message
        write(stage, elsewhere, "logical")
        assert "live far" == build(stage.here()).source
    finally:
        elsewhere.sql("DROP TABLESPACE aside")


@pytest.mark.parametrize("options", [(), ("--format=tar",), ("--format=tar", "--compress=server-zstd")], ids=str)
def test_a_base_backups_rows_must_arrive(stage: Stage, elsewhere: Elsewhere, options: tuple[str, ...]) -> None:
    """In each form that pg_basebackup writes; what led elsewhere stays behind, and the backup is as it was."""
    stage.write(BACKUP)
    elsewhere.copied(stage.folder / "copy", *options)
    looks = looked(stage.folder / "copy")
    made = build(stage.here())
    assert ("backup far", looks) == (made.source, looked(stage.folder / "copy"))
    assert made.about.keys() >= {"source.taken", "source.lsn"}
    assert made == build(stage.here())
    with copied(stage, made) as copy:
        assert elsewhere.sql(COUNT) == sql(copy, COUNT)
        harmless(copy)


def looked(folder: Path) -> dict[str, tuple[int, int]]:
    """How its files look from outside."""
    found = {str(path.relative_to(folder)): path.stat() for path in folder.rglob("*")}
    return {name: (about.st_size, about.st_mtime_ns) for name, about in found.items()}


def test_text_that_others_sorted_must_be_sorted_again(stage: Stage, elsewhere: Elsewhere) -> None:
    """A backup that was made with another library's collations gets new indexes, and says so no more."""
    known = elsewhere.sql(f"SELECT datcollversion FROM pg_database WHERE datname = '{DATABASE}'")[0]
    change = "UPDATE pg_database SET datcollversion = '{}' WHERE datname = '{}'"
    elsewhere.sql(change.format("1.0", DATABASE))
    files = "SELECT pg_relation_filenode('customers_email_idx')"
    try:
        stage.write(BACKUP)
        elsewhere.copied(stage.folder / "copy")
    finally:
        elsewhere.sql(change.format(known, DATABASE))
    with copied(stage, build(stage.here())) as copy:
        assert [known] == sql(copy, "SELECT datcollversion FROM pg_database WHERE datname = current_database()")
        assert elsewhere.sql(files) != sql(copy, files)


def test_a_stopped_servers_folder_must_do(stage: Stage, tmp_path: Path) -> None:
    """As long as its server runs it is refused; once that ended cleanly its rows arrive."""
    with running(tmp_path) as server:
        stage.write(BACKUP)
        place, to = f"{server.box.name}:/var/lib/postgresql/data", stage.folder / "copy"
        rows = server.sql(COUNT)
        command("cp", "--quiet", place, str(to))
        assert "a server that runs" in refusal(stage).message
        server.box.run("rm", "-f", "/var/lib/postgresql/data/postmaster.pid")
        subprocess.run(["rm", "-rf", str(to)], check=True)
        command("kill", "--signal=KILL", server.box.name)
        command("cp", "--quiet", place, str(to))
        (to / "postmaster.pid").unlink(missing_ok=True)
        assert "did not end cleanly" in refusal(stage).message
        command("start", server.box.name)
        server.box.wait("pg_isready", "--host=127.0.0.1", "--quiet")
        server.box.stop()
        subprocess.run(["rm", "-rf", str(to)], check=True)
        command("cp", "--quiet", place, str(to))
    with copied(stage, build(stage.here())) as copy:
        assert rows == sql(copy, COUNT)
        harmless(copy)


def test_a_damaged_backup_must_be_refused(stage: Stage, elsewhere: Elsewhere) -> None:
    """One byte that differs from what the manifest says is enough, also of a version that is not this one's."""
    stage.write(BACKUP)
    copy = elsewhere.copied(stage.folder / "copy")
    path = copy / elsewhere.sql("SELECT pg_relation_filepath('customers')")[0]
    content = bytearray(path.read_bytes())
    content[4000] ^= 1
    path.write_bytes(content)
    assert "is not what its manifest says" in refusal(stage).message
    (copy / "PG_VERSION").write_text("16\n")
    assert "is of Postgres 16, and the service runs 17" in refusal(stage).message


def test_a_backup_without_its_log_must_be_refused(stage: Stage, elsewhere: Elsewhere) -> None:
    """It would never become whole."""
    stage.write(BACKUP)
    elsewhere.copied(stage.folder / "copy", "--wal-method=none")
    assert "is without the log that makes it whole" in refusal(stage).message


BUILDER = """
import sys
from envctl.ops.snapshots.build import find_or_build
from envctl.ops.setting import Here
from envctl.planning.names import by_hand
from envctl.stack import load
from envctl.world import real_world
from pathlib import Path
stack = load(Path("envctl.toml"))
here = Here(real_world(lambda event: print(event.what, flush=True)), stack, by_hand(stack.project, "one"))
blueprint = here.blueprint()
image = next(one for one in blueprint.images["db"].candidates if here.world.engine.image(one))
find_or_build(here, blueprint, blueprint.workload("db"), image)
"""


STEPS = {"logical": ("asking", "copying", "tidying"), "physical": ("asking", "copying", "replaying", "settling")}


@pytest.mark.parametrize(("method", "when"), [(method, when) for method, steps in STEPS.items() for when in steps])
def test_a_builder_that_is_killed_must_leave_nothing(
    stage: Stage, elsewhere: Elsewhere, method: str, when: str
) -> None:
    """Nothing is taken for a snapshot; the next builder clears it away, and the source forgets the reader."""
    write(stage, elsewhere, method)
    argv = [sys.executable, "-c", BUILDER]
    with subprocess.Popen(argv, cwd=stage.folder, env=stage.environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line.startswith(when) for line in process.stdout)
        process.kill()
    left = traces(stage)
    assert left
    assert not [name for name in left if len(name) == len("envctl-snapshot__") + 32], "no marker"
    made = build(stage.here())
    assert {made.marker, made.parts[0].held.volume} == traces(stage)
    assert ["kept", "kept_too"] == elsewhere.slots()


def test_an_environment_must_start_on_a_live_servers_data(stage: Stage, elsewhere: Elsewhere) -> None:
    """`up` has its rows, and `seed` has those that came since."""
    write(stage, elsewhere, "physical")
    stage.up()
    query = ("psql", "--tuples-only", "--no-align", f"--command={COUNT}")
    assert elsewhere.sql(COUNT) == stage.inside("db", *query)[1].split()
    now = elsewhere.sql("INSERT INTO customers SELECT max(id) + 1, 'newer' FROM customers", COUNT)
    assert now != stage.inside("db", *query)[1].split()
    stage.did("seed")
    assert now == stage.inside("db", *query)[1].split()
