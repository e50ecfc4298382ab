"""Rows that nobody ever had, for showing what masking does: plausible by names and types, the same ones every time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from faker import Faker

from envctl.catalogue import Column, Family, Table
from envctl.masking.suggesting.names import hints, words
from envctl.masking.suggesting.vocabulary import Kind

_NULL_EVERY = 7  # rows, in columns that may be null
_LOCALE = "en_US"
_LARGEST = 10_000  # of a number that says nothing of its limits
_ROUNDED = 2  # digits after the point of a number that says nothing of its scale
_LONG_AGO, _LATELY = datetime(1945, 1, 1), datetime(2021, 1, 1)
_YEARS_OF_BIRTHS, _YEARS_OF_ROWS, _A_YEAR = 60, 4, 365
_SCALE = re.compile(r"\(\d+,(\d+)\)")
_PLAIN = re.compile(r"[A-Za-z0-9._@+-]+")
_CODES: Mapping[str, tuple[str, ...]] = {
    "status": ("open", "paid", "shipped", "closed"),
    "state": ("open", "paid", "shipped", "closed"),
    "country": ("DE", "FR", "US", "GB"),
    "currency": ("EUR", "USD", "GBP"),
    "language": ("en", "de", "fr"),
    "locale": ("en_US", "de_DE", "fr_FR"),
    "role": ("viewer", "editor", "admin"),
    "plan": ("free", "basic", "pro"),
    "unit": ("kg", "m", "pcs"),
}
_OTHERS: Mapping[str, str] = {
    "tsvector": "'example':1 'word':2",
    "interval": "3 days",
    "point": "(52.5,13.4)",
    "int4range": "[1,10)",
    "daterange": "[2024-01-01,2024-02-01)",
    "xml": "<example/>",
}


@dataclass(frozen=True)
class _Row:
    """Somebody, and what else is in a row: columns of one row agree with each other."""

    fake: Faker
    number: int  # from 1
    first: str
    last: str

    @property
    def handle(self) -> str:
        return f"{self.first}.{self.last}".lower()

    def below(self, limit: int) -> int:
        """Any whole number under it."""
        return int(self.fake.random.randrange(max(limit, 1)))

    def day(self, start: datetime, years: int) -> datetime:
        """Any second of some years."""
        return start + timedelta(days=self.below(years * _A_YEAR), seconds=self.below(86_400))


@dataclass(frozen=True)
class _Cell:
    """Where a value is to stand; `kind` is what the column's name says."""

    column: Column
    kind: Kind | None
    row: _Row


def made_up(table: Table, count: int) -> pl.DataFrame:
    """So many rows of a table as Postgres would write them, without the columns that it computes itself.

    What only a CHECK says, and that references lead somewhere, is not seen to: these rows are looked at, not loaded.
    """
    fake = Faker(_LOCALE, use_weighting=False)
    rows = [_row(fake, table, number) for number in range(1, count + 1)]
    columns = [column for column in table.columns if not column.generated]
    return pl.DataFrame(
        {column.name: _values(table, column, at, rows) for at, column in enumerate(columns)},
        schema={column.name: pl.String for column in columns},
    )


def _row(fake: Faker, table: Table, number: int) -> _Row:
    _seed(fake, table, number)
    return _Row(fake, number, str(fake.first_name()), str(fake.last_name()))


def _seed(fake: Faker, table: Table, number: int, column: str = "") -> None:
    """What is made up next depends on nothing else, so that more rows or columns change none of the others."""
    place = "\0".join((table.full, column, str(number)))
    fake.seed_instance(int(hashlib.sha256(place.encode()).hexdigest()[:12], 16))


def _values(table: Table, column: Column, at: int, rows: list[_Row]) -> list[str | None]:
    unique = any(column.name in unique.columns for unique in table.uniques)
    seen: set[str] = set()
    made: list[str | None] = []
    for row in rows:
        _seed(row.fake, table, row.number, column.name)
        value = _value(table, column, row)
        if unique and value is not None:
            value = _another(value, column, row, seen)
            seen.add(value)
        absent = column.nullable and not unique and (row.number + at) % _NULL_EVERY == 0
        made.append(None if absent else value)
    return made


def _another(value: str, column: Column, row: _Row, seen: set[str]) -> str:
    """The same value, or one like it if it is there already; of times there is always another."""
    if value not in seen or column.family not in {"text", "integer"}:
        return value
    if column.family == "integer":
        return str(row.number)
    number = str(row.number)
    before, at, after = value.partition("@")
    kept = before if column.length is None else before[: max(column.length - len(number + at + after), 0)]
    return f"{kept}{number}{at}{after}"


def _value(table: Table, column: Column, row: _Row) -> str | None:
    if not column.array:
        return _one(table, column, row)
    parts = [_one(table, column, row) for _ in range(1 + row.number % 2)]
    return "{" + ",".join(_element(part) for part in parts) + "}"


def _element(part: str | None) -> str:
    if part is None:
        return "NULL"
    return part if _PLAIN.fullmatch(part) and part.upper() != "NULL" else json.dumps(part, ensure_ascii=False)


def _one(table: Table, column: Column, row: _Row) -> str | None:
    said = hints(column.name, table.name)
    made = _FAMILIES[column.family](_Cell(column, said[0].kind if said else None, row))
    if column.family != "text" or made is None or column.length is None:
        return made
    return made[: column.length].ljust(column.length if column.fixed else 0)


def _text(cell: _Cell) -> str:
    if cell.kind == "code":
        choices = next(
            (_CODES[word] for word in words(cell.column.name) if word in _CODES), ("basic", "standard", "special")
        )
        return choices[cell.row.number % len(choices)]
    return _TEXTS[cell.kind](cell.row) if cell.kind in _TEXTS else str(cell.row.fake.catch_phrase())


def _integer(cell: _Cell) -> str:
    if cell.kind == "reference" or cell.column.counted:
        return str(cell.row.number)
    if cell.kind == "birth_date":
        return str(
            _LONG_AGO.year + cell.row.below(_YEARS_OF_BIRTHS)
            if "year" in words(cell.column.name)
            else 18 + cell.row.below(70)
        )
    if "year" in words(cell.column.name):
        return str(_LATELY.year + cell.row.below(_YEARS_OF_ROWS))
    if cell.kind in {"card", "phone"}:
        return re.sub(r"\D", "", _TEXTS[cell.kind](cell.row)).lstrip("0")
    top = 100 if cell.kind in {"amount", "code"} else 2 if cell.kind == "flag" else _LARGEST
    return str(
        max(min(cell.row.below(top), top if cell.column.high is None else cell.column.high), cell.column.low or 0)
    )


def _number(cell: _Cell) -> str:
    scale = int(found[1]) if (found := _SCALE.search(cell.column.type)) else _ROUNDED
    if cell.kind == "place":
        return f"{cell.row.below(170_000) / 1000 - 85:.{max(scale, 3)}f}"
    top = min(_LARGEST, _LARGEST if cell.column.high is None else cell.column.high + 1)
    whole, part = cell.row.below(100 if cell.kind == "amount" and top > 100 else top), cell.row.below(10**scale)  # noqa: PLR2004
    return f"{whole}.{part:0{scale}}" if scale else str(whole)


def _date(cell: _Cell) -> str:
    births = cell.kind == "birth_date"
    moment = cell.row.day(_LONG_AGO, _YEARS_OF_BIRTHS) if births else cell.row.day(_LATELY, _YEARS_OF_ROWS)
    if cell.column.family == "date":
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M:%S}" + (
        "+00" if "with time zone" in cell.column.type or "tz" in cell.column.type else ""
    )


def _time(cell: _Cell) -> str:
    return f"{cell.row.day(_LATELY, 1):%H:%M:%S}" + ("+00" if "with time zone" in cell.column.type else "")


def _network(cell: _Cell) -> str:
    if cell.column.type.startswith("macaddr"):
        return str(cell.row.fake.mac_address())
    return "192.0.2.0/24" if cell.column.type == "cidr" else f"192.0.2.{1 + cell.row.below(254)}"


def _json(cell: _Cell) -> str:
    return json.dumps(
        {
            "name": f"{cell.row.first} {cell.row.last}",
            "email": f"{cell.row.handle}@example.org",
            "visits": cell.row.number,
        }
    )


def _enum(cell: _Cell) -> str | None:
    return cell.column.labels[cell.row.number % len(cell.column.labels)] if cell.column.labels else None


def _other(cell: _Cell) -> str | None:
    return _OTHERS.get(cell.column.type.partition("(")[0].strip())


_TEXTS: Mapping[Kind | None, Callable[[_Row], str]] = {
    "email": lambda row: f"{row.handle}@example.org",
    "phone": lambda row: f"+1 {200 + row.below(800)} 555 {row.below(10_000):04}",
    "card": lambda row: str(row.fake.credit_card_number("visa16")),
    "iban": lambda row: str(row.fake.iban()),
    "first_name": lambda row: row.first,
    "last_name": lambda row: row.last,
    "full_name": lambda row: f"{row.first} {row.last}",
    "username": lambda row: row.handle.replace(".", "_"),
    "address": lambda row: str(row.fake.street_address()),
    "city": lambda row: str(row.fake.city()),
    "postcode": lambda row: str(row.fake.postcode()),
    "region": lambda row: str(row.fake.state()),
    "ip": lambda row: f"192.0.2.{1 + row.below(254)}",
    "mac": lambda row: str(row.fake.mac_address()),
    "url": lambda row: f"https://example.org/{row.handle}",
    "picture": lambda row: f"https://example.org/{row.handle}.png",
    "birth_date": lambda row: f"{row.day(_LONG_AGO, _YEARS_OF_BIRTHS):%Y-%m-%d}",
    "credential": lambda row: str(row.fake.sha256()),
    "national_id": lambda row: str(row.fake.ssn()),
    "account": lambda row: f"{row.below(10**10):010}",
    "free_text": lambda row: f"Spoke to {row.first} {row.last}, {row.handle}@example.org: {row.fake.sentence()}",
    "sensitive": lambda row: ("one", "another", "a third")[row.number % 3],
    "wealth": lambda row: str(20_000 + row.below(80_000)),
    "place": lambda row: f"{row.below(90)}.{row.below(10_000):04}, {row.below(180)}.{row.below(10_000):04}",
    "company": lambda row: str(row.fake.company()),
    "reference": lambda row: str(row.fake.uuid4()),
    "amount": lambda row: str(row.below(100)),
    "flag": lambda row: "YN"[row.number % 2],
    "moment": lambda row: f"{row.day(_LATELY, _YEARS_OF_ROWS):%Y-%m-%d %H:%M:%S}",
}
_FAMILIES: Mapping[Family, Callable[[_Cell], str | None]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "timestamp": _date,
    "time": _time,
    "boolean": lambda cell: "tf"[cell.row.number % 2],
    "uuid": lambda cell: str(cell.row.fake.uuid4()),
    "network": _network,
    "json": _json,
    "bytes": lambda cell: "\\x" + f"{cell.row.below(1 << 64):016x}",
    "enum": _enum,
    "hstore": lambda cell: f'"name"=>"{cell.row.first}"',
    "other": _other,
}
