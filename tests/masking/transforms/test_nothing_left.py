"""Nothing of a person is left in what is made of their details, but what the settings say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from envctl.catalogue import Column
from envctl.masking.transforms.address import Address
from envctl.masking.transforms.base import Transform
from envctl.masking.transforms.card import Card
from envctl.masking.transforms.city import City
from envctl.masking.transforms.email import Email
from envctl.masking.transforms.iban import Iban
from envctl.masking.transforms.ip import Ip
from envctl.masking.transforms.name import Name
from envctl.masking.transforms.phone import Phone
from envctl.masking.transforms.url import Url
from envctl.masking.transforms.username import Username
from envctl.masking.transforms.uuid import Uuid
from tests.masking.transforms.laws import Case, alone, bulk

INET = Column("value", "inet", "network")
MANY = 3000
RUN = 8  # letters or digits: more than chance would repeat


def word(n: int) -> str:
    """A word of eight letters that nobody else uses."""
    return "".join(chr(ord("q") + (n >> shift) % 8) for shift in range(0, 24, 3))


def digits(n: int, count: int) -> str:
    """Digits as they might be of somebody."""
    return str(n * 7_919_000_117 + 3_141_592_653_589_793)[-count:]


CASES: dict[str, tuple[Transform, Callable[[int], str], int]] = {  # and how many signs at the end stay
    "email": (Email(), lambda n: f"{word(n)}@{word(n * 7)}.test", 0),
    "name": (Name(), lambda n: f"{word(n)} {word(n * 7)}", 0),
    "name turned": (Name(), lambda n: f"{word(n)}, {word(n * 7)}", 0),
    "username": (Username(), word, 0),
    "phone": (Phone(), lambda n: f"+49{digits(n, 12)}", 0),
    "phone of words": (Phone(), lambda n: f"{digits(n, 12)} {word(n)}", 0),
    "card": (Card(), lambda n: digits(n, 16), 4),
    "card in stars": (Card(style="stars"), lambda n: digits(n, 16), 4),
    "card of words": (Card(), lambda n: f"{digits(n, 16)} {word(n)}", 0),
    "iban": (Iban(), lambda n: f"DE89{digits(n, 16)}00", 0),
    "iban of words": (Iban(), lambda n: f"{digits(n, 16)} {word(n)}", 0),
    "address": (Address(), lambda n: f"{word(n)} {digits(n, 9)}", 0),
    "city": (City(), word, 0),
    "url": (Url(), lambda n: f"https://{word(n)}.test/{word(n * 7)}?{digits(n, 10)}", 0),
    "url of words": (Url(), lambda n: f"mailto:{word(n)}@{word(n * 7)}.test", 0),
    "ip": (Ip(), lambda n: f"{digits(n, 3)}.{digits(n, 10)[:3]}.{digits(n, 13)[:3]}.1", 0),
    "ip of words": (Ip(), lambda n: f"{word(n)}.{word(n * 7)}.test", 0),
    "uuid": (Uuid(), lambda n: f"{digits(n, 8)}-{word(n)}", 0),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_left(name: str) -> None:
    """No eight letters or digits of a value stand in its result, but those that stay at the end."""
    transform, made, stay = CASES[name]
    values = [made(n) for n in range(MANY)]
    for value, found in zip(values, bulk(Case(transform), alone(values)), strict=True):
        result = bare(found or "")
        assert not {run for run in runs(bare(value)) if run in result[: len(result) - stay]}


def test_addresses_in_networks_are_others() -> None:
    """No host stays where it was."""
    values = [f"{n % 250}.{n % 7}.{n // 7}.{n % 11}" for n in range(MANY)]
    assert not set(values) & set(bulk(Case(Ip(), INET), alone(values)))


def bare(text: str) -> str:
    """Its letters and digits, in small letters."""
    return "".join(sign for sign in text.lower() if sign.isalnum())


def runs(text: str) -> set[str]:
    """All that stand beside each other in it."""
    return {text[at : at + RUN] for at in range(len(text) - RUN + 1)}
