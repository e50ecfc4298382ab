"""Commands that take the name of an environment as a word, beside `--env`."""

from __future__ import annotations

import pytest

from tests.cli.made_up import Envctl, Ops

NAMING = pytest.mark.parametrize(
    ("command", "more"),
    [
        ("snapshot create first", ""),
        ("kafka offsets", "workers --to earliest"),
        ("pin", ""),
        ("unpin", ""),
        ("extend", "--for 2h"),
        ("inspect", ""),
        ("revive", ""),
    ],
)


@NAMING
def test_two_names_for_one_environment_are_refused(envctl: Envctl, ops: Ops, command: str, more: str) -> None:
    """One of them would be ignored, and it would be done to the other; the same twice is one."""
    ran = envctl(*command.split(), "a", *more.split(), "--env", "b")
    assert (2, "") == (ran.status, ran.out)
    assert "two environments are named: a and b" in ran.err
    assert {} == ops.calls
    for word, env in (("a", "a"), ("shop/a", "a"), ("a", "shop/a")):
        assert 0 == envctl(*command.split(), word, *more.split(), "--env", env).status


@NAMING
def test_an_empty_name_is_not_this_branchs(envctl: Envctl, ops: Ops, command: str, more: str) -> None:
    """What a script makes of a variable that is not set must not be done to another environment."""
    ran = envctl(*command.split(), "", *more.split())
    assert (2, "") == (ran.status, ran.out)
    assert "the name of the environment is empty" in ran.err
    assert {} == ops.calls


def test_an_empty_group_is_refused(envctl: Envctl, ops: Ops) -> None:
    """Before a broker is asked."""
    assert "the name of the group is empty" in envctl("kafka", "offsets", "a", "", "--to", "latest").err
    assert {} == ops.calls
