"""Addresses of web pages."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.transforms.base import Block, Row
from envctl.masking.transforms.url import Url
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

PARTS = ("http://", "https://", "HTTP://", "mailto:", "shop.test", "mary@", ":8080", "/", "/a/b", "?q=1", "#x", "\n")
URLS = texts(st.lists(st.sampled_from(PARTS), max_size=6).map("".join))
FORM = r"((https?|ftps?|sftp|wss?)://)?[0-9a-f]{16}\.example\.com(/|/[0-9a-f]{16})?"

CASES = {
    "pages": Case(
        Url(), values=URLS, many=lambda n: f"https://shop.test/{n}", valid=lambda u: bool(re.fullmatch(FORM, u))
    ),
    "hosts": Case(Url(), values=URLS, many=lambda n: f"http://{n}.test"),
    "a domain of one's own": Case(Url(domain="test.example"), values=URLS),
}


def masked(value: str) -> str:
    """What becomes of an address."""
    return Url().plain(value, Row(SEED, TEXT))


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Addresses of pages are masked by the laws of all transforms."""
    law(case)


def test_a_host_is_the_same_wherever_it_is() -> None:
    """Pages of one host stay on one host, which is what the host alone becomes; with another path they are others."""
    host = masked("shop.test")
    assert f"https://{host}" == masked("https://shop.test")
    assert f"http://{host}/" == masked("http://shop.test/")
    pages = {masked(f"https://shop.test/{path}") for path in ("a", "b", "?a", "#a")}
    assert 4 == len(pages)
    assert all(page.startswith(f"https://{host}/") for page in pages)


@pytest.mark.parametrize("value", ["javascript://x/y", "mailto:mary@shop.test", "//shop.test/a", "Mary Smith"])
def test_other_texts(value: str) -> None:
    """What is no address of a page becomes a host, and nothing of it stays."""
    assert re.fullmatch(r"[0-9a-f]{16}\.example\.com", masked(value))


@pytest.mark.parametrize("domain", ["", "localhost", "a/b.com", "Example.com"])
def test_domains_that_are_none(domain: str) -> None:
    """A domain has at least two parts, of small letters, digits and hyphens."""
    with pytest.raises(ValidationError):
        Url(domain=domain)


def test_blanks_that_the_type_adds() -> None:
    """In `char(n)` a value is what it is without the blanks at its end."""
    column = Column("value", "character(60)", "text", length=60, fixed=True)
    values = ["https://shop.test/a", "https://shop.test/a".ljust(60)]
    block = Block(SEED, column, pl.DataFrame(), pl.DataFrame())
    assert [Url().plain("https://shop.test/a", Row(SEED, TEXT))] * 2 == Url().bulk(pl.Series(values), block).to_list()
    assert 1 == len({Url().plain(value, Row(SEED, column)) for value in values})
