"""Parquet files: their types as the texts that Postgres reads."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from envctl.catalogue import Column, Family
from envctl.errors import EnvctlError
from envctl.seeds.csv.columns import Taken
from envctl.seeds.csv.files import File
from envctl.seeds.csv.parquet import ParquetFile
from envctl.seeds.csv.values import Unwritable, written

_NOON = datetime(2026, 1, 2, 12, 0, 0, 5)


def said(values: pl.Series | list[Any], family: Family, *, array: bool = False) -> list[str | None]:
    """What Postgres is given for values of a column of that family."""
    series = values if isinstance(values, pl.Series) else pl.Series("x", values)
    found: list[str | None] = written(series, Column("x", "its type", family, array=array)).to_list()
    return found


def test_plain_types() -> None:
    """Each as Postgres reads it, null for null."""
    assert ["true", None] == said([True, None], "boolean")
    assert ["1.50", None] == said([Decimal("1.50"), None], "number")
    assert ["2026-01-02"] == said([date(2026, 1, 2)], "date")
    assert ["2026-01-02 12:00:00.000005"] == said([_NOON], "timestamp")
    berlin = pl.Series([_NOON]).dt.replace_time_zone("Europe/Berlin")
    assert ["2026-01-02 11:00:00.000005+00"] == said(berlin, "timestamp")
    assert ["01:02:03.000000"] == said([time(1, 2, 3)], "time")
    assert ["86400000001 microseconds"] == said([timedelta(days=1, microseconds=1)], "other")
    assert ["\\x00ff", None] == said([b"\x00\xff", None], "bytes")
    assert ["00ff"] == said([b"\x00\xff"], "uuid")
    assert [None, None] == said([None, None], "integer")


def test_whole_numbers_of_programs_without_null() -> None:
    """Whole numbers written as others are whole again; others are no whole numbers."""
    assert ["1", None, None] == said([1.0, float("nan"), None], "integer")
    with pytest.raises(Unwritable, match="holds numbers that are not whole"):
        said([1.5], "integer")


def test_nested_types() -> None:
    """Lists are arrays or JSON, records are JSON and nothing else."""
    assert ['{"a\\"\\\\,",NULL}', "{}", None] == said([['a"\\,', None], [], None], "text", array=True)
    assert ['{{"1"},{"2",NULL}}'] == said([[[1], [2, None]]], "integer", array=True)
    assert ['["a",null]', None] == said([["a", None], None], "json")
    assert ['{"a":1,"b":[true]}'] == said([{"a": 1, "b": [True]}], "json")
    with pytest.raises(Unwritable, match="holds Struct, which is no its type"):
        said([{"a": 1}], "text")
    with pytest.raises(Unwritable, match="holds a zero byte"):
        said(["a\0"], "text")


def test_a_file(tmp_path: Path) -> None:
    """Its columns in the order that is asked for, escaped, over all groups of rows; what was read adds up."""
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": range(1000), "b": ["x\t"] * 1000}).write_parquet(path, row_group_size=300)
    file, read = ParquetFile(File(path, "t", "parquet")), list[int]()
    taken = (Taken(1, Column("b", "text", "text")), Taken(0, Column("a", "integer", "integer")))
    assert ("a", "b") == file.header()
    expected = "".join(f"x\\t\t{number}\n" for number in range(1000)).encode()
    assert expected == b"".join(file.blocks(taken, read.append))
    assert path.stat().st_size - 10 < sum(read) <= path.stat().st_size


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    """A damaged file, and a column that cannot be what the table has."""
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(EnvctlError, match=r"t\.parquet cannot be read as Parquet"):
        ParquetFile(File(path, "t", "parquet")).header()
    pl.DataFrame({"a": [{"b": 1}]}).write_parquet(path)
    with pytest.raises(EnvctlError, match=r"t\.parquet: its column a holds Struct, which is no integer"):
        ParquetFile(File(path, "t", "parquet")).check([Taken(0, Column("a", "integer", "integer"))])
