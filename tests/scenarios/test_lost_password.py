"""A password that nobody has any more is replaced, and what it protected is kept."""

from __future__ import annotations

import psycopg
import pytest
import redis

from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

STACK = f"""
[services.app]
image = "python:3.13-slim"
{IDLE}
needs = ["db", "cache"]
env.DATABASE_URL = "${{db.url}}"
[services.db]
kind = "postgres"
[services.cache]
kind = "redis"
"""


def test_a_lost_password_must_be_replaced(stage: Stage) -> None:
    """Containers and the files in memory are gone, as after a reboot: new passwords, the old rows and keys."""
    stage.write(STACK)
    stage.up()
    old = stage.data("env")
    with psycopg.connect(old["DB_URL"]) as connection:
        connection.execute("CREATE TABLE items AS SELECT 'kept' AS name")
    assert redis.Redis.from_url(old["CACHE_URL"]).set("key", "kept")
    for service in ("db", "cache"):
        stage.container(service).stop()
        stage.container(service).remove()
    for path in stage.runtime.glob("envctl/environments/**/*"):
        if path.is_file():
            path.unlink()

    stage.up()
    new = stage.data("env")
    for kept in ("DB_PORT", "CACHE_PORT"):
        assert old[kept] == new[kept]
    for lost in ("DB_PASSWORD", "CACHE_PASSWORD"):
        assert old[lost] != new[lost]
    with psycopg.connect(new["DB_URL"]) as connection:
        assert ("kept",) == connection.execute("SELECT name FROM items").fetchone()
    assert b"kept" == redis.Redis.from_url(new["CACHE_URL"]).get("key")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(old["DB_URL"])
    assert new["DB_PASSWORD"] in stage.did("exec", "app", "printenv", "DATABASE_URL").stdout
    assert [] == stage.up()["steps"]
