"""What the example promises, as far as it can be seen without running it."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

SHOP = Path(__file__).parents[2] / "examples" / "shop"


def part(path: str) -> ModuleType:
    """A file of the example as a module: it is in no package that tests could import."""
    name = "shop_example_" + re.sub(r"\W", "_", path)
    spec = importlib.util.spec_from_file_location(name, SHOP / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


decide = part("worker/decide.py")
cards = part("api/shop/cards.py")
goods = part("data/goods.py")


def test_an_order_whose_payment_can_be_captured_is_confirmed() -> None:
    """A received order with a good card is confirmed."""
    outcome = decide.decide("received", "tok_card_1", 1290)
    assert ("confirmed", False, False) == (outcome.status, outcome.repeated, outcome.restocked)


@pytest.mark.parametrize(("token", "cents"), [("tok_declined_1", 1290), ("tok_card_1", 500_001)])
def test_an_order_that_cannot_be_paid_goes_back_on_the_shelf(token: str, cents: int) -> None:
    """A declined card, or more than can be captured at once, rejects the order and restocks."""
    outcome = decide.decide("received", token, cents)
    assert ("rejected", True) == (outcome.status, outcome.restocked)


@pytest.mark.parametrize("status", ["confirmed", "rejected", "shipped"])
def test_an_order_that_arrives_twice_is_decided_once(status: str) -> None:
    """A decided order keeps its status, and its goods do not go back a second time."""
    outcome = decide.decide(status, "tok_declined_1", 1290)
    assert (status, True, False) == (outcome.status, outcome.repeated, outcome.restocked)


def test_of_a_card_four_digits_are_kept() -> None:
    """Neither the token nor anything else that is kept holds the number."""
    kept = cards.authorise("4242 4242 4242 4242")
    assert ("Visa", "4242") == (kept.brand, kept.last4)
    assert "42424242" not in repr(kept).replace(" ", "")


def test_the_card_that_is_declined_passes_the_form() -> None:
    """4000 0000 0000 0002 is taken by the form and marked for the worker."""
    assert "tok_declined" == cards.authorise("4000 0000 0000 0002").token.rpartition("_")[0]


@pytest.mark.parametrize("number", ["", "4242", "4242 4242 4242 4241", "4242x42424242424", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"])
def test_what_is_no_card_number_is_refused(number: str) -> None:
    """Too short, a wrong check digit, letters, or digits of another script are no card number."""
    with pytest.raises(ValueError, match="not a card number"):
        cards.authorise(number)


def test_everything_on_sale_has_a_picture() -> None:
    """The page draws every motif that the catalogue names."""
    drawn = set(re.findall(r"^  (\w+): `", (SHOP / "web/site/pictures.js").read_text(), re.MULTILINE))
    assert {good.motif for good in goods.goods()} == drawn


def test_products_are_told_apart() -> None:
    """Names and article numbers are unique, as the schema wants."""
    everything = list(goods.goods())
    assert 192 == len(everything) == len({good.name for good in everything}) == len({good.sku for good in everything})


def test_api_and_worker_share_their_dependencies() -> None:
    """One requirements file, so that both images share one layer."""
    assert (SHOP / "api/requirements.txt").read_bytes() == (SHOP / "worker/requirements.txt").read_bytes()


def test_the_dump_is_small_and_in_custom_format() -> None:
    """What a clone of the repository carries stays under one megabyte."""
    dump = (SHOP / "data/shop.dump").read_bytes()
    assert b"PGDMP" == dump[:5]
    assert 1_000_000 > len(dump)


def test_nothing_of_the_example_comes_from_elsewhere() -> None:
    """The page loads nothing but its own files, and no Dockerfile asks for a frontend."""
    elsewhere = re.compile(r"""(?:src|href)=["']?https?:|url\(|@import|from ["']https?:""")
    for path in (SHOP / "web/site").iterdir():
        assert [] == elsewhere.findall(path.read_text()), path.name
    for dockerfile in SHOP.glob("*/Dockerfile"):
        assert "# syntax=" not in dockerfile.read_text()


def test_the_stack_file_is_what_the_example_says() -> None:
    """The shop's own stack file loads, with its six services."""
    from envctl.stack.load import load

    stack = load(SHOP / "envctl.toml", environ={})
    assert {"web", "api", "worker", "db", "events", "cache"} == set(stack.services)
