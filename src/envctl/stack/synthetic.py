"""`[data.NAME]` with `from = "synthetic"`: rows that are made up, by a schema alone."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from envctl.services import Section
from envctl.services.fields import Folder, kind_of, real, refuse
from envctl.stack.lines import Key
from envctl.stack.problems import Notes
from envctl.synthetic.settings import MOST
from envctl.workload import Database, Schema, Synthetic

_RECIPES = Path(__file__).parents[1] / "recipes"
SCHEMA_NEEDS = "write it, or take it from a database: pg_dump --schema-only"
_LARGEST = 1 << 62  # a seed
_COUNT = 'write a number, or a table: { per = "customers", mean = 3 }'
_LOCALE = r"[a-z]{2,3}_[A-Z]{2}"


@cache
def recipes() -> tuple[str, ...]:
    """The schemas that come with envctl."""
    return tuple(sorted(path.parent.name for path in _RECIPES.glob("*/schema.sql")))


def _recipe(value: str) -> str:
    if value not in recipes():
        raise refuse(f"there is no recipe {value[:80]!r}", f"recipes are: {', '.join(recipes())}")
    return value


class FromSchema(Section):
    """Data that does not say itself of what tables it is: a file does, or a recipe; without both it is the tables that
    the environment's own database has.
    """

    schema_: Folder | None = Field(
        default=None,
        alias="schema",
        description="What tables there are, relative to the stack file: SQL written by hand, or a dump of any format, "
        "of which no row is taken. Without it and a recipe it is what the environment's own database has by then, as "
        "migrations have made it; only `envctl seed` fills it so.",
        examples=["db/schema.sql"],
    )
    recipe: Annotated[str, AfterValidator(_recipe)] | None = Field(
        default=None,
        description="A schema that comes with envctl, instead of a file.",
        examples=["ecommerce"],
    )

    @property
    def needs(self) -> str:
        """What to do where the file is not there."""
        return SCHEMA_NEEDS

    def described(self, root: Path) -> Schema:
        """Where its tables are described."""
        if self.recipe is not None:
            return Schema(_RECIPES / self.recipe / "schema.sql")
        return Schema(real(root / self.schema_) if self.schema_ else None)

    def within(self, database: Database, root: Path) -> Database:
        """The database with its tables; only once it has them it can be filled, where nothing else says them."""
        schema = self.described(root)
        if schema.file is None:
            return replace(database, schema=schema, data=None, later=database.data)
        return replace(database, schema=schema)


class CountSection(Section):
    """How many rows a table gets: a number, or so many for each row of another table."""

    rows: Annotated[int, Field(ge=0, le=MOST)] | None = Field(
        default=None, description="So many, whatever it references.", examples=[10_000]
    )
    per: str | None = Field(
        default=None, description="The table that its rows belong to by a foreign key.", examples=["customers"]
    )
    mean: Annotated[float, Field(gt=0, le=10**6)] | None = Field(
        default=None, description="How many each row of that one has, taken together. Without it: 3.", examples=[3]
    )
    skew: Literal["none", "low", "high"] | None = Field(
        default=None,
        description="How unlike they are in that: with `none` all have as many, with `high` a few have most.",
        examples=["high"],
    )


def _counted(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"rows": value}
    if not isinstance(value, dict):
        raise refuse(f"must be a whole number or a table, not {kind_of(value)}", _COUNT)
    if ("rows" in value) == ("per" in value):
        raise refuse("says neither `rows` nor `per`" if "per" not in value else "says both `rows` and `per`", _COUNT)
    return value


def _day(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise refuse("is not a day", 'such as "2026-01-01"') from None


Counts = dict[str, Annotated[CountSection, BeforeValidator(_counted, json_schema_input_type=int | CountSection)]]


class SyntheticSection(FromSchema):
    """Rows that nobody has, made up by a schema: all its constraints hold, and the same settings make the same rows."""

    from_: Literal["synthetic"] = Field(alias="from", description="Where the data comes from: `synthetic`.")
    seed: Annotated[int, Field(ge=0, le=_LARGEST)] = Field(
        default=1, description="What everything depends on: another number makes other rows.", examples=[42]
    )
    rows: Annotated[int, Field(ge=0, le=MOST)] | None = Field(
        default=None,
        description="How many a table gets that nothing else is said of and that references no other. Without it: "
        "1000.",
        examples=[500],
    )
    nulls: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None,
        description="The share of values that are null, where they may be. Without it: 0.1.",
        examples=[0.2],
    )
    locale: Annotated[str, Field(pattern=f"^{_LOCALE}$")] | None = Field(
        default=None,
        description="The language and country of names, addresses and the like. Without it: `en_US`.",
        examples=["de_DE"],
    )
    until: Annotated[str, BeforeValidator(_day, json_schema_input_type=str)] | None = Field(
        default=None,
        description="A day before which all moments lie, so that the data is the same tomorrow. Without it: "
        "2026-01-01.",
        examples=["2026-07-01"],
    )
    like: str | None = Field(
        default=None,
        description="A `[data.NAME]` with `dump` or `live` whose statistics are taken over: how many rows, how often a "
        "value is null, how values are spread. No value of a person is read.",
        examples=["production"],
    )
    counts: Counts = Field(
        default={},
        description="How many rows tables get. See `counts` below.",
        examples=[{"customers": 10_000, "orders": {"per": "customers", "mean": 3}}],
    )
    columns: dict[str, str | dict[str, Any]] = Field(
        default={},
        description="How values of columns are made, `TABLE.COLUMN`: a word, or a table with settings; `nulls` is one "
        "of any. Others are made as their names, types and constraints suggest.",
        examples=[{"customers.email": "email", "orders.status": {"generate": "pick", "from": ["new", "paid"]}}],
    )

    def at(self, root: Path) -> Path | None:
        """The absolute path of its schema."""
        return self.described(root).file

    def fill(self, database: Database, root: Path) -> Database:
        """The database that is filled with them."""
        base = _of_recipe(self.recipe) if self.recipe else self
        seed = self.seed if "seed" in self.model_fields_set else base.seed
        made = Synthetic(json.dumps(_merged(base.said(), self.said()), sort_keys=True), seed, self.like or "")
        return replace(self.within(database, root), synthetic=made)

    def said(self) -> dict[str, Any]:
        """What is said of rows, without what is left out."""
        found = self.model_dump(
            mode="json", include={"rows", "nulls", "locale", "until", "counts", "columns"}, exclude_none=True
        )
        return {**found, "counts": {name: one.get("rows", one) for name, one in found["counts"].items()}}


@cache
def _of_recipe(name: str) -> SyntheticSection:
    """What a recipe says itself, of which the stack file may say otherwise."""
    path = _RECIPES / name / "recipe.toml"
    said = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return SyntheticSection.model_validate({"from": "synthetic", **said})


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    inner = {key: {**base[key], **own[key]} for key in ("counts", "columns")}
    return {**base, **own, **inner}


def check_synthetic(data: Mapping[str, Section], notes: Notes) -> None:
    """Either a file or a recipe says what tables there are; and what rows shall be like is there."""
    for name, found in data.items():
        at: Key = ("data", name)
        if isinstance(found, FromSchema) and found.schema_ is not None and found.recipe is not None:
            notes.add((*at, "recipe"), "`schema` says already what tables there are", hint="take one of them out")
        if not isinstance(found, SyntheticSection) or found.like is None:
            continue
        other = data.get(found.like)
        known = [key for key, one in data.items() if getattr(one, "from_", "") in ("dump", "live")]
        if other is None:
            notes.add((*at, "like"), f"there is no [data.{found.like[:80]}]", guess=notes.guess(found.like, known))
        elif found.like not in known:
            hint = f"such are: {', '.join(known)}" if known else 'add one with from = "dump" or "live"'
            notes.add((*at, "like"), f"[data.{found.like[:80]}] has no statistics to be taken over", hint=hint)
