"""Which database of another server becomes the stack's."""

from __future__ import annotations

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.seeds.moved import choose, our_user


@pytest.mark.parametrize(
    ("there", "named", "chosen"),
    [
        (["postgres", "shop"], None, "shop"),
        (["postgres", "shop", "other"], None, "shop"),
        (["postgres", "shop_production"], None, "shop_production"),
        (["postgres"], None, "postgres"),
        (["postgres", "a", "b"], "b", "b"),
        (["postgres", "shop"], "shop", "shop"),
        (["postgres"], "postgres", "postgres"),
    ],
)
def test_the_one_that_can_be_meant(there: list[str], named: str | None, chosen: str) -> None:
    """The named one, else that of the stack's name, else the only one that somebody made."""
    assert chosen == choose(there, "shop", named)


@pytest.mark.parametrize(("there", "named"), [(["postgres", "a", "b"], None), (["postgres", "shop", "a"], "a")])
def test_of_several_nobody_guesses(there: list[str], named: str | None) -> None:
    """The stack file has to say which, and is told how."""
    with pytest.raises(EnvctlError) as raised:
        choose(there, "shop", named)
    assert Exit.DATA_REFUSED == raised.value.code
    assert 'database = "a"' in raised.value.hint


def test_a_name_cannot_break_out_of_its_statement() -> None:
    """A single-user server gets one statement a line, quotes of the name doubled in each."""
    first, second = our_user("o\"'x").splitlines()
    assert """DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ''o"''''x'') """ in first
    assert """CREATE ROLE "o""''x"; END IF; END';""" in first
    assert """ALTER ROLE "o""'x" SUPERUSER""" in second
