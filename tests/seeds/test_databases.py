"""An empty database, made on a real Postgres where it is missing."""

from __future__ import annotations

import pytest

from envctl.seeds.databases import create_database
from envctl.seeds.server import identifier
from envctl.workload import Database
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker


def test_a_missing_database_is_made_and_a_present_one_is_left_alone(postgres: Postgres) -> None:
    """Its owner is the service's user; made a second time it keeps what it holds."""
    database = Database("an Empty-öne", USER)
    try:
        create_database(postgres, database)
        postgres.sql(database.name, "CREATE TABLE kept AS SELECT 1 AS one")
        create_database(postgres, database)
        assert ["1"] == postgres.sql(database.name, "TABLE kept")
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        assert [USER] == postgres.sql(database.name, owner)
    finally:
        postgres.sql("postgres", f"DROP DATABASE {identifier(database.name)} WITH (FORCE)")
