"""What the commands of `pool` print."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl.reports.pools import PoolGrown, PoolListing, PoolMade, PoolRemoved
from tests.cli.made_up import POOL, Envctl, Ops

TABLE = """\
POOL   ATTACHED   SIZE     USED    FREE     ON DISK   SNAPSHOTS   CLONES
0a1b   yes        50 GiB   3 GiB   47 GiB   2 GiB     2           1
"""
FULL = "The daemon's disk has 9 GiB left"


@pytest.mark.parametrize("words", [("create", "--size", "50G"), ("ls",), ("grow", "--size", "80G")])
def test_the_pool_is_one_line(envctl: Envctl, words: tuple[str, ...]) -> None:
    """The same wherever it is shown; that its disk is too small for it is talk."""
    ran = envctl("pool", *words)
    assert (0, TABLE) == (ran.status, ran.out)
    assert FULL in ran.err


def test_a_disk_that_is_large_enough_is_not_spoken_of(envctl: Envctl, ops: Ops) -> None:
    """What is free there and what the pool takes already can hold all of it."""
    ops.answers["pools.status.ls"] = PoolListing(replace(POOL, disk_free=48 << 30))
    assert "left" not in envctl("pool", "ls").err


@pytest.mark.parametrize(("text", "expected"), [("50G", 50 << 30), ("50GB", 50 * 10**9), ("1.5TiB", 3 << 39)])
def test_sizes_are_understood(envctl: Envctl, ops: Ops, text: str, expected: int) -> None:
    """As everywhere: a bare letter and …iB count in 1024, …B in 1000."""
    envctl("pool", "create", "--size", text)
    envctl("pool", "grow", "--size", text)
    assert [expected, expected] == [ops.calls[op][0][1] for op in ("pools.create.create", "pools.grow.grow")]


def test_a_new_pool_says_what_goes_on_as_before(envctl: Envctl, ops: Ops) -> None:
    """Snapshots that are there are not brought over: how that is done is said, where there are any."""
    said = envctl("pool", "create").err
    assert "2 snapshots lie outside of it, and are cloned as before: before, 1a2b3c4d5e6f.\n" in said
    assert "`envctl snapshot rm`, then `envctl up`" in said
    ops.answers["pools.create.create"] = PoolMade(POOL, ("before",))
    assert "1 snapshot lies outside of it, and is cloned as before: before.\n" in envctl("pool", "create").err
    ops.answers["pools.create.create"] = PoolMade(POOL)
    assert "outside" not in envctl("pool", "create").err


@pytest.mark.parametrize("command", ["create", "grow"])
def test_what_is_no_size_is_refused(envctl: Envctl, ops: Ops, command: str) -> None:
    """Status 2 and how it is written; nothing is asked of anybody."""
    ran = envctl("pool", command, "--size", "huge")
    assert (2, "") == (ran.status, ran.out)
    assert "--size 20GB" in ran.err
    assert {} == ops.calls


def test_no_pool_is_no_failure(envctl: Envctl, ops: Ops) -> None:
    """`ls` prints nothing and says how to make one; `rm` says that there is none."""
    ops.answers |= {"pools.status.ls": PoolListing(None), "pools.remove.remove": PoolRemoved(None)}
    ran = envctl("pool", "ls")
    assert (0, "") == (ran.status, ran.out)
    assert "envctl pool create" in ran.err
    assert (0, "there is no pool\n") == (envctl("pool", "rm").status, envctl("pool", "rm").out)
    assert {"pool": None} == envctl("pool", "ls", "--json").envelope["data"]


def test_one_that_cannot_be_mounted_is_shown_with_the_reason(envctl: Envctl, ops: Ops) -> None:
    """What is not known is a dash, and what the machine said cannot move the cursor."""
    lost = replace(POOL, attached=False, size=None, used=None, free=None, taken=None, problem="gone\x1b[2J")
    ops.answers["pools.status.ls"] = PoolListing(lost)
    ran = envctl("pool", "ls")
    assert "0a1b   no         -      -      -      -         2           1" == ran.out.splitlines()[1]
    assert "It cannot be used: gone\n" == ran.err.removeprefix(ran.err.partition("It cannot")[0])


def test_what_went_with_the_pool_is_told(envctl: Envctl, ops: Ops) -> None:
    """How many bytes are free again, which snapshots are gone, and what was left alone."""
    ran = envctl("pool", "rm", "--force")
    assert "the pool 0a1b is gone, and 1 snapshot with it: 2 GiB freed\n" == ran.out
    assert "removed: 1a2b3c4d5e6f\n" in ran.err
    assert "left alone: volume odd: " in ran.err
    assert {"force": True} == ops.calls["pools.remove.remove"][1]


def test_what_grew_says_what_it_had(envctl: Envctl, ops: Ops) -> None:
    """For a script: the pool, and its bytes before."""
    ops.answers["pools.grow.grow"] = PoolGrown(POOL, 20 << 30)
    data = envctl("pool", "grow", "--size", "50G", "--json").envelope["data"]
    assert (20 << 30, 50 << 30) == (data["before"], data["pool"]["size"])
