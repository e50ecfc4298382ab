"""A real Postgres reads what values are masked to, as values of the types they were of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from envctl.catalogue import Column, Family
from envctl.masking.parts.arrays import masked_array
from envctl.masking.transforms import TRANSFORMS
from envctl.masking.transforms.base import Block
from tests.masking.transforms.laws import SEED
from tests.seeds.postgres import Postgres

pytestmark = pytest.mark.docker

DAYS = (
    "2024-02-29",
    "0044-03-15 BC",
    "4713-02-01 BC",
    "infinity",
    "-infinity",
    "9999-12-31",
    "10000-01-01",
    "0001-01-01",
    "0001-12-31 BC",
    "294270-05-05",
)  # fmt: skip – a list
TIMES = ("2024-02-29 12:34:56.789", "0044-03-15 00:00:00 BC", "infinity", "9999-12-31 23:59:59.999999")
NUMBERS = ("0", "0.00", "-1", "9999.99", "-9999.99", "0.01", "NaN", "12.30")
FLOATS = ("1e+20", "1.5e-07", "3.4028235e+38", "-0", "0.1", "Infinity", "16777216", "1.17549435e-38", "1e-45")
ARRAYS = (
    '{a,NULL,"NULL","a \\"b\\" \\\\ c","{}",""}',
    "{}",
    "[0:1]={x,y}",
    "{{a,b},{c,NULL}}",
    '{"tab\tand\nline","ü"}',
)
DOCUMENTS = (
    '{"email": "a@b.c", "n": 1e400, "x": [null, true, {"y": "z"}], "a b": "\\u0001"}',
    '"a"',
    "[]",
    "null",
    "-0.10",
)
CASES: Mapping[str, tuple[str, Family, str, Mapping[str, Any], tuple[str, ...]]] = {
    "date": ("date", "date", "shift", {}, DAYS),
    "timestamp": ("timestamp", "timestamp", "shift", {"days": 400}, TIMES),
    "with a zone": ("timestamptz", "timestamp", "shift", {}, (*TIMES, "1880-01-01 00:00:00", "2024-07-01 00:00:00")),
    "numeric": ("numeric(6,2)", "number", "noise", {"percent": 50}, NUMBERS),
    "numeric within": ("numeric(6,2)", "number", "noise", {"within": 500}, NUMBERS),
    "numeric below one": ("numeric(3,3)", "number", "noise", {"within": 500}, ("0", "0.999", "-0.001")),
    "a long numeric": ("numeric", "number", "noise", {}, ("1" * 100 + "." + "5" * 100, "0." + "0" * 50 + "1")),
    "real": ("real", "number", "noise", {}, FLOATS),
    "double": ("double precision", "number", "noise", {"percent": 100}, (*FLOATS, "1.7976931348623157e+308")),
    "smallint": ("smallint", "integer", "hash", {}, ("0", "32767", "-32768")),
    "bigint": ("bigint", "integer", "hash", {}, ("0", "9223372036854775807", "-9223372036854775808")),
    "bytea": ("bytea", "bytes", "bytes", {}, ("", "a", "\\x00ff", "\\xdeadbeef" * 1)),
    "jsonb": ("jsonb", "json", "json", {"paths": {"$.email": "email", "$.n": "keep"}}, DOCUMENTS),
    "json": ("json", "json", "json", {"rest": "keep"}, (*DOCUMENTS, '{"a":1,"a":"\\ud83d"}')),
    "text[]": ("text[]", "text", "keep", {}, ARRAYS),
    "hashed text[]": ("text[]", "text", "hash", {}, ARRAYS),
    "date[]": ("date[]", "date", "shift", {}, ("{2024-02-29,NULL,infinity}", '{"0044-03-15 BC"}')),
    "smallint[]": ("smallint[]", "integer", "hash", {}, ("{{1,2},{3,4}}", "[5:6]={7,8}")),
}


def quoted(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_masked_values_are_values(postgres: Postgres, case: tuple[Any, ...]) -> None:
    """What Postgres wrote is masked, and Postgres takes the result and means the same by it, digit by digit."""
    kind, family, name, said, given = case
    column = Column("v", kind, family, array=kind.endswith("[]"))

    def as_written(values: list[str]) -> list[str]:
        rows = ", ".join(f"({at}, {quoted(value)})" for at, value in enumerate(values))
        query = (
            f"SELECT encode(convert_to(v::{kind}::text, 'UTF8'), 'hex') FROM (VALUES {rows}) AS t(at, v) ORDER BY at"
        )
        zone = "SET timezone = 'Europe/Berlin'"
        return [bytes.fromhex(line).decode() for line in postgres.sql("postgres", zone, query)]

    before = pl.Series("v", as_written(list(given)))
    way = TRANSFORMS[name].model_validate(said)
    block = Block(SEED, column, pl.DataFrame(), pl.DataFrame())
    after = masked_array(way, before, block) if column.array else way.bulk(before, block)
    again = as_written(after.to_list())
    if kind in {"jsonb", "json", "real", "double precision"} or column.array:  # written in more than one way
        assert again == as_written(again)
    else:
        assert after.to_list() == again
    if name == "keep":
        assert before.to_list() == again
