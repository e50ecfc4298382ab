"""Stack → what each service needs to run."""

from __future__ import annotations

from pathlib import Path

import pytest

from envctl.errors import EnvctlError
from envctl.secret import Source
from envctl.stack import host_settings, missing_files, refuse_missing_files, secret_sources, workloads
from envctl.text import Password, PublishedPort, Text
from envctl.workload import Database, Live, Workload
from tests.stack.conftest import Read

SHOP = """
[services.web]
build = "web"
port = 3000
needs = ["api"]
env.API_URL = "${api.url}"

[services.api]
build = { context = "../api", dockerfile = "Containerfile" }
port = 8000
needs = ["my-db", "events", "cache"]
env.DATABASE_URL = "${my-db.url}?x=1"
env.KAFKA = "${events.brokers}"
env.REDIS_URL = "${cache.url}"
env.WEB = "${web.address} ${api.port}"
env.LITERAL = "$${my-db.url} ${HOME} $5 $$ ${a.b.c}"
env.WORKERS = 2
env.DEBUG = true

[services.my-db]
kind = "postgres"
data = "catalogue"

[services.events]
kind = "kafka"

[services.cache]
kind = "redis"

[data.catalogue]
from = "dump"
path = "../data/shop.dump"
"""


def environment(found: tuple[Workload, ...], service: str) -> dict[str, Text]:
    """A service's environment, whether it may be seen or not."""
    work = next(work for work in found if work.service == service)
    return {**work.environment, **work.hidden}


def test_needs_come_first_then_the_name(read: Read) -> None:
    """The order is the one in which they can be started, and always the same."""
    assert ["cache", "events", "my-db", "api", "web"] == [work.service for work in workloads(read(SHOP))]


def test_references_are_answered_inside_the_network(read: Read) -> None:
    """Services reach each other by name; a password stays a hole."""
    env = environment(workloads(read(SHOP)), "api")
    assert Text(("postgresql://postgres:", Password("my-db"), "@my-db:5432/shop?x=1")) == env["DATABASE_URL"]
    assert Text(("events:9092",)) == env["KAFKA"]
    assert Text(("redis://default:", Password("cache"), "@cache:6379/0")) == env["REDIS_URL"]
    assert Text(("web:3000 8000",)) == env["WEB"]


def test_everything_else_stays_byte_for_byte(read: Read) -> None:
    """Only `${service.attribute}` is a reference; numbers and booleans become text."""
    env = environment(workloads(read(SHOP)), "api")
    assert Text(("${my-db.url} ${HOME} $5 $$ ${a.b.c}",)) == env["LITERAL"]
    assert ("2", "true") == (str(env["WORKERS"]), str(env["DEBUG"]))


def test_the_host_reaches_every_port_on_loopback(read: Read) -> None:
    """NAME_URL and so on, upper-cased, - as _; ports and passwords are holes."""
    settings = host_settings(read(SHOP))
    port = PublishedPort("my-db")
    assert Text(("postgresql://postgres:", Password("my-db"), "@127.0.0.1:", port, "/shop")) == settings["MY_DB_URL"]
    assert Text((PublishedPort("events"),)) == settings["EVENTS_PORT"]
    assert Text(("127.0.0.1:", PublishedPort("events"))) == settings["EVENTS_BROKERS"]
    assert {
        *(f"{name}_{key}" for name in ("WEB", "API", "MY_DB", "EVENTS", "CACHE") for key in ("URL", "HOST", "PORT")),
        *("MY_DB_USER", "MY_DB_PASSWORD", "MY_DB_DATABASE", "EVENTS_BROKERS", "CACHE_PASSWORD"),
    } == set(settings)


def test_a_service_without_a_port_tells_the_host_nothing(read: Read) -> None:
    """There is nothing to reach."""
    assert {} == host_settings(read('[services.w]\nimage = "a"'))


def test_paths_start_at_the_files_folder(read: Read, tmp_path: Path) -> None:
    """Build folders and dumps are absolute, and may lie outside."""
    found = {work.service: work for work in workloads(read(SHOP))}
    build, database = found["api"].build, found["my-db"].database
    assert build is not None
    assert (tmp_path.parent / "api", tmp_path.parent / "api/Containerfile") == (build.context, build.dockerfile)
    assert Database("shop", "postgres", tmp_path.parent / "data/shop.dump", "catalogue") == database


def test_data_of_other_servers_says_where_it_is(read: Read, tmp_path: Path) -> None:
    """A live server is named by the secret that holds its URL, which needs no section; a backup by its folder."""
    stack = read(
        '[services.a]\nkind = "postgres"\ndata = "far"\n[services.b]\nkind = "postgres"\ndata = "base"\n'
        '[data.far]\nfrom = "live"\nurl = "FAR_URL"\nmethod = "physical"\n[data.base]\nfrom = "backup"\npath = "base"'
    )
    assert (
        Database("shop", "postgres", data="far", live=Live("FAR_URL", "physical")),
        Database("shop", "postgres", data="base", backup=tmp_path / "base"),
    ) == tuple(work.database for work in workloads(stack))
    assert Source("caller", key="FAR_URL", path=tmp_path / ".env") == secret_sources(stack)["FAR_URL"]
    assert [
        f"data.base.path: there is no {tmp_path}/base",
    ] == [f"{problem.path}: {problem.message}" for problem in missing_files(stack, ["far", "base"])]


def test_what_is_not_on_disk_is_said_before_anything_starts(read: Read, tmp_path: Path) -> None:
    """A folder, a Dockerfile and a dump that are missing are each named, with their lines."""
    text = SHOP.replace("../", "")
    (tmp_path / "api").mkdir()
    stack = read(text)
    with pytest.raises(EnvctlError) as raised:
        refuse_missing_files(stack, ["catalogue"])
    build = "(a build needs a folder with a Dockerfile)"
    assert (
        f"envctl.toml:11: services.api.build: there is no file {tmp_path}/api/Containerfile {build}",
        f"envctl.toml:5: services.web.build: there is no folder {tmp_path}/web {build}",
        f"envctl.toml:34: data.catalogue.path: there is no {tmp_path}/data/shop.dump (make the dump first)",
    ) == raised.value.details


def test_a_stack_whose_files_are_there_is_not_refused(read: Read, tmp_path: Path) -> None:
    """A dump may be a file or a folder; one that is not to be loaded may be missing."""
    for folder in ("web", "api", "data/shop.dump"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "web/Dockerfile").touch()
    (tmp_path / "api/Containerfile").touch()
    unused = '[data.other]\nfrom = "dump"\npath = "absent"\n'
    assert [] == missing_files(read(SHOP.replace("../", "") + unused), ["catalogue"])
