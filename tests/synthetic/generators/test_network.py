"""Addresses of machines and pages."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network

import numpy as np
import pytest

from envctl.catalogue import Column
from envctl.synthetic.base import Generator
from envctl.synthetic.generators.network import Color, Domain, Ip, Mac, MimeType, Url, UserAgent
from tests.synthetic.laws import LAWS, Case, Law, in_locales, named
from tests.synthetic.rows import field_of, rows, table_of, text, typed

INET, MAC = typed("value", "inet", "network"), typed("value", "macaddr", "network")
EXAMPLES = [ip_network(block) for block in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
CASES = {
    **in_locales(Ip(), Mac(), UserAgent(), MimeType(), Color()),
    **in_locales(Domain(), lengths=(None, 40)),
    **in_locales(Url(), lengths=(None, 60)),
    "ip of inet": Case(Ip(), INET),
    "ip of version 6": Case(Ip(version=6), INET),
    "ip of version 6 as a text": Case(Ip(version=6), text("value", 39)),
    "mac of macaddr": Case(Mac(), MAC),
    "mac of macaddr8": Case(Mac(), typed("value", "macaddr8", "network")),
    "color of six": Case(Color(), text("value", 6)),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """They are made by the laws of all generators."""
    law(case)


def made(generator: Generator, column: Column) -> list[str]:
    """A thousand of them."""
    table = table_of("things", column)
    return generator.make(field_of(table, column.name), rows(table, 1000)).to_list()


def test_machines_are_nobodys() -> None:
    """Addresses are of the blocks that are kept for examples."""
    assert all(any(ip_address(ip) in block for block in EXAMPLES) for ip in made(Ip(), INET))
    assert all(ip_address(ip) in ip_network("2001:db8::/32") for ip in made(Ip(version=6), INET))


def test_more_machines_than_examples() -> None:
    """Where each must differ, those of networks of one's own follow."""
    field = replace(field_of(table_of("things", INET), "value"), unique=True)
    some = Ip().nth(field, np.array([0, 255, 256, 767, 768, 768 + 2**24 - 1])).to_list()
    assert ["192.0.2.0", "192.0.2.255", "198.51.100.0", "203.0.113.255", "10.0.0.0", "10.255.255.255"] == some
    assert 768 + 2**24 == Ip().space(field)


def test_cards_are_assigned_locally() -> None:
    """Addresses of network cards are of those that no maker assigns."""
    assert all(mac.startswith("02:") and 17 == len(mac) for mac in made(Mac(), MAC))


def test_types_of_addresses() -> None:
    """A machine has no address of a network card, nor the other way round."""
    assert Ip().objection(field_of(table_of("things", MAC), "value")) is not None
    assert Mac().objection(field_of(table_of("things", INET), "value")) is not None


def test_pages_are_nobodys() -> None:
    """Pages are at example.com, domains under .example."""
    assert all(url.startswith("https://example.com/") for url in made(Url(), text("url")))
    assert all(domain.endswith(".example") for domain in made(Domain(), text("domain")))


@pytest.mark.parametrize("generator", [Ip(), Mac(), Color(), Url(), Domain()])
def test_too_narrow(generator: Generator) -> None:
    """A column without room is refused before anything is made."""
    assert generator.objection(field_of(table_of("things", text("value", 5)), "value")) is not None
