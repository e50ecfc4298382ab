"""Bytes."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.transforms.base import Row
from envctl.masking.transforms.bytes import Bytes
from tests.masking.transforms.laws import LAWS, SEED, Case, Law, named

BYTES = Column("picture", "bytea", "bytes")


def of(length: int) -> st.SearchStrategy[str]:
    """Bytes as Postgres writes them."""
    return st.binary(max_size=length).map(lambda found: f"\\x{found.hex()}")


CASES = {
    "usual": Case(Bytes(), BYTES, values=of(2000), many=lambda n: f"\\x{n:08x}"),
    "few": Case(Bytes(most=5), BYTES, values=of(20), many=lambda n: f"\\x{n:08x}"),
    "escaped": Case(
        Bytes(), BYTES, values=st.sampled_from(["", "a", "a\\000b", "abc\\\\"]), many=lambda n: f"a person {n}"
    ),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Bytes are masked by the laws of all transforms."""
    law(case)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 1000, 5000])
def test_as_many_bytes(length: int) -> None:
    """A value has as many bytes as before, up to a limit, and other ones."""
    value = "\\x" + "ab" * length
    found = Bytes().plain(value, Row(SEED, BYTES))
    assert min(length, 1024) == len(bytes.fromhex(found[2:]))
    assert not length or "abab" not in found
