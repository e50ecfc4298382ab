"""Which file and which column of it belongs where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from envctl.catalogue import Catalogue, Column, ForeignKey, Table
from envctl.masking.policies.matches import Names
from envctl.seeds.csv.columns import Columns
from envctl.seeds.csv.settings import Settings
from envctl.seeds.csv.tables import Named, match_tables

_ID = Column("id", "bigint", "integer", nullable=False, filled=True)
_PEOPLE = Table(
    "public",
    "Our_People",
    (
        _ID,
        Column("first_name", "text", "text", nullable=False),
        Column("birthDate", "date", "date"),
        Column("company_id", "bigint", "integer"),
        Column("full", "text", "text", generated=True),
    ),
    foreign_keys=(ForeignKey("fk", ("company_id",), "public.companies", ("id",)),),
)
_COMPANIES = Table("public", "companies", (_ID, Column("name", "text", "text"), Column("Name", "text", "text")))
_ARCHIVE = Table("archive", "companies", (_ID,))
_PARTITION = Table("public", "companies_1", (_ID,), parents=("public.companies",))
_NAMES = Names(Catalogue((_PEOPLE, _COMPANIES, _PARTITION)))


def tables(settings: Settings, *files: str, names: Names = _NAMES) -> tuple[Mapping[str, str], list[str]]:
    """The table of each file, and what is wrong."""
    named = [Named(file, file.partition(".")[0] if file.count(".") == 1 else file.rpartition(".")[0]) for file in files]
    found = match_tables(named, names, settings)
    return {file: table.full for file, table in found.of.items()}, [str(fault) for fault in found.faults]


def columns(settings: Settings, *header: str, table: Table = _PEOPLE) -> tuple[list[tuple[int, str]], list[str]]:
    """The column that each place of a file fills, and what is wrong."""
    matching = Columns(_NAMES, settings)
    found = [(taken.at, taken.column.name) for taken in matching.match("f.csv", header, table)]
    matching.unused(("f.csv",))
    return found, [str(fault) for fault in matching.faults]


def test_files_are_of_tables_by_name() -> None:
    """Case, blanks and `_` make no difference; what was said wins, and what is ignored is left alone."""
    expected = {"our people.csv": "public.Our_People", "x.csv": "public.companies"}
    assert (expected, []) == tables(
        Settings(tables={"companies": "x.csv"}, ignore=("readme.csv",)), "our people.csv", "x.csv", "readme.csv"
    )
    assert ({"a.csv": "public.Our_People"}, []) == tables(Settings(tables={'"Our_People"': "a.csv"}), "a.csv")
    assert ({"public.companies.csv": "public.companies"}, []) == tables(Settings(), "public.companies.csv")


def test_files_of_no_table_are_named() -> None:
    """Each with what to write, a guess where one is near."""
    assert [
        "our_peoples.csv: there is no table of this name "
        """(write tables = { '"Our_People"' = "our_peoples.csv" }, or ignore = ["our_peoples.csv"])""",
        'x.csv: there is no table of this name (write tables = { TABLE = "x.csv" }, or ignore = ["x.csv"])',
    ] == tables(Settings(), "our_peoples.csv", "x.csv")[1]
    assert ["x: there is no such table", "companies: its file y.csv is not there (did you mean x.csv?)"] == tables(
        Settings(tables={"x": "z.csv", "companies": "y.csv"}, ignore=("x.csv",)), "x.csv"
    )[1]


def test_one_file_for_one_table() -> None:
    """Two files of one table, and one of two, are refused."""
    assert [
        "Companies.parquet: holds rows of companies, and so does companies.csv "
        '(say which it is: tables = { companies = "Companies.parquet" }, ignore = ["companies.csv"])'
    ] == tables(Settings(), "companies.csv", "Companies.parquet")[1]
    both = Names(Catalogue((_COMPANIES, _ARCHIVE)))
    assert [
        "companies.csv: may hold rows of archive.companies or public.companies "
        '(say which: tables = { "archive.companies" = "companies.csv" })'
    ] == tables(Settings(), "companies.csv", names=both)[1]


def test_one_table_for_one_file() -> None:
    """What is said of two tables cannot be true of one file."""
    assert ["a.csv: cannot hold rows of companies and of another table (take one of the two out of tables)"] == tables(
        Settings(tables={'"Our_People"': "a.csv", "companies": "a.csv"}), "a.csv"
    )[1]


def test_partitions_are_filled_through_what_is_divided() -> None:
    """A file is of none of them by its name; one that only inherits is a table as others are."""
    divided = replace(_COMPANIES, partitioned=True)
    assert {} == tables(Settings(), "companies_1.csv", names=Names(Catalogue((divided, _PARTITION))))[0]
    assert {"companies_1.csv": "public.companies_1"} == tables(Settings(), "companies_1.csv")[0]


def test_columns_by_name() -> None:
    """As they are called, without what differs between writers, and a reference without its `id`."""
    assert ([(0, "birthDate"), (1, "first_name"), (2, "company_id")], []) == columns(
        Settings(), "BIRTH DATE", "FirstName", "COMPANY"
    )


def test_columns_as_said_and_as_known() -> None:
    """What is said wins, what a recipe knows helps, what is ignored is left out."""
    settings = Settings(
        columns={'"Our_People"."birthDate"': "born"},
        ignore=("Our_People.first_name",),
        known=Settings(columns={'"Our_People".first_name': "FIRST", "gone.column": "x"}, ignore=("claims.csv",)),
    )
    assert ([(1, "birthDate"), (2, "first_name")], []) == columns(settings, "first_name", "Born", "First")


def test_columns_that_do_not_fit() -> None:
    """Unknown, ambiguous, twice, computed, missing: each is named, and what to write."""
    shown = '"Our_People"'
    assert ([(1, "first_name")], [
        f"f.csv: has a column salary, and {shown} has none of this name "
        f"(write columns = {{ '{shown}.COLUMN' = \"salary\" }}, "
            'or ignore = ["Our_People.salary"])',
        f"f.csv: First Name would fill {shown}.first_name, and so would first_name "
        f"(say which: columns = {{ '{shown}.first_name' = \"…\" }}, and ignore the other)",
        f'f.csv: full is for {shown}.full, which Postgres computes (write ignore = ["Our_People.full"])',
    ]) == columns(Settings(), "salary", "first_name", "First Name", "full")  # fmt: skip
    assert [
        f"f.csv: has no column for {shown}.first_name, which may not be null "
        f"(say how it is headed: columns = {{ '{shown}.first_name' = \"…\" }})"
    ] == columns(Settings(), "id")[1]
    ambiguous = (
        'f.csv: NAME may be companies.name or companies."Name" (say which: columns = { "companies.name" = "NAME" })'
    )
    assert [ambiguous] == columns(Settings(), "NAME", table=_COMPANIES)[1]


def test_what_is_said_has_to_be_there() -> None:
    """Columns that no file has, names of nothing, and what is ignored in vain."""
    assert [
        "companies.size: there is no such column",
        "f.csv: has no column naam, as is said of companies.name (did you mean name?)",
        "g.csv: is to be ignored, and is neither a file nor a column of one that is read "
        "(write the name of a file, or TABLE.HEADING)",
    ] == columns(
        Settings(columns={"companies.size": "x", "companies.name": "naam"}, ignore=("g.csv",)),
        "name",
        table=_COMPANIES,
    )[1]
