"""Everybody who ever bought here, and what: made up, always the same. Faker gives the names and streets.

Nothing can reach anybody: emails end in reserved domains, phone numbers lie in ranges kept for fiction or never given
out, cards begin with the well-known test numbers' first digits.
"""

from __future__ import annotations

import random
import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from faker import Faker

LOCALES = {"GB": "en_GB", "DE": "de_DE", "FR": "fr_FR", "NL": "nl_NL", "IE": "en_IE", "US": "en_US"}
PHONES = {
    "GB": "+44 7700 900{:03}",
    "DE": "+49 30 23125 {:03}",
    "FR": "+33 6 39 98 1{:03}",
    "NL": "+31 6 0000 0{:03}",
    "IE": "+353 20 911 1{:03}",
    "US": "+1 202 555 01{:02}",
}
CARDS = ("424242", "411111", "555555", "510510", "378282")
TODAY = datetime(2026, 10, 31, 20, 0, tzinfo=UTC)

PRAISE = (
    "Exactly as described, and {first} wrapped it beautifully.",
    "A present for {other}, who has not stopped talking about it.",
    "Second one we buy. The first is with my sister {other} now.",
    "Thank you {first} in the workshop for changing the colour at such short notice!",
    "Heavier than I thought, in a good way. Our neighbour {other} wants one too.",
    "Arrived in two days. I am very happy with it.",
    "It makes mornings better. That is all I can say.",
)
BLAME = (
    "The colour is not quite what the picture shows. {first} in support was kind about it.",
    "Came with a scratch; {first} sent another one at once, so three stars.",
    "Nice, but smaller than I had hoped. Please call me about the return, my number is {phone}.",
    "I wrote to {first} twice and heard nothing. My address is {email}, in case you still care.",
)
NOTES = (
    "Please ring at {other}'s, next door, if we are out.",
    "It is a birthday present for {other}: no invoice in the parcel, please.",
    "Leave it with {other} at the desk.",
    "Call {phone} before you come, the bell is broken.",
    "Thank you, {first}!",
)


@dataclass(frozen=True)
class Customer:
    """A made-up person with an address."""

    email: str
    name: str
    phone: str | None
    birth_date: date
    card: str | None
    created_at: datetime
    street: str
    postcode: str
    city: str
    country: str


class Crowd:
    """Makes people and what they write."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self._fakers = {country: Faker(locale, use_weighting=False) for country, locale in LOCALES.items()}
        for number, faker in enumerate(self._fakers.values()):
            faker.seed_instance(seed + number)
        self._emails: set[str] = set()

    def customer(self) -> Customer:
        """Somebody new."""
        country = self.dice.choices(list(LOCALES), weights=(30, 24, 14, 12, 10, 10))[0]
        faker = self._fakers[country]
        first, last = faker.first_name(), faker.last_name()
        return Customer(
            email=self._email(first, last),
            name=f"{first} {last}",
            phone=PHONES[country].format(self.dice.randrange(100)) if self.dice.random() < 0.85 else None,
            birth_date=date(1942, 1, 1) + timedelta(days=self.dice.randrange(365 * 65)),
            card=self.card() if self.dice.random() < 0.6 else None,
            created_at=TODAY - timedelta(minutes=self.dice.randrange(60 * 24 * 1000)),
            street=faker.street_address().replace("\n", ", "),
            postcode=faker.postcode(),
            city=faker.city(),
            country=country,
        )

    def card(self) -> str:
        """A card number that passes every check and belongs to nobody."""
        start = self.dice.choice(CARDS)
        length = 15 if start.startswith("37") else 16
        digits = start + "".join(str(self.dice.randrange(10)) for _ in range(length - len(start) - 1))
        return next(digits + str(last) for last in range(10) if _luhn(digits + str(last)))

    def say(self, lines: tuple[str, ...], customer: Customer) -> str:
        """One of these lines, with people in it."""
        anybody = self._fakers[customer.country]
        line = self.dice.choice(lines)
        return line.format(
            first=anybody.first_name(),
            other=anybody.name(),
            phone=customer.phone or "in my account",
            email=customer.email,
        )

    def ref(self) -> uuid.UUID:
        """An order's public number."""
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)

    def _email(self, first: str, last: str) -> str:
        plain = unicodedata.normalize("NFKD", f"{first}.{last}".replace("ß", "ss")).encode("ascii", "ignore").decode()
        name = re.sub(r"[^a-z.]", "", plain.lower())
        domain = self.dice.choice(("example.com", "example.org", "example.net"))
        for number in ("", *range(2, 100)):
            email = f"{name}{number}@{domain}"
            if email not in self._emails:
                self._emails.add(email)
                return email
        raise ValueError(f"no email left for {name}")


def _luhn(digits: str) -> bool:
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    return (sum(int(d) for d in digits[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0
