"""`[data.NAME.subset]`: which rows of a database come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from envctl.services import Section
from envctl.services.fields import kind_of, refuse

_FORM = 'write a condition in quotes, or a table: { where = "…", follow = ["items"] }'


def _follow(value: object) -> object:
    names = isinstance(value, list) and all(isinstance(one, str) for one in value)
    if not names and not isinstance(value, bool):
        raise refuse(f"must be true, false or a list of tables, not {kind_of(value)}")
    return value


class SubsetTable(Section):
    """Which rows of a table are asked for: a condition, or a table with more to say. With them comes every row that one
    of them references, and every row that references one of them, if it meets the condition of its own table. Tables
    that no foreign key connects with one of these come whole.
    """

    where: str | None = Field(
        default=None,
        description="Which of its rows come, as SQL says it: see `where` of a way of masking. `true` is all of them. "
        "Without it none is asked for, and those come that belong to others.",
        examples=["created_at > now() - interval '30 days'"],
    )
    follow: Annotated[bool | list[str] | None, BeforeValidator(_follow, json_schema_input_type=bool | list[str])] = (
        Field(
            default=None,
            description="Which tables that reference this one come with its rows, however those came: `true` all of "
            "them, `false` none, or those of a list. Without it all of them come with rows that were asked for, or "
            "that came with those; and none with rows that only came because others reference them.",
            examples=[["order_items"]],
        )
    )


def _line(value: object) -> object:
    if isinstance(value, str):
        return {"where": value}
    if not isinstance(value, dict):
        raise refuse(f"must be a condition or a table, not {kind_of(value)}", _FORM)
    if not value:
        raise refuse("says nothing", _FORM)
    return value


Subset = Annotated[
    dict[str, Annotated[SubsetTable, BeforeValidator(_line, json_schema_input_type=str | SubsetTable)]] | None,
    Field(
        description="Which rows come, with all that belongs to them: tables, and a condition of the rows of each. See "
        "`subset` below. Only with `mask`.",
        examples=[{"orders": "created_at > now() - interval '30 days'"}],
    ),
]


def as_rules(subset: Mapping[str, SubsetTable] | None) -> str:
    """In one form, however it is written: as JSON, and nothing where all rows come."""
    if not subset:
        return ""
    said: dict[str, Any] = {name: one.model_dump(mode="json", exclude_none=True) for name, one in subset.items()}
    return json.dumps(said, sort_keys=True, ensure_ascii=False)
