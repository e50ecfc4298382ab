"""New data takes the place of the old."""

from __future__ import annotations

import pytest

from envctl.seeds.server import ask
from envctl.seeds.swap import Filled, begin, finish, finishing
from envctl.workload import Database
from tests.seeds.postgres import USER, Postgres

SAME = """SELECT d.xmin = s.xmin FROM pg_database AS d
JOIN pg_shdescription AS s ON s.objoid = d.oid AND s.classoid = 'pg_database'::regclass
WHERE d.datname = current_database()"""


@pytest.mark.parametrize("ahead", [False, True])
def test_what_it_was_filled_from_is_said_in_the_same_transaction(postgres: Postgres, ahead: bool) -> None:
    """By a program that was there before as by one that begins now: no moment has the one without the other."""
    database, filled = Database(postgres.fresh(), USER, data="shop"), Filled("shop", "sha256:" + "0" * 64)
    begin(postgres, database, ask(postgres, database))
    if ahead:
        with finishing(postgres, database, filled) as now:
            now()
    else:
        finish(postgres, database, filled)
    assert filled == postgres.filled_from(database.name)
    assert ["t"] == postgres.sql(database.name, SAME)
