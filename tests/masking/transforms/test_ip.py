"""Addresses in networks."""

from __future__ import annotations

import ipaddress
import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.transforms.base import Block, Row
from envctl.masking.transforms.ip import Ip
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

INET = Column("value", "inet", "network")
CIDR = Column("value", "cidr", "network")
HARDWARE = Column("value", "macaddr", "text")  # the laws take a network for one of addresses
LONG_HARDWARE = Column("value", "macaddr8", "text")
SIXTEEN = Column("value", "character varying(16)", "text", length=16)
FORTY = Column("value", "character varying(40)", "text", length=40)

ADDRESSES = st.ip_addresses().map(str)
HOSTS = st.one_of(ADDRESSES, st.tuples(ADDRESSES, st.integers(0, 32)).map(lambda pair: f"{pair[0]}/{pair[1]}"))


def network_of(address: str, bits: int) -> str:
    """The network of an address."""
    whole = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((address, min(bits, whole.max_prefixlen)), strict=False))


NETWORKS = st.builds(network_of, ADDRESSES, st.integers(0, 128))
MACS = st.binary(min_size=6, max_size=6).map(lambda found: found.hex(":"))
MACS8 = st.binary(min_size=8, max_size=8).map(lambda found: found.hex(":"))


def reserved(text: str) -> bool:
    """Whether an address is of those that are nobody's."""
    host = ipaddress.ip_interface(text).ip
    return host in ipaddress.ip_network("10.0.0.0/8" if host.version == 4 else "2001:db8::/32")


def nth(n: int) -> str:
    """One of many addresses."""
    return str(ipaddress.IPv4Address(n * 7919))


CASES = {
    "hosts": Case(Ip(), INET, HOSTS, nth, valid=reserved),
    "networks": Case(Ip(), CIDR, NETWORKS, nth, valid=lambda text: bool(ipaddress.ip_network(text))),
    "texts": Case(Ip(), values=texts(HOSTS, MACS), many=nth),
    "in sixteen characters": Case(Ip(), SIXTEEN, values=texts(HOSTS), many=nth, valid=reserved),
    "in forty": Case(Ip(), FORTY, values=texts(HOSTS), many=nth, valid=reserved),
    "hardware": Case(Ip(), HARDWARE, MACS, valid=lambda text: len(text) == 17 or text.startswith("10.")),
    "hardware of eight bytes": Case(Ip(), LONG_HARDWARE, MACS8, valid=lambda text: len(text) == 23),
}


def masked(value: str, column: Column = INET) -> str:
    """What becomes of one address."""
    return Ip().plain(value, Row(SEED, column))


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Addresses are masked by the laws of all transforms."""
    law(case)


@given(ADDRESSES, st.integers(0, 32))
def test_version_and_mask_stay(address: str, bits: int) -> None:
    """A host becomes another of the same version, the same one with whatever mask."""
    host, with_mask = masked(address), masked(f"{address}/{bits}")
    assert ipaddress.ip_address(address).version == ipaddress.ip_address(host).version
    assert f"{host}/{bits}" == with_mask


def test_version_6_is_written_as_postgres_does() -> None:
    """Nothing in it could be written shorter, so that a text of it is what the type makes of it."""
    found = [masked(str(ipaddress.IPv6Address(n))) for n in range(300)]
    assert [str(ipaddress.IPv6Address(text)) for text in found] == found


@pytest.mark.parametrize("bits", range(129))
def test_networks_of_every_size(bits: int) -> None:
    """A network of version 6 has no bits behind its mask, one by one as many at once."""
    values = [network_of(f"{n:x}::1:{n:x}", bits) for n in range(1, 101)]
    found = Ip().bulk(pl.Series("value", values), Block(SEED, CIDR, pl.DataFrame(), pl.DataFrame())).to_list()
    assert [masked(value, CIDR) for value in values] == found
    assert {bits} == {ipaddress.IPv6Network(text).prefixlen for text in found}
    assert [str(ipaddress.IPv6Network(text)) for text in found] == found


def test_no_room_for_version_6() -> None:
    """In a narrow column it becomes version 4, and a mask is left out where it would not fit."""
    assert [14, 38, 42] == [Ip().longest(column) for column in (SIXTEEN, FORTY, TEXT)]
    assert 4 == ipaddress.ip_address(masked("2001:db8::1", SIXTEEN)).version
    assert ipaddress.ip_address(masked("2001:db8::1/64", FORTY)) == ipaddress.ip_address(masked("2001:db8::1", FORTY))


@pytest.mark.parametrize("value", ["", "localhost", "10.0.0.1:80", "1.2.3", "fe80::1%eth0", "10.0.0.1/33", "x:y:z"])
def test_what_is_no_address(value: str) -> None:
    """Any other text becomes an address of version 4, without anything of the value."""
    assert re.fullmatch(r"10(\.[0-9]{1,3}){3}", masked(value, TEXT))


def test_hardware_addresses() -> None:
    """They are ones that nobody was given, as long as they were."""
    assert re.fullmatch("02(:[0-9a-f]{2}){5}", masked("08:00:2b:01:02:03", HARDWARE))
    assert re.fullmatch("02(:[0-9a-f]{2}){7}", masked("08:00:2b:01:02:03:04:05", LONG_HARDWARE))
    assert re.fullmatch("02(:[0-9a-f]{2}){5}", masked("08:00:2b:01:02:03", TEXT))


def test_blanks_that_the_type_adds() -> None:
    """In `char(n)` a value is what it is without the blanks at its end."""
    column = Column("value", "character(60)", "text", length=60, fixed=True)
    values = ["10.20.30.40", "10.20.30.40".ljust(60)]
    block = Block(SEED, column, pl.DataFrame(), pl.DataFrame())
    assert [Ip().plain("10.20.30.40", Row(SEED, TEXT))] * 2 == Ip().bulk(pl.Series(values), block).to_list()
    assert 1 == len({Ip().plain(value, Row(SEED, column)) for value in values})
