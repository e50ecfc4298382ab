"""Bytes, bits, UUIDs and addresses."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.synthetic.base import Generator, Limits
from envctl.synthetic.generators.binary import Bits, Bytes, Network, Uuid
from envctl.synthetic.generators.typed_letters import HEX, digits, texts
from tests.synthetic import rows as some

KINDS: tuple[tuple[str, Generator], ...] = (
    ("uuid", Uuid()),
    ("bytea", Bytes()),
    ("bit(9)", Bits()),
    ("bit varying", Bits()),
    ("inet", Network()),
    ("cidr", Network()),
    ("macaddr", Network()),
    ("macaddr8", Network()),
)


@pytest.mark.parametrize(("kind", "generator"), KINDS)
def test_no_two_are_alike(kind: str, generator: Generator) -> None:
    """All over what there is."""
    field = some.field_of(some.table_of("t", some.typed("c", kind, "other")), "c")
    space = generator.space(field)
    assert space
    numbers = np.unique(np.linspace(0, space - 1, 20_000).astype(np.int64).clip(0, space - 1))
    assert len(numbers) == generator.nth(field, numbers).n_unique()


def test_uuids_are_random_ones() -> None:
    """Of version 4, as RFC 9562 says."""
    table = some.table_of("t", some.typed("id", "uuid", "uuid"), some.text("short", 35))
    for text in Uuid().make(some.field_of(table, "id"), some.rows(table, 200)):
        assert (4, "specified in RFC 4122", text) == (UUID(text).version, UUID(text).variant, str(UUID(text)))
    assert "it needs 36 characters" == Uuid().objection(some.field_of(table, "short"))


def test_addresses_are_nobodys() -> None:
    """In a private network, or administered locally; networks have no bits beside them."""
    table = some.table_of("t", *(some.typed(kind, kind, "network") for kind in ("inet", "cidr", "macaddr")))
    made = {name: Network().make(some.field_of(table, name), some.rows(table, 200)) for name in ("inet", "cidr")}
    assert all(ip_address(text).is_private for text in made["inet"])
    assert all(ip_network(text).is_private and text.endswith(".0/24") for text in made["cidr"])
    assert Network().make(some.field_of(table, "macaddr"), some.rows(table, 200)).str.starts_with("02:").all()


@pytest.mark.parametrize("width", [0, 1, 3, 16, 21])
def test_bytes_are_as_many_as_are_asked_for(width: int) -> None:
    """And all of them differ, as far as so many can."""
    field = some.field_of(
        some.table_of("t", some.typed("c", "bytea", "bytes")), "c", Limits(shortest=width, longest=width)
    )
    count = min(1000, Bytes().space(field))
    made = Bytes().nth(field, np.arange(count))
    assert count == made.n_unique()
    assert {width} == {len(bytes.fromhex(text.removeprefix("\\x"))) for text in made}


@given(st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=20), st.sampled_from((b"01", b"0123456789", HEX)))
def test_digits_are_those_of_the_number(numbers: list[int], alphabet: bytes) -> None:
    """In any alphabet, the highest first."""
    made = texts([b"<", digits(np.array(numbers, dtype=np.uint64), 64, alphabet), b">"], len(numbers))
    for number, text in zip(numbers, made, strict=True):
        assert number == int(text[1:-1], len(alphabet))
