"""What a policy's check promises, held against a real server: what has no fault loads, with every index and key."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from envctl.catalogue import Catalogue, Table, written
from envctl.masking.key import Key
from envctl.masking.policies.policy import Checked, Problems, check
from envctl.masking.policies.rules import Policy, parse
from envctl.masking.table import TableMask
from envctl.secret import Secret
from envctl.seeds.catalogue.catalogue import differences
from tests.seeds.catalogue.test_catalogue import NASTY, filled, looked_at
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

ROWS = r"""
INSERT INTO people (id, mail, mentor)
    SELECT i, 'p' || i || '@example.org', nullif(i % 7, 0) FROM generate_series(1, 50) i;
INSERT INTO teams SELECT 'country ' || i % 5, i, i FROM generate_series(1, 20) i;
UPDATE people SET team_number = teams.number, team_country = country FROM teams WHERE people.id % 20 = teams.number;
INSERT INTO events
    SELECT i, '2024-01-01'::date + i, 1 + i % 50, E'tab\t, line\n, \\.' || i FROM generate_series(1, 300) i;
INSERT INTO replies SELECT id, day FROM events;
INSERT INTO animals VALUES ('Rex');
INSERT INTO dogs VALUES ('Bello', true);
INSERT INTO puppies VALUES ('Wuff', NULL, 1);
INSERT INTO nothing SELECT FROM generate_series(1, 3);
INSERT INTO logs VALUES ('Web', 'host', 'line');
INSERT INTO "Odd.Schema"."Odd.Table" (
    "e mail", "Upper", code, tag, plain, n, few, many, price, any_number, rough, coarse, born, at, clock, wait, yes,
    who, ip, mac, doc, old, raw, feeling, feelings, all_mails, nested, pair, range, bits, tree)
SELECT 'Mail' || i || '@Example.org', 'x', i, ARRAY['a,b', NULL, '"q"'], 'plain ' || i, 'name ' || i, i, 1000 + i,
    i / 7.0, i, i, 0.00001, '1980-01-01'::date + i, '2024-02-29 12:00:00.123+02', '12:00+02', '3 days', i % 2 = 0,
    gen_random_uuid(), '10.0.0.1', ARRAY['08:00:2b:01:02:03'::macaddr],
    jsonb_build_object('mail', 'x' || i, 'deep', ARRAY[1, 2]), '{"a" : [1, "b"]}', '\xdeadbeef', 'it''s ok',
    ARRAY['sad', 'Happy']::moods, ARRAY['a@b', 'c@d']::emails, NULL, ROW(1, 'x')::"Odd.Schema"."Pair", span(i, i + 1),
    B'101', '{{1,2},{3,4}}'
FROM generate_series(1, 90) i;
"""
# What no check can know: the CHECKs of this schema.
KNOWN: dict[str, Any] = {
    "people.mail": "email",
    '"Odd.Table"."e mail"': "email",
    '"Odd.Table".all_mails': "email",
    '"Odd.Table".few': "keep",
    '"Odd.Table".many': "keep",
    '"Odd.Table".plain': "keep",
    '"Odd.Table".yes': "keep",
    '"Odd.Table".range': "keep",
    "events.day": "keep",
    "events.id": "keep",
    "logs.kind": "keep",
}
KEY = Key(Secret("a key of tests, and of nothing else"))


def agreed(catalogue: Catalogue) -> Checked:
    """The proposals for a database, with what is known of it, without a fault."""
    switches = {"large_objects": "keep", "foreign_tables": "keep"}
    first = parse({"columns": KNOWN, **switches})
    assert isinstance(first, Policy), first
    proposed = check(first, catalogue)
    assert isinstance(proposed, Problems)
    policy = parse({"columns": {**tomllib.loads(proposed.patch), **KNOWN}, **switches})
    assert isinstance(policy, Policy), policy
    found = check(policy, catalogue)
    assert isinstance(found, Checked), [str(fault) for fault in found.faults]
    return found


def carried(postgres: Postgres, here: str, there: str, table: Table, found: Checked) -> None:
    """One table's rows from a database to another, masked on the way."""
    columns = [column.name for column in table.columns if not column.generated]
    names = f"{written(table.schema, table.name)} ({', '.join(map(written, columns))})"
    connect = ("psql", "--no-psqlrc", "--quiet", f"--username={USER}", "--set=ON_ERROR_STOP=1")
    rows = f"SELECT {', '.join(map(written, columns))} FROM ONLY {written(table.schema, table.name)}"
    out = postgres.run((*connect, f"--dbname={here}", f"--command=COPY ({rows}) TO STDOUT"))
    assert (0, b"") == (out.status, out.stderr)
    masked = TableMask(table, columns, found.tables[table.full], KEY).mask(out.stdout)
    if columns:
        loaded = postgres.run((*connect, f"--dbname={there}", f"--command=COPY {names} FROM STDIN"), stdin=[masked])
        assert (0, b"") == (loaded.status, loaded.stderr), table.full


def test_what_has_no_fault_loads(postgres: Postgres) -> None:
    """Every row of a schema with everything in it is masked and loaded; indexes and constraints come afterwards."""
    here = filled(postgres, NASTY.read_bytes() + ROWS.encode())
    before = looked_at(postgres, here)
    found = agreed(before)
    there = filled(postgres, postgres.dump(here, "--section=pre-data"))
    for table in before.tables:
        if not table.partitioned:
            carried(postgres, here, there, table, found)
    words = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--username={USER}", f"--dbname={there}")
    done = postgres.run(words, stdin=[postgres.dump(here, "--section=post-data")])
    assert 0 == done.status, done.stderr.decode()
    postgres.sql(there, "REFRESH MATERIALIZED VIEW kept", "REFRESH MATERIALIZED VIEW empty")
    assert () == differences(before, looked_at(postgres, there))
    joined = "SELECT count(*), count(DISTINCT mail) FROM people JOIN teams ON country = team_country"
    assert postgres.sql(here, joined) == postgres.sql(there, joined)
    assert ["0"] == postgres.sql(there, "SELECT count(*) FROM people WHERE mail LIKE '%example.org'")


def test_what_has_a_fault_would_not_load(postgres: Postgres) -> None:
    """A way of masking that two values may come out of alike breaks a unique index on a real server too."""
    name = filled(
        postgres, b"CREATE TABLE t (x text); INSERT INTO t VALUES ('Ann'), ('ann'); CREATE UNIQUE INDEX one ON t (x);"
    )
    policy = parse({"columns": {"t.x": "redact"}})
    assert isinstance(policy, Policy)
    catalogue = looked_at(postgres, name)
    found = check(policy, catalogue)
    assert isinstance(found, Problems)
    assert ["t.x"] == [fault.at for fault in found.faults]
    loose = Checked({"public.t": check_of(policy, catalogue)}, {})
    with pytest.raises(AssertionError, match=r"public\.t"):
        carried(postgres, name, name, catalogue.tables[0], loose)


def check_of(policy: Policy, catalogue: Catalogue) -> tuple[Any, ...]:
    """The rules of the only table, without what is unique in it."""
    from dataclasses import replace

    found = check(policy, Catalogue((replace(catalogue.tables[0], uniques=()),)))
    assert isinstance(found, Checked)
    return found.tables["public.t"]
