"""Arrays are read as what is in them, whatever that is."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.synthetic.base import Field, Limits
from envctl.synthetic.generators.arrays import Array, element_of
from tests.synthetic import rows as some


def array_of(column: Column, limits: Limits | None = None) -> Field:
    """A column of arrays of what another holds."""
    kind = replace(column, type=f"{column.type}[]", array=True)
    return some.field_of(some.table_of("t", kind), column.name, limits)


def test_elements_are_those_of_the_type() -> None:
    """Within its limits, and of any number that is asked for."""
    field = array_of(some.typed("sizes", "integer", "integer", -9, 9), Limits(low="3", high="5"))
    made = [
        json.loads(f"[{text[1:-1]}]") for text in Array(shortest=1, longest=4).make(field, some.rows(field.table, 500))
    ]
    assert {1, 2, 3, 4} == {len(elements) for elements in made}
    assert {3, 4, 5} == {element for elements in made for element in elements}


def test_texts_are_quoted() -> None:
    """So that none of them is taken for null, a brace or two elements."""
    labels = ('it\'s, "ok"', "back\\slash", "{}", "NULL", "")
    field = array_of(replace(some.typed("moods", "public.mood", "enum"), labels=labels))
    each = Array().nth(field, np.arange(len(labels)))
    assert [[label] for label in labels] == [json.loads(f"[{text[1:-1]}]") for text in each]


def test_a_setting_says_what_is_in_it() -> None:
    """Any generator of the elements' type; it is asked what it thinks of them."""
    field = array_of(some.text("codes"))
    generator = Array.model_validate({"of": {"generate": "regex", "regex": "^[a-c]$"}, "shortest": 2, "longest": 2})
    assert None is generator.objection(field)
    made = generator.make(field, some.rows(field.table, 200))
    assert made.str.contains(r'^\{"[a-c]","[a-c]"\}$').all()
    assert 9 == made.n_unique()


def test_limits_say_how_many() -> None:
    """As a CHECK on its cardinality does; an empty one is one value."""
    field = array_of(some.text("tags"), Limits(shortest=5, longest=6))
    assert {4} == set(Array().make(field, some.rows(field.table, 100)).str.count_matches('","'))
    assert (
        '{"amber anchor","amber anchor","amber anchor","amber anchor","amber anchor"}'
        == Array().nth(field, np.arange(1))[0]
    )
    empty = array_of(some.text("tags"), Limits(longest=0))
    assert (1, "{}") == (Array().space(empty), Array().nth(empty, np.arange(1))[0])
    with pytest.raises(ValidationError, match="`shortest` is above `longest`"):
        Array(shortest=2, longest=1)


def test_boxes_have_a_delimiter_of_their_own() -> None:
    """The server divides arrays of boxes by semicolons."""
    field = array_of(some.typed("areas", "box", "other"))
    made = Array(shortest=2, longest=2).make(field, some.rows(field.table, 1))
    assert 1 == made.str.count_matches('";"')[0]


def test_an_element_is_no_array() -> None:
    """What is known of it is what is known of the array, but for its length."""
    element = element_of(array_of(some.text("tags"), Limits(shortest=5, patterns=("x",))))
    assert (False, "text", Limits(patterns=("x",))) == (element.column.array, element.column.type, element.limits)
    assert "text is no array" == Array().objection(element)
