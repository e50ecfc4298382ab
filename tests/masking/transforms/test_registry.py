"""The list of all ways of masking."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from envctl.catalogue import Column, Family
from envctl.masking.transforms import TRANSFORMS
from envctl.masking.transforms.base import Transform

FOLDER = Path(__file__).parents[3] / "src" / "envctl" / "masking" / "transforms"
COLUMN = Column("value", "text", "text")


def test_a_file_for_each() -> None:
    """A way of masking has a file of its name and a line in the list, and there is no file beside."""
    files = {file.stem for file in FOLDER.glob("*.py")} - {"__init__", "base"}
    assert files == set(TRANSFORMS)
    assert {name: name for name in TRANSFORMS} == {name: way.__name__.lower() for name, way in TRANSFORMS.items()}


@pytest.mark.parametrize("way", TRANSFORMS.values(), ids=TRANSFORMS)
def test_what_it_says_of_itself(way: type[Transform]) -> None:
    """It says what it does and what it takes, and of each setting what it means, with an example that is one."""
    assert way.__doc__
    assert way.takes
    assert way.takes <= set(get_args(Family))
    needed = {
        name: field.examples[0] for name, field in way.model_fields.items() if field.is_required() and field.examples
    }
    for name, field in way.model_fields.items():
        assert field.description, name
        assert field.examples, name
        for example in field.examples:
            made = way.model_validate({**needed, field.alias or name: example})
            longest = made.longest(COLUMN)
            assert longest is None or longest >= 0


@pytest.mark.parametrize("way", TRANSFORMS.values(), ids=TRANSFORMS)
def test_a_setting_that_is_none(way: type[Transform]) -> None:
    """A setting that nobody knows is refused: it would be one that does nothing."""
    with pytest.raises(ValueError, match="colour"):
        way.model_validate({"colour": "blue"})
