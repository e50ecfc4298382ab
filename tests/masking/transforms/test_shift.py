"""Dates and timestamps on another day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.transforms.base import Block, Row, Unmaskable
from envctl.masking.transforms.shift import Shift
from tests.masking.transforms.laws import LAWS, SEED, Case, Law, named, texts

DATE = Column("born", "date", "date")
STAMP = Column("seen", "timestamp with time zone", "timestamp")
ODD_DATES = (
    "infinity",
    "-infinity",
    "0044-03-15 BC",
    "0001-01-01 BC",
    "0001-01-01",
    "9999-12-31",
    "12024-02-29",
    "4713-01-01 BC",
    "5874897-12-31",
)  # fmt: skip – a list
ODD_STAMPS = (
    "infinity",
    "2024-02-29 12:34:56.789+02",
    "1880-01-01 00:00:00-00:25:21",
    "2024-02-29 00:00:00+05:30",
    "0044-03-15 12:00:00+00 BC",
    "294276-12-31 23:59:59.999999+00",
)  # fmt: skip – a list
DATES = st.one_of(st.dates().map(str), st.sampled_from(ODD_DATES))
STAMPS = st.one_of(st.datetimes().map(lambda found: found.isoformat(" ")), st.sampled_from(ODD_STAMPS))
WHOSE = st.one_of(st.none(), texts())

CASES = {
    "dates": Case(Shift(), DATE, values=DATES, many=lambda n: str(date(1900, 1, 1) + timedelta(n))),
    "dates of somebody": Case(Shift(days=400, by="id"), DATE, values=DATES, rows={"id": WHOSE}),
    "timestamps": Case(
        Shift(days=1), STAMP, values=STAMPS, many=lambda n: f"{date(1900, 1, 1) + timedelta(n)} 12:00:00"
    ),
    "timestamps of somebody": Case(Shift(by="id"), STAMP, values=STAMPS, rows={"id": WHOSE}),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Dates are masked by the laws of all transforms."""
    law(case)


def shifted(value: str, days: int = 30, **whose: str | None) -> str:
    """What becomes of one date, by the column `id` if it is given."""
    transform = Shift(days=days, by="id" if whose else None)
    return transform.plain(value, Row(SEED, DATE, whose))


@settings(deadline=None)
@given(st.dates(date(200, 1, 1), date(9900, 1, 1)), st.integers(1, 36500))
def test_never_the_same_day(day: date, days: int) -> None:
    """A date moves by at least one day and by no more than was said."""
    assert 1 <= abs(date.fromisoformat(shifted(str(day), days)) - day).days <= days


@settings(deadline=None)
@given(st.lists(st.dates(date(200, 1, 1), date(9900, 1, 1)), min_size=2, max_size=5), st.text(max_size=5))
def test_one_shift_for_a_person(days: list[date], person: str) -> None:
    """All dates of somebody move alike, so that their order and their distances stay."""
    found = [date.fromisoformat(shifted(str(day), id=person)) for day in days]
    assert [day - days[0] for day in days] == [day - found[0] for day in found]


def test_who_is_nobody() -> None:
    """Where nothing says whose a date is, the date itself decides."""
    assert shifted("1980-05-05") == shifted("1980-05-05", id=None)
    assert 1 < len({shifted(f"1980-05-{day:02}", id=None)[-2:] for day in range(1, 29)})


def test_the_time_of_day_stays() -> None:
    """Hours, fractions and the offset are what they were."""
    found = Shift().plain("2024-02-29 12:34:56.789+05:30", Row(SEED, STAMP))
    assert " 12:34:56.789+05:30" == found[10:]
    assert timedelta(0) != datetime.fromisoformat(found) - datetime.fromisoformat("2024-02-29 12:34:56.789+05:30")


def test_infinity_stays() -> None:
    """No day is no date of anybody."""
    assert ["infinity", "-infinity"] == [shifted("infinity"), shifted("-infinity")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("0001-01-01", {"0001-01-02", "0001-12-31 BC"}),
        ("0001-12-31 BC", {"0001-01-01", "0001-12-30 BC"}),
        ("0005-02-28 BC", {"0005-02-27 BC", "0005-02-29 BC"}),
        ("12024-02-28", {"12024-02-27", "12024-02-29"}),
        ("9999-12-31", {"10000-01-01", "9999-12-30"}),
        ("1900-02-28", {"1900-02-27", "1900-03-01"}),
    ],
)  # fmt: skip – a list
def test_the_days_beside_a_day(before: str, after: set[str]) -> None:
    """The calendar goes on before the year 1, which has no year 0 before it, and beyond the year 9999."""
    assert shifted(before, days=1) in after


@pytest.mark.parametrize("value", ["", "29.02.2024", "2023-02-29", "0000-01-01", "2024-13-01", "02024-01-01", "now",
                                   "2024-02-29 secret", "2024-02-29 12:00:00 secret", "2024-01-01\n"])  # fmt: skip
def test_what_is_no_date_does_not_pass(value: str) -> None:
    """A text that is no date is refused, by both ways and without being repeated."""
    empty = pl.DataFrame()
    for run in (
        lambda: shifted(value),
        lambda: Shift().bulk(pl.Series([value]), Block(SEED, DATE, empty, empty)),
    ):
        with pytest.raises(Unmaskable) as refused:
            run()
        assert not value.strip() or value.strip() not in str(refused.value)


def test_it_reads_whose_it_is() -> None:
    """The column that says whose it is is looked at before masking."""
    assert (("customer_id",), ()) == (Shift(by="customer_id").reads, Shift(by="customer_id").follows)
    assert () == Shift().reads


def test_whose_it_is_may_have_another_name_elsewhere() -> None:
    """Columns of one identity may name different columns for whose dates they are, and then shift alike."""
    assert {"by"} == Shift.aspects
    found = [Shift(by=name).plain("2024-01-01", Row(SEED, DATE, {name: "7"})) for name in ("id", "customer_id")]
    assert found[0] == found[1]
