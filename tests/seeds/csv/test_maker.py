"""Files as the rows that a database is filled with."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from envctl.catalogue import Catalogue, Column, Table
from envctl.errors import EnvctlError, Exit
from envctl.seeds.csv.maker import Files
from envctl.seeds.csv.settings import Settings

_ID = Column("id", "integer", "integer", nullable=False)
_PETS = Table("public", "pets", (_ID, Column("name", "text", "text"), Column("born", "date", "date")))
_TOYS = Table("public", "toys", (_ID, Column("price", "numeric", "number", nullable=False)))
_CATALOGUE = Catalogue((_PETS, _TOYS))


def refusal(path: Path, settings: Settings | None = None) -> EnvctlError:
    """Why files are refused; before the first row is asked for."""
    with pytest.raises(EnvctlError) as refused:
        Files("animals", path, settings or Settings()).parts(_CATALOGUE)
    assert Exit.DATA_REFUSED == refused.value.code
    return refused.value


def test_a_folder(tmp_path: Path) -> None:
    """Each file fills its table, with the columns that it has; hidden and strange files are no rows."""
    (tmp_path / "Pets.csv.gz").write_bytes(gzip.compress(b"Name,ID\nRex,1\n,2\n"))
    pl.DataFrame({"price": [1.5], "id": [7]}).write_parquet(tmp_path / "toys.parquet")
    (tmp_path / ".pets.csv").write_text("x")
    (tmp_path / "README.md").write_text("x")
    files = Files("animals", tmp_path, Settings())
    pets, toys = files.parts(_CATALOGUE)
    assert ("pets", ("name", "id"), [b"Rex\t1\n\\N\t2\n"]) == (pets.table.name, pets.columns, list(pets.blocks))
    assert ("toys", ("price", "id"), [b"1.5\t7\n"]) == (toys.table.name, toys.columns, list(toys.blocks))
    assert ("Pets.csv.gz, line 3", "toys.parquet, row 1") == (pets.origin(2), toys.origin(1))
    assert 1.0 == files.share()


def test_one_file_and_how_it_is_read(tmp_path: Path) -> None:
    """A single file is enough, with its own delimiter, encoding and null."""
    path = tmp_path / "export.tsv"
    path.write_bytes("id\tname\n1\tZoë\n2\t-\n".encode("latin-1"))
    settings = Settings(tables={"pets": "export.tsv"}, null="-", encoding="latin-1")
    (pets,) = Files("animals", path, settings).parts(_CATALOGUE)
    assert ["1\tZoë\n2\t\\N\n".encode()] == list(pets.blocks)


def test_all_that_does_not_fit_is_said_at_once(tmp_path: Path) -> None:
    """The first as the message, with what to write; the others as its details."""
    (tmp_path / "pets.csv").write_text("id,colour\n")
    (tmp_path / "toys.csv").write_text("id\n")
    (tmp_path / "cages.csv").write_text("id\n")
    refused = refusal(tmp_path)
    assert "cages.csv: there is no table of this name." == refused.message
    assert 'Write tables = { TABLE = "cages.csv" }, or ignore = ["cages.csv"]' == refused.hint
    assert (
        "pets.csv: has a column colour, and pets has none of this name "
        '(write columns = { "pets.COLUMN" = "colour" }, or ignore = ["pets.colour"])',
        "toys.csv: has no column for toys.price, which may not be null "
        '(say how it is headed: columns = { "toys.price" = "…" })',
    ) == refused.details
    assert "The database keeps what it holds." == refused.unchanged


def test_nothing_to_read(tmp_path: Path) -> None:
    """What is not there, holds no rows, or none that belongs to a table."""
    assert f"{tmp_path / 'no'} does not exist." == refusal(tmp_path / "no").message
    assert f"{tmp_path} holds no file with rows." == refusal(tmp_path).message
    (tmp_path / "a.csv").write_text("id\n")
    assert f"No file of {tmp_path} belongs to a table." == refusal(tmp_path, Settings(ignore=("a.csv",))).message
    (tmp_path / "pets.csv").write_text("id;name\n")
    said = refusal(tmp_path, Settings(ignore=("a.csv",)))
    assert ("pets.csv: has but one column, headed with 2 names.", 'Write delimiter = ";"') == (said.message, said.hint)


def test_a_damaged_file(tmp_path: Path) -> None:
    """A packed file that is cut off is refused while it is read."""
    packed = gzip.compress(b"id\n" + b"1\n2\n3\n" * 100)
    (tmp_path / "pets.csv.gz").write_bytes(packed[:-9])
    said = f"{tmp_path / 'pets.csv.gz'} is damaged or cut off: the end of what gzip packed is missing."
    with pytest.raises(EnvctlError) as refused:
        for part in Files("animals", tmp_path, Settings()).parts(_CATALOGUE):
            list(part.blocks)
    assert said == refused.value.message
