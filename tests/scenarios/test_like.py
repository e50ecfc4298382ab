"""Data is made like that of a live server or a dump, and nobody of it comes along."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.ops.like import identity_of, shape_of
from envctl.ops.snapshots.throwaway import serving
from envctl.shape import ColumnShape, Shape
from tests.scenarios.elsewhere import DATABASE, USER, Elsewhere, running
from tests.scenarios.sites import site
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

STACK = """
[services.db]
kind = "postgres"
[data.near]
from = "dump"
path = "people.sql"
[data.near.mask]
unlisted = "keep"
[data.near.mask.columns]
"people.name" = "name"
"people.level" = "keep"
[data.far]
from = "live"
url = "FAR_URL"
[data.far.mask]
unlisted = "keep"
[data.far.mask.columns]
"people.name" = "name"
"people.level" = "keep"
[data.whole]
from = "backup"
path = "copy"
"""
SECRET = "qzcanary"
PEOPLE = (
    "CREATE TABLE people (id int PRIMARY KEY, name text, level text, secret text, balance numeric(10,2), "
    "seen timestamptz)",
    f"INSERT INTO people SELECT n, '{SECRET}' || n, CASE WHEN n % 4 = 0 THEN 'gold' ELSE 'basic' END, "
    f"CASE WHEN n % 5 > 0 THEN '{SECRET}' END, n % 1000, timestamptz '2024-01-01 UTC' + n * interval '1 hour' "
    "FROM generate_series(1, 20000) n",
    "ANALYZE people",
)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """A server with people in it."""
    with running(tmp_path_factory.mktemp("elsewhere")) as server:
        server.sql("DROP TABLE customers CASCADE", *PEOPLE)
        yield server


def written(stage: Stage, elsewhere: Elsewhere) -> None:
    """A stack that knows it, and a dump of it."""
    dump = elsewhere.box.out("pg_dump", f"--username={USER}", "--table=people", DATABASE)
    stage.write(STACK, **{"people.sql": dump})
    stage.environ["FAR_URL"] = elsewhere.url


def seen(shape: Shape, name: str) -> ColumnShape:
    """A column of the people."""
    found = shape.column("public.people", name)
    assert found is not None
    return found


def test_a_live_server_and_a_dump_have_the_same_shape(stage: Stage, elsewhere: Elsewhere) -> None:
    """Both tell the same of the people, by the rules of masking, and not one value of them."""
    written(stage, elsewhere)
    here = stage.here()
    with site(stage, "db") as made, serving(made):
        shapes = [shape_of(here, made, name) for name in ("far", "near")]
    for shape in shapes:
        assert SECRET not in shape.text()
        assert 20_000 == shape.rows("public.people")
        assert ["basic", "gold"] == [value for value, _ in seen(shape, "level").common]
        assert ((), ()) == (seen(shape, "secret").common, seen(shape, "name").common)
        assert 0.2 == pytest.approx(seen(shape, "secret").nulls, abs=0.02)
        assert 500 == pytest.approx(float(seen(shape, "balance").bounds[25]), abs=30)
        assert "2025-02-01" == seen(shape, "seen").bounds[25]
    assert 2 == len({identity_of(here, made.workload, name) for name in ("far", "near")})


@pytest.mark.parametrize(("name", "why"), [("whole", "it is a whole server"), ("nobody", "there is no such section")])
def test_what_has_no_shape_is_refused(stage: Stage, name: str, why: str) -> None:
    """Before anything is started; what can be taken is named."""
    stage.write(STACK, **{"people.sql": ""})
    here = stage.here()
    workload = here.blueprint().workload("db")
    assert workload is not None
    with pytest.raises(EnvctlError, match=why) as refused:
        identity_of(here, workload, name)
    assert (Exit.USAGE, "Such are: near, far.") == (refused.value.code, refused.value.hint)


def test_a_server_that_cannot_be_asked_is_named(stage: Stage, elsewhere: Elsewhere) -> None:
    """With its reason, and without its password; nothing is made of it."""
    written(stage, elsewhere)
    stage.environ["FAR_URL"] = elsewhere.url.replace(DATABASE, "nowhere")
    here = stage.here()
    with site(stage, "db") as made, serving(made), pytest.raises(EnvctlError) as refused:
        shape_of(here, made, "far")
    assert Exit.DATA_REFUSED == refused.value.code
    assert "live far cannot be asked for its statistics: " in refused.value.message
    assert "c4nary" not in str(refused.value.__dict__)


def ask(stage: Stage, question: str) -> list[str]:
    """What the environment's database answers, column by column."""
    database = stage.project.replace("-", "_")
    status, said = stage.inside("db", "psql", "--no-psqlrc", "-U", "postgres", "-d", database, "-Atc", question)
    assert 0 == status, said
    return said.strip().split("|")


def test_a_database_is_filled_like_another(stage: Stage, elsewhere: Elsewhere) -> None:
    """By the statistics of a live server alone: as many rows, nulls, shares and numbers as there, and nobody of it."""
    written(stage, elsewhere)
    made = '[data.made]\nfrom = "synthetic"\nschema = "schema.sql"\n'
    db = '[services.db]\nkind = "postgres"\n'
    stage.write(STACK.replace(db, f'{db}data = "made"\n') + made, **{"schema.sql": f"{PEOPLE[0]};\n"})
    stage.up()
    assert ["1000"] == ask(stage, "SELECT count(*) FROM people")
    stage.did("seed --synthetic --like far")
    nulls, gold = "count(*) - count(secret)", "count(*) FILTER (WHERE level = 'gold')"
    found = ask(stage, f"SELECT count(*), {nulls}, {gold}, avg(balance)::int, min(seen)::date FROM people")
    assert ("20000", "2024") == (found[0], found[-1][:4])
    assert [4000, 5000, 500] == pytest.approx(list(map(int, found[1:4])), rel=0.05)
    assert ["0"] == ask(stage, f"SELECT count(*) FROM people p WHERE p::text LIKE '%{SECRET}%'")
