"""What a stack file says of made-up rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST = 10**10  # rows of a table: more is a slip of the hand

Count = Annotated[int, Field(ge=0, le=MOST)]
Share = Annotated[float, Field(ge=0, le=1)]
Skew = Literal["none", "low", "high"]
Rule = str | dict[str, Any]  # the word of a generator, or a table with its settings


class Per(BaseModel):
    """So many rows for each row of another table."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    per: str = Field(description="The table that they belong to, by a foreign key.", examples=["customers"])
    mean: Annotated[float, Field(gt=0, le=10**6, strict=False)] = Field(
        default=3.0, description="How many each of its rows has, taken together.", examples=[3]
    )
    skew: Skew | None = Field(
        default=None,
        description="How unlike they are in that: `none` all have as many, with `high` a few have most.",
        examples=["high"],
    )


class Settings(BaseModel):
    """All of it; names of tables and columns are read against a catalogue later."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    rows: Count = 1000
    nulls: Annotated[float, Field(ge=0, le=1, strict=False)] = 0.1
    locale: str = "en_US"
    until: Annotated[date, Field(strict=False)] = date(2026, 1, 1)
    counts: Mapping[str, Count | Per] = {}
    columns: Mapping[str, Rule] = {}

    @property
    def moment(self) -> int:
        """Before which all moments lie, in seconds since 1970."""
        return int(datetime(self.until.year, self.until.month, self.until.day, tzinfo=UTC).timestamp())
