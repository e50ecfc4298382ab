"""Small documents are well-formed, and differ where they must."""

from __future__ import annotations

import json

import numpy as np

from envctl.synthetic.generators.documents import Hstore, Json
from tests.synthetic import rows as some


def test_objects_are_json() -> None:
    """With members of all kinds, as jsonb writes them."""
    table = some.table_of("t", some.typed("data", "jsonb", "json"))
    for text in Json().make(some.field_of(table, "data"), some.rows(table, 200)):
        read = json.loads(text)
        assert ["label", "value", "active", "tags"] == list(read)
        assert [str, int, bool, list] == [type(value) for value in read.values()]
        assert text == json.dumps(read)


def test_no_two_are_alike_where_they_must_differ() -> None:
    """By a number in them."""
    table = some.table_of("t", some.typed("data", "jsonb", "json"), some.typed("more", "public.hstore", "hstore"))
    numbers = np.array([0, 1, 99, (1 << 62) - 1])
    assert 4 == Json().nth(some.field_of(table, "data"), numbers).n_unique()
    made = Hstore().nth(some.field_of(table, "more"), numbers)
    assert 4 == made.n_unique()
    assert made.str.contains('^"label"=>"[a-z]+", "kind"=>"[a-z]+", "value"=>"[0-9]+"$').all()
