"""postgres: what its container is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from envctl.services.postgres import Postgres
from envctl.text import Password, Text, text
from envctl.workload import Address, Database, Workload
from tests.services.test_kinds import told


def make(**fields: Any) -> Postgres:
    """A Postgres with these fields."""
    return Postgres.model_validate({"kind": "postgres", **fields})


def work(**fields: Any) -> Workload:
    """Its workload as `db` of `my-shop`."""
    return make(**fields).workload("db", "my-shop", Path("/made-up"), told)


def test_the_contract_of_the_official_image() -> None:
    """Database, user and data folder by variables, the password by a file."""
    found = work()
    assert {
        "POSTGRES_USER": text("postgres"),
        "POSTGRES_DB": text("my_shop"),
        "POSTGRES_PASSWORD_FILE": text("/run/secrets/db-password"),
        "PGUSER": text("postgres"),
        "PGDATABASE": text("my_shop"),
        "PGDATA": text("/var/lib/postgresql/data"),
    } == found.environment
    assert {"/run/secrets/db-password": Text((Password("db"),))} == found.files
    assert ("postgres:17", 5432, None) == (found.image, found.port, found.inner_port)
    assert Database("my_shop", "postgres", None, None) == found.database


def test_it_is_made_to_be_thrown_away() -> None:
    """Safety in a crash is off; what the stack file sets wins."""
    assert (*("postgres", "-c", "fsync=off", "-c", "full_page_writes=off"),) == work().command
    command = work(settings={"fsync": "on", "max_connections": 50}).command
    assert command is not None
    assert ("-c", "fsync=on") == command[1:3]
    assert ("-c", "max_connections=50") == command[-2:]


def test_the_probe_asks_by_tcp() -> None:
    """The temporary server that creates the database listens on the socket only, and must not count."""
    probe = work(user="ann", database="shöp").probe
    assert probe is not None
    assert ("pg_isready", "-q", "-h", "127.0.0.1", "-p", "5432", "-U", "ann", "-d", "shöp") == probe.command


@pytest.mark.parametrize(
    ("fields", "major"),
    [
        ({}, 17),
        ({"version": 18}, 18),
        ({"version": "16.4-bookworm"}, 16),
        ({"version": "latest"}, 18),
        ({"image": "postgis/postgis:15-3.4"}, 15),
        ({"image": "registry.example:5000/pg"}, 17),
        ({"image": "timescale/timescaledb:2.17-pg17", "version": "17"}, 17),
        ({"image": "a/b:18@sha256:" + "0" * 64}, 18),
    ],
)
def test_which_postgres_it_is(fields: dict[str, Any], major: int) -> None:
    """The version says it, or the tag of another image; from 18 on the data is kept one folder higher."""
    assert major == make(**fields).major
    found = work(**fields)
    place = "/var/lib/postgresql" if major >= 18 else "/var/lib/postgresql/data"
    assert [("db-data", place)] == [(mount.volume, mount.path) for mount in found.mounts]
    assert (major < 18) == ("PGDATA" in found.environment)


def test_its_url_survives_any_name() -> None:
    """User and database are quoted as a URL needs it."""
    told_url = make(user="änn-x", database="shöp").settings("db", "x", Address("db", text("5432")))["url"]
    assert text("postgresql://%C3%A4nn-x:", Password("db"), "@db:5432/sh%C3%B6p") == told_url


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"settings": {"Port": 1}}, ("settings", "Port")),
        ({"database": "template0"}, ("database",)),
        ({"user": "pg_ann"}, ("user",)),
    ],
)
def test_what_is_not_the_users_to_decide(fields: dict[str, Any], at: tuple[str, ...]) -> None:
    """Settings that would break the environment, and names that Postgres keeps."""
    assert [at] == [complaint.at for complaint in make(**fields).complaints("db", "shop")]


@pytest.mark.parametrize(
    ("setting", "shapes"),
    [
        ("shared_buffers", False),
        ("Work_Mem", False),
        ("log_statement", False),
        ("fsync", False),
        ("wal_level", False),
        ("default_toast_compression", True),
        ("timezone", True),
        ("timescaledb.license", True),
        ("never_heard_of", True),
    ],
)
def test_which_settings_shape_data(setting: str, shapes: bool) -> None:
    """Whatever is not known to leave data alone: another value of it makes another snapshot."""
    freezing = work(settings={setting: "1"}).freezing
    assert freezing is not None
    assert ((f"{setting}=1",) if shapes else ()) == freezing.shaped_by


@pytest.mark.parametrize(("version", "knows"), [("16", False), ("17", True), ("latest", True)])
def test_a_builder_trades_all_safety_for_speed(version: str, knows: bool) -> None:
    """It may be lost. A server is told no setting that its version does not know: it would not start."""
    freezing = work(version=version).freezing
    assert freezing is not None
    settings = freezing.unsafe[1::2]
    assert {"-c"} == set(freezing.unsafe[::2])
    assert {"fsync=off", "wal_level=minimal", "max_wal_senders=0", "archive_mode=off"} <= set(settings)
    assert knows == ("summarize_wal=off" in settings)
