"""Data that nothing says of how it is masked."""

from __future__ import annotations

from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.ops.mask.refuse import refuse_unmasked
from envctl.workload import Database, Live, Masking, Workload

MASK = Masking("{}", "KEY")


def db(name: str, **more: object) -> Workload:
    """A service with data."""
    return Workload(name, "postgres", database=Database("shop", "shop", data=f"of-{name}", **more))  # type: ignore[arg-type]


def test_what_is_masked_passes() -> None:
    """And what has no database has nothing to be masked."""
    refuse_unmasked([db("a", dump=Path("a.sql"), mask=MASK), Workload("cache", "redis")])


def test_what_is_not_masked_is_named() -> None:
    """All of it, with the section that is missing and the command to begin with."""
    with pytest.raises(EnvctlError, match="the data of b, c is masked") as caught:
        refuse_unmasked([db("a", mask=MASK), db("b", dump=Path("b.sql")), db("c", live=Live("URL"))])
    error = caught.value
    assert Exit.DATA_REFUSED == error.code
    assert ("b: there is no [data.of-b.mask]", "c: there is no [data.of-c.mask]") == error.details
    assert "`envctl mask suggest b`" in error.hint


@pytest.mark.parametrize("files", [{"backup": Path("base")}, {"live": Live("URL", "physical")}])
def test_files_of_a_server_need_another_source(files: dict[str, object]) -> None:
    """No section would help."""
    with pytest.raises(EnvctlError) as caught:
        refuse_unmasked([db("a", **files)])
    assert "take a dump" in caught.value.hint
    assert "mask suggest" not in caught.value.hint
