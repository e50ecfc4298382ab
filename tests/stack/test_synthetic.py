"""What the stack file says of made-up rows, and what of it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envctl.stack import workloads
from envctl.stack.synthetic import recipes
from envctl.synthetic.settings import Settings
from envctl.workload import Database
from tests.stack.conftest import Read, Refusal

DB = '[services.db]\nkind = "postgres"\ndata = "shop"\n[data.shop]\nfrom = "synthetic"\n'


def database(read: Read, more: str) -> Database:
    """The database that is filled so."""
    (workload,) = workloads(read(DB + more))
    assert workload.database is not None
    return workload.database


def test_it_comes_to_settings_and_a_schema(read: Read, tmp_path: Path) -> None:
    """Paths start at the file's folder; the settings are those that rows are made by; a count may be written short."""
    more = (
        'schema = "db/a.sql"\nseed = 4\nuntil = 2026-03-01\nnulls = 0\n[data.shop.counts]\na = 3\nb = { per = "a" }\n'
    )
    found = database(read, more + '[data.shop.columns]\n"a.b" = "email"\n"a.c" = { generate = "pick", from = [1] }')
    assert found.schema is not None
    assert found.synthetic is not None
    assert (tmp_path / "db/a.sql", 4) == (found.schema.file, found.synthetic.seed)
    settings = Settings.model_validate_json(found.synthetic.settings)
    assert ("2026-03-01", 0, 3) == (settings.until.isoformat(), settings.nulls, settings.counts["a"])
    assert {"a.b": "email", "a.c": {"generate": "pick", "from": [1]}} == dict(settings.columns)
    assert {"per": "a"} == json.loads(found.synthetic.settings)["counts"]["b"]


def test_without_a_schema_it_waits(read: Read) -> None:
    """The database begins empty, and only who asks for it has it filled."""
    found = database(read, "")
    assert (None, "shop") == (found.data, found.later)


@pytest.mark.parametrize("name", recipes())
def test_what_the_file_says_wins_over_a_recipe(read: Read, name: str) -> None:
    """A recipe has a schema, and settings that hold where the file says nothing."""
    plain = database(read, f'recipe = "{name}"')
    own = database(read, f'recipe = "{name}"\nseed = 99\nrows = 7\n[data.shop.counts]\nmine = 5')
    assert plain.schema == own.schema
    assert plain.schema is not None
    assert plain.schema.file is not None
    assert plain.schema.file.exists()
    assert plain.synthetic is not None
    assert own.synthetic is not None
    assert 99 == own.synthetic.seed
    base, said = (json.loads(found.settings) for found in (plain.synthetic, own.synthetic))
    assert 7 == said["rows"]
    assert {**base["counts"], "mine": 5} == said["counts"]
    assert base["columns"] == said["columns"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('recipe = "ecomerce"', "data.shop.recipe: there is no recipe 'ecomerce' (recipes are: ecommerce, healthcare)"),
        ('schema = "a.sql"\nrecipe = "ecommerce"', "data.shop.recipe: `schema` says already what tables there are"),
        ("seed = -1", "data.shop.seed: input should be greater than or equal to 0"),
        ("rows = 99999999999", "data.shop.rows: input should be less than or equal to 10000000000"),
        ("nulls = 1.5", "data.shop.nulls: input should be less than or equal to 1"),
        ('until = "tomorrow"', 'data.shop.until: is not a day (such as "2026-01-01")'),
        ('locale = "german"', "data.shop.locale: string should match pattern"),
        ("[data.shop.counts]\na = -3", "data.shop.counts.a.rows: input should be greater than or equal to 0"),
        ("[data.shop.counts]\na = true", "data.shop.counts.a: must be a whole number or a table, not a boolean"),
        ("[data.shop.counts]\na = { mean = 3 }", "data.shop.counts.a: says neither `rows` nor `per`"),
        ('[data.shop.counts]\na = { per = "b", rows = 1 }', "data.shop.counts.a: says both `rows` and `per`"),
        ('[data.shop.counts]\na = { per = "b", men = 3 }', "data.shop.counts.a.men: unknown key; did you mean mean?"),
        ("[data.shop.columns]\na = 3", "data.shop.columns.a"),
        ('like = "other"', "data.shop.like: there is no [data.other]"),
        ('like = "shop"', "data.shop.like: [data.shop] has no statistics to be taken over"),
        ('path = "a.sql"', "data.shop.path: unknown key"),
    ],
)
def test_what_cannot_be_is_said_with_its_place(refusal: Refusal, more: str, said: str) -> None:
    """Before anything is started."""
    error = refusal(DB + more)
    assert said in "\n".join((error.message, *error.details))
